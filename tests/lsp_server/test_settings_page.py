"""docs/settings.md and `hearth settings` say what engine/settings.py says."""

import re
import tomllib
from pathlib import Path

import pytest

from hearth.engine.settings import Settings
from hearth.lsp_server.commands import setting_rows, settings
from hearth.lsp_server.settings import Layer, resolve

ROOT = Path(__file__).parents[2]
ROWS = setting_rows.all_settings()


def test_the_page_is_up_to_date() -> None:
    """If it is not: `hearth settings --markdown > docs/settings.md`."""
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == settings.page(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_setting_has_a_meaning_and_a_default_that_can_be_written_so(row: setting_rows.SettingRow) -> None:
    assert len(row.meaning) > 5 and row.type
    *sections, name = row.name.split(".")
    header = f"[{'.'.join(sections)}]\n" if sections else ""
    written = tomllib.loads(f"{header}{name} = {setting_rows.as_toml(row.default)}\n")
    found, problems = resolve([Layer("a test", written)])
    assert problems == [] and found == Settings()


def test_comments_are_those_behind_a_field_or_above_it() -> None:
    by_name = {row.name: row for row in ROWS}
    assert by_name["completion.max_lines"].meaning == "Lines of a suggestion while typing, at most"
    assert by_name["completion.deadline_ms"].meaning.startswith("Time limit in milliseconds")
    assert by_name["completion.max_lines"].range == "1 to 500"
    assert by_name["debug"].default is False


def test_what_a_project_may_set_is_marked() -> None:
    marked = {row.name for row in ROWS if row.by_project}
    assert "completion.languages_off" in marked and not marked & {
        "completion.model",
        "openai_compatible.url",
        "debug",
    }


def test_the_command_shows_what_holds_now(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from hearth.engine import paths

    paths.make(paths.config_file().parent)
    paths.config_file().write_text("[completion]\nmax_lines = 33\n")
    monkeypatch.setenv("COLUMNS", "200")
    settings.settings()
    said = capsys.readouterr().out
    (line,) = [each for each in said.splitlines() if each.startswith("completion.max_lines ")]
    assert "33" in line.split()
    assert str(paths.config_file()) in said.replace("\n", "")


@pytest.mark.parametrize("editor", ["emacs", "helix", "sublime"])
def test_the_examples_are_written_as_on_the_pages_of_the_editors(editor: str) -> None:
    """Those were tried in the editors."""
    page = " ".join((ROOT / "editors" / f"{editor}.md").read_text("utf-8").split())
    tried = re.sub(r"(max_lines\W{1,4})4\b", r"\g<1>20", page)
    rows = [line for line in settings.page(ROWS).splitlines() if line.lower().startswith(f"| {editor}")]
    parts = [code for row in rows for code in re.findall(r"`([^`]*\b20\b[^`]*)`", row)]
    assert parts and [part for part in parts if " ".join(part.rstrip(")").split()) not in tried] == []
