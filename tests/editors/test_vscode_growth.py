"""Ghost text of which a part was shown grows in a real VS Code, with no key between, and without flicker."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.editors.vscode_scripted import Scripted

ASKED, GREW = "textDocument/inlineCompletion", "hearth/completionGrew"
SHOWN, REJECTED = "textDocument/didShowCompletion", "hearth/didRejectCompletion"
ACCEPTED = "workspace/executeCommand"
LINES = ["total = a", "    total += b", "    return total"]
PART, WHOLE = "total=a", "total=atotal+=breturntotal"  # as they are looked at, without blanks
SETTINGS = '[completion]\nbackend = "scripted"\ndeadline_ms = 1\nmodel = "{delay}:{script}|"\n'
# Every 20 ms the ghost text that is on the page, line by line, as long as it is another one than before.
WATCH = """
  window.ghosts = [];
  window.ghost = () => {
    // The lines below the first one are in a zone of their own, which has its place only from the next frame on.
    const found = [...document.querySelectorAll('.ghost-text-decoration, .ghost-text')];
    const outer = found.filter((each) => !found.some((other) => other !== each && other.contains(each)));
    const isBelow = (each) => each.closest('.view-zones') !== null;
    outer.sort((a, b) => isBelow(a) - isBelow(b));
    return outer.map((each) => each.textContent).join('').replace(/[\\s\\u00a0\\u00b7]/g, '');
  };
  clearInterval(window.watching);
  window.watching = setInterval(() => {
    const text = window.ghost();
    if (text !== (window.ghosts.at(-1) ?? '')) window.ghosts.push(text);
  }, 20);
"""


@pytest.fixture
def session(vscode_scripted: Scripted) -> Iterator[Scripted]:
    yield vscode_scripted
    vscode_scripted.editor.run("await page.evaluate(() => clearInterval(window.watching))")
    vscode_scripted.editor.press("Escape", "Escape", "Control+s")
    vscode_scripted.editor.close_tab()


def start(session: Scripted, name: str, delay_ms: int = 600) -> None:
    """A function whose body the user begins; the model says a line each time."""
    script = "|".join(f"{line}\\n" for line in LINES)
    session.start(SETTINGS.format(delay=delay_ms, script=script))
    session.open(name, "def f(a, b):\n")
    session.editor.press("Control+End")
    session.editor.run(f"await page.evaluate(() => {{ {WATCH} }})")
    session.editor.write("    ")


def ghost(session: Scripted) -> str:
    return str(session.editor.run("return await page.evaluate(() => window.ghost())"))


def ghosts(session: Scripted) -> list[str]:
    found: list[str] = session.editor.run("return await page.evaluate(() => window.ghosts)")
    return found


def test_a_part_grows_to_the_whole_in_place_and_tab_accepts_it(session: Scripted) -> None:
    editor = session.editor
    told, shown = len(session.said(GREW)), len(session.said(SHOWN))
    start(session, "grows.py")
    editor.until(lambda: ghost(session) == PART, "the part")
    editor.save("growth-part")
    editor.until(lambda: ghosts(session)[-1:] == [WHOLE], "the whole")
    editor.save("growth-whole")
    seen = ghosts(session)
    assert seen[0] == PART
    assert all(after.startswith(before) for before, after in pairwise(seen)), seen
    assert len(session.said(GREW)) == told + 2
    kinds = {each["params"]["context"]["triggerKind"] for each in session.said(ASKED)[-2:]}
    assert kinds == {2}, "as if typed"
    items = [each["params"]["item"] for each in session.said(SHOWN)[shown:]]
    assert len({item["command"]["arguments"][0] for item in items[-3:]}) == 1, "one suggestion"
    accepted = len(session.said(ACCEPTED))
    editor.press("Tab")
    session.until_said(ACCEPTED, accepted + 1)
    assert session.text("grows.py") == "def f(a, b):\n    " + "\n".join(LINES)


def test_what_was_dismissed_does_not_come_back(session: Scripted) -> None:
    editor, rejected = session.editor, len(session.said(REJECTED))
    start(session, "dismissed.py", 1500)
    editor.until(lambda: ghosts(session)[-1:] == [PART], "the part")
    editor.press("Escape")
    session.until_said(REJECTED, rejected + 1)
    asked = len(session.said(ASKED))
    editor.run("await page.waitForTimeout(3500)")  # longer than the rest takes
    assert ghosts(session)[-1:] == [""]
    assert len(session.said(ASKED)) == asked


def test_what_has_grown_is_typed_along_and_gone_through_as_ever(session: Scripted) -> None:
    editor = session.editor
    start(session, "along.py")
    editor.until(lambda: ghost(session) == WHOLE, "the whole")
    editor.write("tot")
    editor.until(lambda: ghost(session) == WHOLE[3:], "the rest")
    editor.press("Alt+]")
    session.editor.until(lambda: not session.is_waiting(ASKED), "an answer")
    assert ghost(session) == WHOLE[3:], "the only one there is"
