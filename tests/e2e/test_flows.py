"""Flows of several keys, as clients play them: typing along, deleting back, a menu, long lines, new files."""

from typing import Any

import pytest
from lsprotocol import types as lsp

from tests.e2e.editor import Editor, editor

PAIRS = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`"}
NESTED = 'g([1, 2], h(3)), k("a", [b]))'  # valid in most languages


def scripted(said: str) -> dict[str, Any]:
    return {"completion": {"backend": "scripted", "model": f"0:{said}"}}


def press(ed: Editor, key: str) -> None:
    """As an editor that closes brackets and quotes, and steps over those that it has closed."""
    following = ed.text[ed.cursor : ed.cursor + 1]
    if following == key and key in PAIRS.values():
        ed.cursor += 1
    elif key in PAIRS and following in (")", "]", "}", ";", ",", '"', "'", "`", " ", "\n", ""):
        ed.type(key + PAIRS[key])
        ed.cursor -= 1
    else:
        ed.type(key)


def accepted(ed: Editor, item: lsp.InlineCompletionItem) -> str:
    """The text as it would be."""
    assert item.range is not None
    start, end = ed.offset(item.range.start), ed.offset(item.range.end)
    return ed.text[:start] + str(item.insert_text) + ed.text[end:]


async def backspace(ed: Editor) -> str:
    """What is shown once the character left of the cursor is deleted."""
    ed.replace(ed.cursor - 1, ed.cursor, "")
    return await ed.ghost()


async def typed_along(ed: Editor, said: str, truth: str) -> None:
    """At each key all that is missing is shown, and whenever it is accepted the text is the same."""
    wrong = []
    for key in said:
        there = ed.text[: ed.cursor] + "‸" + ed.text[ed.cursor :]
        item = await ed.ask()
        if accepted(ed, item) != truth if item else ed.text != truth:
            wrong.append((there, item and item.insert_text))
        press(ed, key)
    assert not wrong, "\n".join(map(str, wrong))
    assert ed.text == truth


async def test_typing_along_a_suggestion_keeps_it_through_every_pair() -> None:
    """The backend would say all of it again if it was asked again."""
    async with editor(scripted(NESTED)) as ed:
        for language, marked in (
            ("python", "x = f(‸)\ny = 1\n"),
            ("javascript", "const x = f(‸);\ny();\n"),
            ("typescript", "class A {\n  b = f(‸);\n}\n"),
            ("go", "func x() {\n\tf(‸)\n\ty()\n}\n"),
            ("rust", "fn x() {\n    f(‸);\n    y();\n}\n"),
            ("java", "class A {\n\tint b = f(‸);\n}\n"),
            ("cpp", "int x() {\n  f(‸);\n  y();\n}\n"),
            ("csharp", "var x = f(‸);\r\ny();\r\n"),
            ("php", "<?php\n$x = f(‸);\ny();\n"),
            ("ruby", "x = f(‸)\ny\n"),
            ("kotlin", "val x = f(‸)\ny()\n"),
            ("swift", "let x = f(‸)\ny()\n"),
            ("dart", "final x = f(‸);\ny();\n"),
            ("nim", "let x = f(‸)\ny()\n"),
            ("markdown", "See `f(‸)` here.\n"),
        ):
            ed.open(marked, name=f"{language}.txt", language=language)
            await typed_along(ed, NESTED, marked.replace("‸)", NESTED))
            ed.close()


@pytest.mark.parametrize(
    ("language", "marked", "said"),
    [
        ("python", "print(‸)\n", 'f"{a[0]}: {b(1)}")'),
        ("typescript", "f(‸);\ng();\n", "{ a: [1], b: `c ${d(1)}` })"),
    ],
)
async def test_typing_along_strings_with_code_in_them(language: str, marked: str, said: str) -> None:
    async with editor(scripted(said)) as ed:
        ed.open(marked, name="a", language=language)
        await typed_along(ed, said, marked.replace("‸)", said))


async def test_another_key_loses_a_suggestion_and_going_back_finds_it_again() -> None:
    async with editor(scripted("total(first, second)")) as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == "total(first, second)"
        for key in "tot":
            press(ed, key)
            assert await ed.ghost()
        press(ed, "z")
        assert not (await ed.ghost()).startswith("al(")
        assert await backspace(ed) == "al(first, second)"


@pytest.mark.parametrize("language", ["python", "go", "haskell"])
async def test_what_was_accepted_does_not_come_back_while_it_is_deleted(language: str) -> None:
    async with editor(scripted("total(first, second)")) as ed:
        ed.open("x = f(‸)\n", name="a", language=language)
        item = await ed.ask()
        assert item is not None
        ed.accept(item)
        await ed.ghost()
        assert [await backspace(ed) for _ in range(8)] == [""] * 8
        assert await ed.ghost(automatic=False)  # who asks by hand is answered
        ed.type("z")  # something else is a new place
        assert await ed.ghost()


async def test_going_through_the_menu_each_entry_is_completed_and_then_the_text_alone() -> None:
    async with editor(scripted("(a, 1)")) as ed:
        for marked in (
            "s = '😀' + os.pa‸\n",
            "f(os.pa‸)\n",
            "\tif os.pa‸:\n",
            "x = {\r\n    'a': os.pa‸\r\n}\r\n",
        ):
            ed.open(marked, name="menu.py")
            start, end = ed.at(ed.cursor - 2), ed.at(ed.cursor)
            for entry in ("path", "pardir", "path"):
                answer = await ed.request(selected=lsp.SelectedCompletionInfo(lsp.Range(start, end), entry))
                assert [item.insert_text for item in answer.items] == [f"{entry}(a, 1)"]
                assert answer.items[0].range.start == start
            ed.replace(ed.cursor - 2, ed.cursor, "path")
            assert await ed.ghost() == "(a, 1)"
            ed.close()


async def _prompt(ed: Editor) -> str:
    at = ed.at(ed.cursor)
    params = {
        "textDocument": {"uri": ed.uri},
        "position": {"line": at.line, "character": at.character},
    }
    return str((await ed.client.protocol.send_request_async("hearth/inspect", params)).prompt)


async def test_of_a_long_line_the_model_sees_what_is_left_of_the_cursor() -> None:
    sentence = "Green tea is made of leaves that are heated soon after the harvest. "
    async with editor(scripted("rolled")) as ed:
        for name, language, marked in (
            ("a.md", "markdown", f"# Tea\n\n{sentence * 20}Black tea is ‸\n\nMore.\n"),
            ("a.tex", "latex", f"\\section{{Tea}}\n{sentence * 20}Black tea is ‸\n"),
            ("a.txt", "plaintext", f"{sentence * 40}Black tea is ‸"),
            ("a.min.js", "javascript", "a" + "=f(1);b" * 400 + "=g(‸);\n"),
            ("a.json", "json", '{"a": [' + '{"b": 1}, ' * 200 + '{"c": "‸"}]}\n'),
            ("a.sql", "sql", "INSERT INTO a VALUES " + "(1, 'b'), " * 150 + "(2, '‸');\n"),
            ("a.csv", "csv", "one;two;" * 200 + "‸\n"),
            ("a.py", "python", "x = [" + "'é😀', " * 200 + "'‸']\n"),
        ):
            ed.open(marked, name=name, language=language)
            left = ed.text[: ed.cursor][-20:].strip()
            assert left in await _prompt(ed), name
            item = await ed.ask(automatic=False)
            assert item is not None and accepted(ed, item) == marked.replace("‸", "rolled"), name


async def test_the_model_is_told_the_name_of_every_new_file() -> None:
    async with editor(scripted("x")) as ed:
        for name, language in (
            ("main.py", "python"),
            ("main.go", "go"),
            ("lib.rs", "rust"),
            ("App.vue", "vue"),
            ("App.svelte", "svelte"),
            ("Dockerfile", "dockerfile"),
            ("Makefile", "makefile"),
            ("style.css", "css"),
            ("docker-compose.yml", "dockercompose"),
            ("schema.sql", "sql"),
            ("a.jl", "julia"),
            ("build.zig", "zig"),
            ("Main.hs", "haskell"),
            ("a.ps1", "powershell"),
            ("a.unknown", "unknown"),
        ):
            ed.open("‸", name=f"src/{name}", language=language)
            assert f"src/{name}" in await _prompt(ed)


async def test_other_answers_fit_the_closers_too() -> None:
    async with editor(scripted("a, 1);\f[|b];\f{|c: 1 });")) as ed:
        ed.open("f({ d: g(‸) });\nh();\n", name="a.js", language="javascript")
        answer = await ed.request(automatic=False)
        texts = [accepted(ed, item) for item in answer.items]
        assert len(texts) == len(set(texts)) == 3
        assert all(text.endswith("});\nh();\n") and "));" not in text for text in texts), texts
