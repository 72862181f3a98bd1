"""What the pages in docs/ and the README name is there."""

import os
import re
import shlex
import tomllib
from pathlib import Path

import platformdirs.macos
import pytest

from hearth.engine import paths
from hearth.lsp_server import commands
from hearth.lsp_server.commands import setting_rows
from hearth.lsp_server.commands.models import app as models

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")
_CODE = re.compile(r"`([^`\n]+)`")


def by_page(of: re.Pattern[str]) -> list[tuple[str, str]]:
    return sorted({(page.name, found[1]) for page in PAGES for found in of.finditer(page.read_text("utf-8"))})


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"(?m)^#+ (.*)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.finditer(page.read_text("utf-8")):
        target = (page.parent / link[1]) if link[1] else page
        assert target.exists(), link[0]
        if link[2]:
            assert link[2][1:] in anchors(target), link[0]


def test_every_command_is_one() -> None:
    known = {
        command.name or getattr(command.callback, "__name__", "") for command in commands.app.registered_commands
    }
    of_models = {
        command.name or getattr(command.callback, "__name__", "") for command in models.registered_commands
    }
    named = [shlex.split(code) for _, code in by_page(_CODE) if re.match(r"hearth [a-z]", code)]
    assert len(named) > 15
    for words in named:
        assert words[1] in {*known, "models"}, words
        if words[1] == "models":
            assert {words[2].rstrip(",")} <= of_models, words


def test_every_target_of_make_is_one() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"(?m)(?:`|^)make ([a-z-]+)", text))
    assert {"install", "update", "uninstall"} <= named <= targets


def test_every_setting_that_a_page_names_is_one() -> None:
    known = {row.name for row in setting_rows.all_settings()}
    sections = {name.partition(".")[0] for name in known if "." in name}
    for page, code in by_page(_CODE):
        if (found := re.match(r"([a-z_]+)\.([a-z_]+)(?: = .*)?$", code)) and found[1] in sections:
            if found[2] in ("err", "log"):  # a file
                continue
            assert f"{found[1]}.{found[2]}" in known, (page, code)


def test_the_folders_are_the_ones_that_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("XDG_", "HEARTH_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    rows = [line.split(" | ") for line in (ROOT / "docs" / "privacy.md").read_text("utf-8").splitlines()]
    table = {row[0].lstrip("| "): [cell.strip("`| ") for cell in row[1:]] for row in rows if len(row) == 4}
    on_linux = {what: Path(cells[0].replace("~", str(tmp_path))) for what, cells in table.items()}
    assert on_linux["models"] == paths.models_dir()
    assert on_linux["your settings"] == paths.config_file()
    assert on_linux["chats, statistics, measurements"] == paths.wanted_state_dir()
    assert on_linux["logs"] == paths.log_dir()
    mac = platformdirs.macos.MacOS("hearth", False)
    on_mac = {what: cells[1].replace("~", str(tmp_path)) for what, cells in table.items()}
    assert on_mac["models"] == f"{mac.user_data_dir}/models"
    assert on_mac["your settings"] == f"{mac.user_config_dir}/hearth.toml"
    assert on_mac["chats, statistics, measurements"] == mac.user_state_dir
    assert on_mac["logs"] == mac.user_log_dir
    assert on_mac["the socket of the model process"] == mac.user_runtime_dir


def test_settings_in_the_readme_are_valid() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    known = {row.name for row in setting_rows.all_settings()}
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert blocks
    for block in blocks:
        for section, values in tomllib.loads(block).items():
            assert {f"{section}.{name}" for name in values} <= known
