"""What a row says of single lines, for every language."""

import re

import pytest

from hearth.engine.languages import LANGUAGES, Language, language_of

# By language: lines that begin a block, that end one with a word, with which one goes on, and that do none of it.
LINES: dict[str, tuple[list[str], list[str], list[str], list[str]]] = {
    "python": (["def f(x):", "else:", ") -> int:", "match x:"], [], [], ["x = {1: 2}", "end"]),
    "javascript": (
        [
            "if (x) {",
            "case 1:",
            "default:",
            "<ul>",
            "return <li key={a.b}>",
            "{items.map((x) => (<li>",
            "<>",
            "go(() => {",
        ],
        ["</ul>", "</li>))}", "</>"],
        [],
        ["if (a < b) c();", "x => x", "return a", "<br />", "a >", "<Foo bar={(x) => x} />"],
    ),
    "typescript": (
        ["interface A {", "export const f = (x: number): void => {", "case A.B:"],
        [],
        [],
        ["let x: Array<string>", "type A = Map<", "x: number;"],
    ),
    "tsx": (
        ["return <A>", '<div className="a" style={{ top: 1 }}>', "<li onClick={() => go()}>", "<A.B>", ">"],
        ["</div>", "</A.B>;"],
        [],
        ["const x: Array<string>", "useState<A>", "type F = (a: A) => Promise<B>", "<A />", "x =>"],
    ),
    "go": (["func f() {", "default:", "case 1, 2:"], [], [], ["return x", "a := b"]),
    "rust": (["fn f() -> T {", "match x {"], [], [], ["let x = 1;"]),
    "java": (["class A {", "case 1:"], [], [], ["int x;"]),
    "c": (["int f(void) {", "case A:", "{"], [], [], ["x = y;", "label:"]),
    "cpp": (["int f() const {", "default:"], [], [], ["#include <a>"]),
    "csharp": (["namespace A {", "case 1:"], [], [], ["using A;"]),
    "php": (
        ["if ($x) {", "} else {", "else {", "foreach ($a as $b):", "<?php if ($x): ?>"],
        ["endif;", "endforeach;", "<?php endif; ?>"],
        ["else:", "elseif ($x):", "<?php else: ?>"],
        ["$x = 1;", "ending();", "echo $x ? 1 : 2;"],
    ),
    "kotlin": (["fun f() {", "items.map { it ->", "items.map { (a, b) ->"], [], [], ["1 -> 2", "val x = 1"]),
    "swift": (["func f() {", "items.map { x in", "case .a:", "default:"], [], [], ["for x in y", "let x = 1"]),
    "scala": (
        [
            "class A {",
            "case Some(x) =>",
            "def f(x: Int): Int =",
            "if x then",
            "class A:",
            "x match",
            "for x <- y yield",
        ],
        [],
        [],
        ["val x = 1", "import a.b", "def f = 1"],
    ),
    "zig": (["fn f() void {", "while (x) |y| {"], [], [], ["const x = 1;"]),
    "dart": (["class A {", "case 1:", "go(() {"], [], [], ["var x = 1;"]),
    "r": (["f <- function(x) {", "if (x) {"], [], [], ["x <- 1"]),
    "groovy": (["dependencies {", "list.each { x ->"], [], [], ["def x = 1"]),
    "objective-c": (
        ["@implementation A", "@interface A : B", "- (void)f {"],
        ["@end"],
        [],
        ["@protocol A;", "@property int x;", "@endpoint"],
    ),
    "solidity": (["contract A {", "function f() public {"], [], [], ["uint x;"]),
    "proto": (["message A {"], [], [], ["string x = 1;"]),
    "powershell": (["function f {", "foreach ($x in $y) {"], [], [], ["$x = 1"]),
    "perl": (["sub f {", "if ($x) {"], [], [], ["my $x = 1;"]),
    "css": (["a {", "@media print {"], [], [], ["color: red;"]),
    "scss": (["&:hover {", "@mixin a($b) {"], [], [], ["$x: 1;"]),
    "less": ([".a() {"], [], [], ["@x: 1;"]),
    "json": (['"a": {'], [], [], ['"a": 1,']),
    "hcl": (['resource "a" "b" {', "tags = {"], [], [], ["x = 1"]),
    "graphql": (["type A {", "user(id: 1) {"], [], [], ["id: ID!"]),
    "nix": (["{", "x = [", "let", "in"], [], [], ["a = 1;"]),
    "ruby": (
        [
            "def f(x)",
            "private def f",
            "class A < B",
            "x = if a",
            "@x ||= begin",
            "items.each do |x, (a, b)|",
            "items.map { |x|",
            "loop do",
            "memoize def g(x)",
        ],
        ["end", "end)", "end,", "end.map do |x|", "end if x"],
        ["else", "elsif x", "rescue A => e", "ensure", "when 1, 2", "in {name:}"],
        [
            "return if x",
            "x = y if z",
            "def f(x) = x * 2",
            "def f() end",
            "end_date = 1",
            "end: 1,",
            "if x then y end",
        ],
    ),
    "bash": (
        ["if x; then", "for f in *.txt; do", "else", "case $x in", "a|b)", "*)", "f() {"],
        ["fi", "done", "esac", "done < file", "done | sort", "fi)"],
        ["else", "elif x; then", ";;"],
        ["echo x", "if x; then y; fi", "x=$(y)", "finish", "done_it"],
    ),
    "fish": (
        ["function f", "if test x", "for x in y", "begin"],
        ["end", "end | sort"],
        ["else if x", "case a"],
        ["echo x", "ending", "if x; y; end"],
    ),
    "lua": (
        [
            "function M.total(items)",
            "local f = function()",
            "if x then",
            "for i = 1, 2 do",
            "repeat",
            "x = {",
            "else",
        ],
        ["end", "end)", "end,", "until x"],
        ["else", "elseif x then"],
        ["local f = function() return 1 end", "x = f(1)", "endless()"],
    ),
    "elixir": (
        ["def f(x) do", "defmodule A do", "fn x ->", "{:ok, x} ->", "else"],
        ["end", "end)", "end |> go()"],
        ["else", "rescue", "catch", "after"],
        ["def f(x), do: x", "x = 1", "end: 1"],
    ),
    "erlang": (
        ["f(X) ->", "case X of", "receive", "try"],
        ["end.", "end,", "end"],
        ["of", "after 10 ->", "catch"],
        ["X = 1,", "endless()."],
    ),
    "julia": (
        [
            "function area(w, h)",
            "mutable struct A",
            "@inbounds for i in x[1:end]",
            '@testset "a" begin',
            "x = if a",
            "map(xs) do x",
            "open(f) do io, x",
            "try",
        ],
        ["end", "end)", "end;"],
        ["else", "elseif x", "catch e", "finally"],
        ["x = 1", "struct A end", "if x; y end", "area(w) = w", "ending = 1"],
    ),
    "ocaml": (
        ["let f x =", "| A ->", "module M = struct", "begin", "match x with"],
        ["end", "done;", "end;;"],
        ["else", "with"],
        ["let x = 1", "endless ()"],
    ),
    "sql": (
        [
            "BEGIN",
            "IF x THEN",
            "LOOP",
            "SELECT CASE",
            "create function f() returns int as",
            "BEGIN TRY",
            "INSERT INTO a (",
        ],
        ["END", "END IF;", "end loop;", "END;", "END AS x"],
        ["ELSE 0", "WHEN 1 THEN 2", "EXCEPTION", "elsif x then"],
        ["BEGIN;", "SELECT 1", "ending"],
    ),
    "make": (
        ["all:", "all: build test", "%.o: %.c", "ifeq ($(A),b)", "define A", "$(OUT)/a: b"],
        ["endif", "endef"],
        ["else", "else ifeq (a,b)"],
        [".PHONY: all", "A := b", "A = b", "A ?= b", "A ::= b", "include a.mk", "endings"],
    ),
    "cmake": (
        ["if(X)", "FUNCTION(a b)", "foreach(x IN LISTS y)", "else()"],
        ["endif()", "ENDFUNCTION()", "endforeach()"],
        ["else()", "elseif(X)"],
        ["set(x y)", "message(STATUS x)"],
    ),
    "vim": (
        ["function! s:f() abort", "if x", "def F()", "else"],
        ["endif", "endfunction", "endfor", "enddef"],
        ["else", "elseif x"],
        ["let x = 1", "if x | y | endif", "format()", "call x()"],
    ),
    "latex": (
        ["\\begin{itemize}", "\\begin{figure}[h]", "\\begin{tabular}{ll}"],
        ["\\end{itemize}"],
        [],
        ["\\section{A}", "\\item a", "\\begin{a} x \\end{a}"],
    ),
    "ada": (
        ["procedure A is", "if x then", "loop", "declare"],
        ["end A;", "end if;", "END;"],
        ["begin", "else", "elsif x then", "exception", "when others =>"],
        ["x := 1;", "ending;"],
    ),
    "vhdl": (
        ["architecture a of b is", "process (clk)", "if x then"],
        ["end process;", "END;"],
        ["begin", "else", "when a =>"],
        ["x <= 1;"],
    ),
    "html": (
        ["<ul>", '<a href="x">', '<a title="a > b">', "<li><b>", ">", "<my-tag>"],
        ["</ul>", "</li></ul>"],
        [],
        ["<br>", '<img src="a">', "<li>x</li>", "<!DOCTYPE html>", "text", "<a />", "<!-- x -->"],
    ),
    "xml": (["<a>", '<xs:element name="a">'], ["</a>"], [], ["<a/>", "<a>x</a>", '<?xml version="1.0"?>']),
    "vue": (
        ["<template>", '<li @click="() => go()">', "setup() {", ">"],
        ["</template>", "</li>"],
        [],
        ["<br>", "<A />", "const x = 1", '<li v-for="a in b">x</li>'],
    ),
    "svelte": (
        ["{#if x}", "{:else}", "{#each a as b}", "<li on:click={() => go()}>", "function f() {"],
        ["{/if}", "{/each}", "</li>"],
        ["{:else}", "{:then x}"],
        ["{x}", "<A />", "{@html x}"],
    ),
    "astro": (["<Layout>", "{items.map((x) => {", "<li>"], ["</Layout>"], [], ["---", "<A />"]),
    "haskell": (
        ["module A where", "f x =", "main = do", "Just x ->", "case x of"],
        [],
        [],
        ["f x = 1", "import A"],
    ),
    "elm": (["f x =", "case x of", "let"], [], [], ["import A"]),
    "fsharp": (["let f x =", "| A ->", "if x then", "match x with"], [], [], ["let x = 1"]),
    "coffeescript": (["f = (x) ->", "class A", "if x", "=>"], [], [], ["x = 1", "if x then y"]),
    "yaml": (["a:"], [], [], ["a: 1", "- b"]),
    "toml": ([], [], [], ["[a]", "a = 1"]),
    "markdown": ([], [], [], ["# A", "a:"]),
    "ini": ([], [], [], ["[a]", "a = 1"]),
    "properties": ([], [], [], ["a = 1"]),
    "dockerfile": ([], [], [], ["FROM a", "RUN a \\"]),
    "clojure": ([], [], [], ["(defn f [x]", "(f)"]),
    "lisp": ([], [], [], ["(defun f (x)", "(f)"]),
    "asm": ([], [], [], ["mov a, b", "main:"]),
}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_a_row_says_of_a_line_whether_it_begins_goes_on_or_ends_a_block(language: Language) -> None:
    opening, ending, going_on, other = LINES[language.name]
    for line in (*opening, *ending, *going_on, *other, ""):
        opens = bool(re.search(language.opens, line))
        ends = bool(language.ends and re.match(language.ends, line))
        middles = bool(language.middles and re.match(language.middles, line))
        assert ends == (line in ending), line
        assert middles == (line in going_on), line
        # A line that ends a block, or goes on with one, may begin another one: `end.map do |x|`.
        assert opens == (line in opening) or line in (*ending, *going_on), line


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_the_marks_of_a_row_are_ones_that_can_be_found(language: Language) -> None:
    assert "" not in (*language.long_quotes, *language.interpolations, *(language.block_comment or ()))
    assert all(mark[-1] in "([{" for mark in language.interpolations)
    assert all(mark[0] in language.quotes for mark in language.long_quotes) or language.name == "nix"
    assert language.block_comment is None or language.block_comment[0] != language.block_comment[1]
    assert not (language.block == "end" and not language.ends)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_its_ids_suffixes_and_file_names_lead_to_the_row(language: Language) -> None:
    assert all(language_of(lsp_id) is language for lsp_id in language.lsp_ids)
    assert all(language_of("", f"a{suffix.upper()}") is language for suffix in language.suffixes)
    assert all(language_of("", f"/a/{name}") is language for name in language.file_names)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
@pytest.mark.timeout(60)
def test_a_long_line_is_read_in_no_time(language: Language, long_line: str) -> None:
    """A pattern that tries every split of a line would not come back from this one."""
    for pattern in filter(None, (language.opens, language.ends, language.middles)):
        re.search(pattern, long_line)


@pytest.fixture(
    params=[
        "<a " + 'b="c" {d} ' * 20_000,
        '<a b={c} d="e">x</a>' * 10_000,
        "x = 'it''s <b ( [ { \" \\' " * 10_000,
        "do end if then begin case def = " * 6_000,
        "function a(b){return b<c?'d':{e:f}};" * 6_000,
        "(" * 200_000,
        "@a " * 60_000,
        "a" * 200_000 + "!",
    ],
    ids=["one tag", "tags", "quotes", "words", "minified", "brackets", "marks", "word"],
)
def long_line(request: pytest.FixtureRequest) -> str:
    return str(request.param)
