"""The next edit in a real VS Code: a badge far away, Tab to the place, Tab for the edit, and the one behind it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.editors.vscode import VSCode
from tests.editors.vscode_scripted import Scripted

ASKED, SHOWN = "textDocument/copilotInlineEdit", "textDocument/didShowInlineEdit"
REJECTED, ACCEPTED = "hearth/didRejectInlineEdit", "workspace/executeCommand"
SILENT = "[completion]\nenabled = false\n"
TALKING = '[completion]\nbackend = "scripted"\nmodel = "5:hello|"\n'
BASKET = "def total(prices):\n    return sum(prices)\n\n\nprint(total(prices=[1]))\n"
RENAMED = "def total(amounts):\n    return sum(amounts)\n\n\nprint(total(amounts=[1]))\n"
FIRST = {
    "range": [1, 0, 1, 22],
    "text": "    return sum(amounts)",
    "hearth": {"title": "Rename prices to amounts", "left": 1},
}
SECOND = {"range": [4, 0, 4, 24], "text": "print(total(amounts=[1]))"}
FAR = "\n".join(f"x{row} = {row}" for row in range(90)) + "\n"
THEMES = {  # and the class that VS Code's page then has
    "Default Light Modern": "vs",
    "Default Dark Modern": "vs-dark",
    "Default High Contrast": "hc-black",
    "Default High Contrast Light": "hc-light",
}
# What stands behind the text of the lines, and whether its background or its border can be seen.
DRAWN = """
  [...document.querySelectorAll('.view-lines span[class*="ced-"]')]
    .map((each) => getComputedStyle(each, '::after'))
    .filter(({content}) => content.length > 2 && content.startsWith('"'))
    .map(({content, backgroundColor, borderTopColor, borderTopWidth}) => {
      const isSeen = (color) => !/transparent|, 0\\)$/.test(color);
      const hasBorder = isSeen(borderTopColor) && borderTopWidth !== '0px';
      return [JSON.parse(content), isSeen(backgroundColor) || hasBorder];
    })
"""


class Session:
    def __init__(self, scripted: Scripted) -> None:
        self.scripted, self.editor = scripted, scripted.editor
        self.rejected = len(scripted.said(REJECTED))
        self.accepted = len(scripted.said(ACCEPTED))

    def begin(self, name: str, text: str, edits: list[dict[str, Any]], settings: str = SILENT) -> None:
        """A new file, and a server whose next edits are these."""
        self.offer(edits)
        self.scripted.start(settings)
        self.scripted.open(name, text)
        self.editor.press("Control+Home")

    def offer(self, edits: list[dict[str, Any]]) -> None:
        edits_file(self.scripted).write_text(json.dumps({"edits": edits}))

    def drawn(self) -> list[str]:
        return [text.replace("\N{NO-BREAK SPACE}", " ") for text, _ in self.looks()]

    def looks(self) -> list[list[Any]]:
        """Each text, and whether it can be told from the code."""
        found: list[list[Any]] = self.editor.run(f"return await page.evaluate(() => {DRAWN})")
        return found

    def until_drawn(self, text: str) -> None:
        self.editor.until(lambda: text in self.drawn(), f"{text!r} behind the text")

    def until_nothing_is_drawn(self) -> None:
        """VS Code takes away what it has drawn with its next picture."""
        self.editor.until(lambda: self.drawn() == [], "the end of what was drawn")

    def until_text(self, name: str, text: str) -> None:
        self.editor.until(lambda: self.scripted.text(name) == text, f"another text of {name}")

    def reasons(self) -> list[str]:
        return [each["params"]["reason"] for each in self.scripted.said(REJECTED)[self.rejected :]]

    def ids(self) -> list[str]:
        return [each["params"]["arguments"][0] for each in self.scripted.said(ACCEPTED)[self.accepted :]]

    def rename(self) -> None:
        """The parameter in the first line."""
        self.editor.press("Control+Home", *["ArrowRight"] * 10, *["Shift+ArrowRight"] * 6)
        self.editor.write("amounts")


def themes(editor: VSCode) -> Iterator[str]:
    """One after the other, by the class of each."""
    settings = editor.folder / ".vscode" / "settings.json"
    settings.parent.mkdir(exist_ok=True)
    try:
        for theme, kind in THEMES.items():
            settings.write_text(json.dumps({"workbench.colorTheme": theme}))
            editor.run(f"await page.locator('.monaco-workbench.{kind}').first().waitFor()")
            yield kind
    finally:
        settings.unlink()


def edits_file(scripted: Scripted) -> Path:
    return Path(f"{scripted.log}.edits")


@pytest.fixture
def session(vscode_scripted: Scripted) -> Iterator[Session]:
    yield Session(vscode_scripted)
    vscode_scripted.editor.press("Escape", "Escape", "Control+s")
    vscode_scripted.editor.close_tab()
    edits_file(vscode_scripted).unlink()


def test_tab_goes_there_tab_makes_it_and_the_chain_goes_on(session: Session) -> None:
    editor = session.editor
    session.begin("basket.py", BASKET, [])
    session.offer([FIRST, SECOND])
    session.rename()
    session.until_drawn("amounts")
    while_typing = session.reasons()  # on a slow machine one may be shown between two letters
    editor.save("next-edit-near")
    editor.press("Tab")  # on the line beside it
    session.until_text("basket.py", RENAMED.replace("amounts=", "prices="))
    session.until_drawn("amounts")
    editor.press("Tab")
    editor.until(lambda: "Ln 5, Col 13" in editor.text(".statusbar"), "the place")
    editor.save("next-edit-there")
    assert session.scripted.text("basket.py") == RENAMED.replace("amounts=", "prices=")
    editor.press("Tab")
    session.until_text("basket.py", RENAMED)
    editor.until(lambda: session.ids() == ["next-0", "next-1"], "both acceptances")
    assert session.reasons() == while_typing
    session.until_nothing_is_drawn()
    editor.press("Control+z")
    session.until_text("basket.py", RENAMED.replace("amounts=", "prices="))


def test_a_far_place_has_a_badge_at_the_cursor_and_a_mark_and_can_be_seen_in_each_theme(session: Session) -> None:
    editor = session.editor
    title = {"title": "Rename x50 to y", "left": 2}
    session.begin("far.py", FAR, [{"range": [50, 0, 50, 8], "text": "y50 = 50", "hearth": title}])
    badge = "⇥ line 51: Rename x50 to y (2 more)"
    editor.press("End")
    session.until_drawn(badge)
    editor.press("ArrowDown", "End")
    session.until_drawn(badge)
    for name in themes(editor):
        editor.until(lambda: [badge, True] in session.looks(), f"a badge that can be seen ({name})")
        editor.save(f"next-edit-badge-{name}")
    editor.press("Tab")
    session.until_drawn("y50")
    for name in themes(editor):
        editor.until(lambda: ["y50", True] in session.looks(), f"an edit that can be seen ({name})")
        editor.save(f"next-edit-{name}")
    marks = "return await page.locator('.glyph-margin-widgets [class*=\"ced-\"]').count()"
    assert editor.run(marks) == 1
    editor.press("Tab")
    session.until_text("far.py", FAR.replace("x50", "y50"))


def test_what_is_declined_goes_and_tab_is_a_tab_again(session: Session) -> None:
    editor = session.editor
    session.begin("declined.py", BASKET, [FIRST])
    editor.press("End")
    session.until_drawn("amounts")
    editor.press("Escape")
    editor.until(lambda: session.reasons() == ["rejected"], "the rejection")
    session.until_nothing_is_drawn()
    editor.press("Tab")
    session.editor.until(lambda: session.scripted.text("declined.py") != BASKET, "a tab")
    assert "sum(prices)" in session.scripted.text("declined.py")


def test_an_edit_of_the_users_takes_it_away(session: Session) -> None:
    session.begin("typed.py", BASKET, [FIRST])
    session.until_drawn("amounts")
    session.offer([])
    session.editor.press("Control+End")
    session.editor.write("x")
    session.editor.until(lambda: session.reasons() == ["ignored"], "word that it went")
    session.until_nothing_is_drawn()


def test_a_tab_in_the_indentation_indents_and_another_key_takes_it(session: Session) -> None:
    editor = session.editor
    session.begin("indents.py", BASKET, [FIRST])
    session.until_drawn("Alt+↵")
    editor.press("Tab")
    editor.until(lambda: session.scripted.text("indents.py").startswith("    def"), "an indented line")
    editor.press("Home")
    session.until_drawn("Alt+↵")
    editor.press("Alt+Enter")
    session.until_text("indents.py", f"    {BASKET}".replace("sum(prices)", "sum(amounts)"))


def test_the_menu_comes_first(session: Session) -> None:
    editor = session.editor
    session.begin("menu.py", BASKET, [FIRST])
    editor.press("Control+End")
    editor.press("Control+Home", "End")
    session.until_drawn("amounts")
    editor.press("Control+Space")
    editor.run("await page.locator('.suggest-widget.visible .monaco-list-row').first().waitFor()")
    editor.press("Tab")
    editor.until(lambda: session.scripted.text("menu.py") != BASKET, "the entry of the menu")
    assert "sum(prices)" in session.scripted.text("menu.py")


def test_ghost_text_comes_first_and_what_is_behind_it_appears_when_it_goes(session: Session) -> None:
    editor = session.editor
    session.begin("ghost.py", BASKET, [SECOND], TALKING)
    session.until_drawn("amounts")
    editor.press("Control+Home", "ArrowDown", "ArrowDown")
    asked = len(session.scripted.said(ASKED))
    editor.write("x = ")
    editor.until(lambda: "hello" in editor.ghost(), "ghost text")
    session.scripted.until_said(ASKED, asked + 1)
    editor.until(lambda: not session.scripted.is_waiting(ASKED), "a next edit behind it")
    session.until_nothing_is_drawn()
    rejected = len(session.scripted.said("hearth/didRejectCompletion"))
    editor.press("Escape")
    session.scripted.until_said("hearth/didRejectCompletion", rejected + 1)
    session.until_drawn("amounts")
    assert not editor.ghost()


def test_new_lines_are_ghost_text_at_their_place(session: Session) -> None:
    editor = session.editor
    added = [
        {"range": [2, 0, 2, 0], "text": "\n\ndef f():\n    pass\n"},
        {"range": [0, 0, 0, 0], "text": "import os\n"},
        {"range": [6, 0, 9, 0], "text": ""},
    ]
    session.begin("lines.py", BASKET, added)
    editor.press("End")
    session.until_drawn("↵ def f(): (+3)  ⇥")
    editor.press("Tab")
    editor.until(lambda: "def f():" in editor.ghost(), "ghost text")
    editor.save("next-edit-lines")
    editor.press("Tab")
    longer = BASKET.replace("sum(prices)\n", "sum(prices)\n\n\ndef f():\n    pass\n")
    session.until_text("lines.py", longer)
    editor.until(lambda: session.ids() == ["next-0"], "the acceptance")
    session.until_drawn("↑ import os  ⇥")
    editor.press("Tab", "Tab")
    session.until_text("lines.py", f"import os\n{longer}")
    editor.until(lambda: session.ids() == ["next-0", "next-1"], "the acceptance")
    session.until_drawn("⇥")
    editor.press("Tab", "Tab")
    session.until_text("lines.py", f"import os\n{longer}".replace("    pass\n\n\n", ""))
    assert session.reasons() == []


def test_more_new_lines_than_old_ones_are_in_the_hover(session: Session) -> None:
    editor = session.editor
    text = "    count = len(amounts)\n    return sum(amounts) / count"
    session.begin("more.py", FAR, [{"range": [50, 0, 50, 8], "text": text}])
    editor.press("End")
    session.until_drawn("⇥ line 51")
    editor.press("Tab")
    editor.until(lambda: "return sum(amounts)" in editor.text(".monaco-hover"), "the hover")
    editor.save("next-edit-hover")
    editor.press("Tab")
    session.until_text("more.py", FAR.replace("x50 = 50", text))


def test_an_edit_of_another_open_file_is_gone_to_there(session: Session) -> None:
    editor = session.editor
    shop = "from basket import total\nprint(total(prices=[2]))\n"
    session.begin("shop.py", shop, [])
    session.scripted.open("other.py", BASKET)
    session.offer([{"name": "shop.py", "range": [1, 0, 1, 24], "text": "print(total(amounts=[2]))"}])
    session.rename()
    session.until_drawn("⇥ shop.py, line 2")
    editor.save("next-edit-other-file")
    editor.press("Tab")
    editor.until(lambda: "shop.py" in editor.text(".tab.active"), "the other file")
    session.until_drawn("amounts")
    editor.press("Tab")
    session.until_text("shop.py", shop.replace("prices", "amounts"))
    editor.press("Control+s")
    editor.close_tab()
