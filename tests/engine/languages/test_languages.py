import subprocess
import sys
from types import ModuleType
from typing import NoReturn

import pytest
import tree_sitter

from hearth.engine import languages
from hearth.engine.context import parsed
from hearth.engine.context.symbols import references, symbols
from hearth.engine.languages import LANGUAGES, Language, language_of

# A small text for each language, the definitions that must be found in it (kind and name, in order), the modules
# that it brings in, and some of the names that it uses.
SAMPLES: dict[str, tuple[str, list[str], list[str], list[str]]] = {
    "python": (
        "import os\nfrom a.b import c as d\nLIMIT = 3\nclass A(B):\n    x: int = 1\n    def m(self):\n"
        "        return go(self)\n@cached\ndef f(x):\n    def inner(): pass\n",
        ["variable LIMIT", "class A", "field x", "method m", "function f", "function inner"],
        ["os", "a.b"],
        ["go", "B"],
    ),
    "javascript": (
        "import a, { b } from './a'\nconst c = require('./c')\nclass A { x = 1; m() { return go() } }\n"
        "export const f = () => { b() }\nfunction g() {}\n",
        ["variable c", "class A", "field x", "method m", "function f", "function g"],
        ["./a", "./c"],
        ["go", "b"],
    ),
    "typescript": (
        "import { b } from './b'\ninterface I { x: number }\ntype T = I | string\nenum E { One }\n"
        "abstract class A<T> { private x = 1; m(): T { return go() } }\nexport const f = (x: I) => { b() }\n"
        "export function g(): void {}\nexport const LIMIT = 3\n",
        [
            "type I",
            "type T",
            "type E",
            "class A",
            "field x",
            "method m",
            "function f",
            "function g",
            "variable LIMIT",
        ],
        ["./b"],
        ["go", "I"],
    ),
    "tsx": (
        "import React from 'react'\nexport const App = (p: Props) => <div>{p.x}</div>\n"
        "function g() { return <A/> }\n",
        ["function App", "function g"],
        ["react"],
        ["Props", "A"],
    ),
    "go": (
        'package a\nimport (\n\t"fmt"\n\tx "a.b/c"\n)\nconst Limit = 3\nvar v int\ntype S struct { F int }\n'
        "func (s *S) M(x int) error { return x.Go(s.F) }\nfunc F() {}\n",
        ["constant Limit", "variable v", "type S", "method M", "function F"],
        ["fmt", "a.b/c"],
        ["Go", "S", "F"],
    ),
    "rust": (
        "use crate::a::{b, c};\nmod d;\nconst L: u8 = 1;\npub struct S { x: u8 }\nenum E { A }\n"
        "trait T { fn t(&self); }\nimpl T for S { fn t(&self) { go(self.x) } }\n"
        "fn f() {}\nmacro_rules! m { () => {} }\n",
        [
            "constant L",
            "type S",
            "type E",
            "class T",
            "method t",
            "class S",
            "method t",
            "function f",
            "macro m",
        ],
        ["crate::a::{b, c}", "d"],
        ["go", "x"],
    ),
    "java": (
        "import a.b.C;\nclass A extends B {\n  int x;\n  A() {}\n  int m(C c) { return go(c); }\n}\n"
        "interface I { void i(); }\nenum E { ONE }\nrecord R(int a) {}\n",
        ["class A", "field x", "method A", "method m", "class I", "method i", "type E", "class R"],
        ["a.b.C"],
        ["go", "C"],
    ),
    "c": (
        '#include "a.h"\n#define N 3\nstruct S { int x; };\ntypedef struct S T;\nint v = 1;\nint p(int);\n'
        "char *q(void) { return 0; }\nint f(T *t) { return go(t->x); }\n",
        ["macro N", "type S", "type T", "variable v", "function p", "function q", "function f"],
        ['"a.h"'],
        ["go", "x"],
    ),
    "cpp": (
        "#include <vector>\nnamespace n {\nclass A { int x; int m(int y) { return go(y); } };\n"
        "enum class E { a };\n}\n"
        "using T = int;\nint n::A::k() { return 1; }\nint f() { return 1; }\n",
        ["module n", "class A", "field x", "method m", "type E", "type T", "method n::A::k", "function f"],
        ["<vector>"],
        ["go", "y"],
    ),
    "csharp": (
        "using System.Text;\nnamespace N {\n  interface I { void P(); }\n  class A : I {\n"
        "    int x;\n    A() {}\n"
        "    public int Y { get; set; }\n    int M(B b) { return Go(b); }\n  }\n  enum E { One }\n}\n",
        [
            "module N",
            "class I",
            "method P",
            "class A",
            "field x",
            "method A",
            "field Y",
            "method M",
            "type E",
        ],
        ["System.Text"],
        ["Go", "B"],
    ),
    "ruby": (
        "require 'a/b'\nrequire_relative 'c'\nmodule M\n  LIMIT = 3\n  class A < B\n"
        "    def m(x)\n      go x\n    end\n"
        "    def self.s; end\n  end\nend\n",
        ["module M", "constant LIMIT", "class A", "method m", "method s"],
        ["a/b", "c"],
        ["go", "B"],
    ),
    "php": (
        "<?php\nuse A\\B;\nconst L = 1;\ninterface I { function i(); }\n"
        "class C extends D { public $x; function m() { return go(); } }\nfunction f() {}\n",
        ["constant L", "class I", "method i", "class C", "field $x", "method m", "function f"],
        ["A\\B"],
        ["go", "D"],
    ),
    "bash": (
        "source ./lib.sh\nLIMIT=3\nexport A=1\ngo() { run $LIMIT; }\nfunction f { go; }\n",
        ["variable LIMIT", "variable A", "function go", "function f"],
        ["./lib.sh"],
        ["run", "LIMIT"],
    ),
    "lua": (
        "local a = require('a.b')\nlimit = 3\nlocal function f(x) return go(x) end\nfunction M.g() end\n",
        ["variable a", "variable limit", "function f", "function M.g"],
        ["a.b"],
        ["go"],
    ),
    "html": (
        '<html><head><script src="a.js"></script></head><body><div id="main"><p>x</p></div></body></html>\n',
        ["section main"],
        ["a.js"],
        ["p"],
    ),
    "css": (
        '@import "a.css";\n:root { --gap: 1px; }\n.card > a { color: red; }\n'
        "@keyframes spin { from { top: 0 } }\n",
        ["rule :root", "variable --gap", "rule .card > a", "rule spin"],
        ['"a.css"'],
        ["card"],
    ),
    "json": ('{"a": {"b": 1}, "c": [2]}\n', ["key a", "key c"], [], ["b"]),
    "yaml": ("a:\n  b: &x 1\nc: *x\n", ["key a", "key c"], [], ["x"]),
    "toml": ("k = 1\n[a]\nb = 2\n[[c.d]]\n", ["key k", "section a", "section c.d"], [], ["b"]),
    "kotlin": (
        "package a.b\nimport a.b.C\nimport d.e.*\nconst val LIMIT = 3\ntypealias T = Map<String, Int>\n"
        "interface I {\n    fun i(): Int\n}\nenum class E { ONE, TWO }\n"
        "data class A(val x: Int) : B(), I {\n    private var z = 1\n    override fun m(c: C): Int {\n"
        "        return go(c.x)\n    }\n}\ndata class P(val x: Int)\nobject O {\n    fun o() {}\n}\n"
        'fun String.f() = go("a ${x}")\nfun g() {\n    val inner = 1\n}\n',
        [
            "variable LIMIT",
            "type T",
            "class I",
            "method i",
            "type E",
            "class A",
            "field z",
            "method m",
            "class P",
            "class O",
            "method o",
            "function f",
            "function g",
        ],
        ["a.b.C", "d.e"],
        ["go", "C", "inner"],
    ),
    "swift": (
        "import Foundation\nimport struct A.B\nlet limit = 3\ntypealias T = [String: Int]\n"
        "protocol P { func p(x: Int) -> Int }\nenum E { case one, two(Int) }\n"
        "struct S: P {\n  var x: Int = 1\n  init(x: Int) { self.x = x }\n"
        "  func m(_ c: C) -> Int { return go(c.x) }\n}\nextension S { func e() {} }\n"
        'func f(x: Int) -> String { let inner = "a \\(x)"; return inner }\n',
        [
            "variable limit",
            "type T",
            "class P",
            "method p",
            "type E",
            "class S",
            "field x",
            "method init",
            "method m",
            "class S",
            "method e",
            "function f",
        ],
        ["Foundation", "A.B"],
        ["go", "C", "inner"],
    ),
    "scala": (
        "package a.b\nimport a.b.C\nimport d.e.{F, G}\ntrait I { def i: Int }\n"
        "case class A(x: Int) extends B with I {\n  val z = 1\n  type T = Int\n"
        '  def m(c: C): Int = { go(c.x) }\n}\ncase class P(x: Int)\nobject O { def o() = s"a ${x}" }\n'
        "enum E { case One, Two }\nenum F:\n  case One\n\ndef f(x: Int): Int =\n  val inner = x + 1\n  inner\n",
        [
            "class I",
            "method i",
            "class A",
            "field z",
            "type T",
            "method m",
            "class P",
            "class O",
            "method o",
            "type E",
            "type F",
            "function f",
        ],
        ["C", "e"],
        ["go", "C", "inner"],
    ),
    "elixir": (
        'defmodule A.B do\n  use GenServer\n  alias A.C\n  @doc "Adds."\n'
        '  def f(x, y) do\n    go(x + y)\n  end\n  defp g(x) when x > 1, do: "a #{x}"\n'
        "  defmacro m(x) do\n    x\n  end\n  def h, do: 1\n"
        "  def k(x) when is_list(x) do\n    x\n  end\nend\n",
        ["module A.B", "function f", "function g", "function m", "function h", "function k"],
        ["GenServer", "A.C"],
        ["go", "x"],
    ),
    "powershell": (
        "using module A.B\nImport-Module ./c.psm1\n. ./lib.ps1\n$limit = 3\nenum E { One }\n"
        "class A : B {\n  [int]$x\n  A([int]$x) { $this.x = $x }\n"
        "  [int] M([int]$y) { return Go $y }\n}\nfunction Get-Thing {\n  param([string]$Name)\n"
        '  $inner = 1\n  Write-Output "a $Name $($x.y)"\n}\n',
        [
            "variable $limit",
            "type E",
            "class A",
            "field $x",
            "method A",
            "method M",
            "function Get-Thing",
        ],
        ["A.B", "./c.psm1", "./lib.ps1"],
        ["Go", "$inner"],
    ),
    "markdown": ("# A\n\ntext\n\nB\n===\n\n## C\n", ["section A", "section B", "section C"], [], []),
}


PARSED = [language for language in LANGUAGES if language.grammar]


@pytest.mark.parametrize("language", PARSED, ids=lambda language: language.name)
def test_a_sample_shows_its_definitions_imports_and_references(language: Language) -> None:
    text, definitions, modules, used = SAMPLES[language.name]
    code = parsed.parse(text, language)
    assert code.tree is not None, f"{language.grammar} is not installed"
    assert not code.tree.root_node.has_error
    found = symbols(code)
    assert [f"{definition.kind} {definition.name}" for definition in found.definitions] == definitions
    assert [statement.module for statement in found.imports] == modules
    assert set(used) <= set(references(code, 0, len(text)))


def test_the_language_id_goes_before_the_file_name() -> None:
    found = language_of("typescriptreact", "a.py")
    assert found is not None
    assert found.name == "tsx"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/b.py", "python"),
        ("C:\\x\\y.RS", "rust"),
        ("lib/Rakefile", "ruby"),
        ("a.tar.gz", None),
        ("a", None),
    ],
)
def test_a_file_name_tells_the_language(path: str, name: str | None) -> None:
    found = language_of("", path)
    assert (found.name if found else None) == name


def test_a_language_without_its_grammar_package_has_no_tree() -> None:
    unknown = Language("python", ("klingon",), (".kl",), "tree_sitter_klingon")
    assert languages.grammar(unknown) is None
    assert parsed.parse("x = 1\n", unknown).tree is None
    assert symbols(parsed.parse("x = 1\n", unknown)).definitions == ()


@pytest.mark.parametrize("wrong", ["no such function", "a version that is not understood", "no grammar"])
def test_a_grammar_that_does_not_fit_is_none(
    wrong: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unfit(_: object) -> NoReturn:
        raise ValueError("Incompatible Language version 99")

    module = ModuleType("tree_sitter_klingon")
    if wrong != "no such function":
        module.language = lambda: None  # type: ignore[attr-defined]
    if wrong == "a version that is not understood":
        monkeypatch.setattr(tree_sitter, "Language", unfit)
    elif wrong == "no grammar":
        module.language = lambda: 0  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tree_sitter_klingon", module)
    klingon = Language("klingon", ("klingon",), (".kl",), "tree_sitter_klingon")
    for _ in range(2):
        assert parsed.parse("x = 1\n", klingon).tree is None
    assert caplog.text.count("klingon is read without its grammar") == 1


def test_a_grammar_with_other_nodes_has_trees_and_no_symbols(caplog: pytest.LogCaptureFixture) -> None:
    other = Language("python", ("other",), (".other",), "tree_sitter_json")
    for _ in range(2):
        code = parsed.parse('{"a": 1}\n', other)
        assert code.tree is not None
        assert symbols(code).definitions == () and references(code, 0, 8) == ()
    assert caplog.text.count("the queries of python do not fit its grammar") == 2, "of each part once"


def test_no_two_languages_share_an_id_or_a_suffix() -> None:
    for claims in ([row.lsp_ids for row in LANGUAGES], [row.suffixes for row in LANGUAGES]):
        flat = [claim for row in claims for claim in row]
        assert len(flat) == len(set(flat))


def test_prompts_are_laid_out_without_the_parser() -> None:
    """The host lays prompts out; it starts faster, and has less that may crash, without what it does not use."""
    asked = "import sys, hearth.engine.fim; print('tree_sitter' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
