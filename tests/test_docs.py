"""What the pages in docs/ and the README name is there."""

import os
import re
import shlex
import tomllib
from pathlib import Path

import platformdirs.macos
import pytest
import typer
from typer.core import TyperGroup

from hearth.engine import paths
from hearth.engine.models import fit
from hearth.lsp_server import commands
from hearth.lsp_server.commands import setting_rows

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EVERY_PAGE = [
    *PAGES,
    *sorted((ROOT / "editors").glob("*.md")),
    ROOT / "editors" / "vscode" / "README.md",
    ROOT / "lsp_server" / "PROTOCOL.md",
    *(ROOT / f"{name}.md" for name in ("ARCHITECTURE", "CONTRIBUTING", "RELEASING", "SECURITY")),
]
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")
_CODE = re.compile(r"`([^`\n]+)`")
_SHELLS = ("", "sh", "bash", "console")
_OF_SERVE = {"--stdio", "--tcp", "--http", "--ollama"}  # which typer does not know


def by_page(of: re.Pattern[str]) -> list[tuple[str, str]]:
    return sorted({(page.name, found[1]) for page in PAGES for found in of.finditer(page.read_text("utf-8"))})


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"(?m)^#+ (.*)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.finditer(page.read_text("utf-8")):
        target = (page.parent / link[1]) if link[1] else page
        assert target.exists(), link[0]
        if link[2]:
            assert link[2][1:] in anchors(target), link[0]


def in_shell_blocks_and_outside_of_blocks(text: str) -> tuple[list[str], str]:
    """The lines of blocks without a language or with the shell's, and the text between all blocks."""
    *parts, last = re.split(r"(?ms)^ *```(\w*)[^\n]*\n(.*?)^ *```[^\n]*$", text)
    between = [*parts[::3], last]
    blocks = [block for language, block in zip(parts[1::3], parts[2::3], strict=True) if language in _SHELLS]
    return [line for block in blocks for line in block.splitlines()], "\n".join(between)


def commands_named() -> list[tuple[str, list[str]]]:
    """(page, words) of each `hearth …`, without a comment behind it, and of both sides of a pipe."""
    found = []
    for page in EVERY_PAGE:
        lines, between = in_shell_blocks_and_outside_of_blocks(page.read_text("utf-8"))
        for line in [*_CODE.findall(between), *lines]:
            for part in line.partition(" #")[0].replace("\\|", "|").split("|"):
                if re.match(r"hearth [a-z-]", part.strip()):
                    found.append((page.name, shlex.split(part)[1:]))
    return found


def unknown_word(words: list[str]) -> str | None:
    """The first one that is no command where a command stands, or no option of it."""
    command = typer.main.get_command(commands.app)
    options = {"--help"}
    for word in (each.rstrip(",").partition("=")[0] for each in words):
        options |= {option for each in command.params for option in each.opts}
        if word.startswith("-"):
            if word not in (options | _OF_SERVE if command.name == "serve" else options):
                return word
        elif isinstance(command, TyperGroup):
            if word not in command.commands:
                return word
            command = command.commands[word]
    return None


def test_every_command_and_each_of_its_options_is_one() -> None:
    named = commands_named()
    assert len(named) > 60 and {page for page, _ in named} >= {"README.md", "install.md", "vim.md", "http.md"}
    assert [(page, words) for page, words in named if unknown_word(words)] == []


@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        ("settings --nothing", "--nothing"),
        ("models nothing", "nothing"),
        ("serve --htp 8765", "--htp"),
        ("x", "x"),
    ],
)
def test_a_command_that_is_none_is_found(line: str, unknown: str) -> None:
    assert unknown_word(line.split()) == unknown


def test_every_target_of_make_is_one() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))
    text = "\n".join(page.read_text("utf-8") for page in EVERY_PAGE)
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


def test_the_models_for_machines_are_those_that_are_recommended() -> None:
    text = (ROOT / "docs" / "models.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| (\d+) GB \| (\d+) \| `(.+)` \| `(.+)` \|$", text)
    assert len(rows) > 3
    for memory, cores, *named in rows:
        best = fit.recommend(fit.Machine(int(memory) * 2**30, int(cores)))
        assert named == [advice.model.id if advice else "" for advice in best], (memory, cores)


def test_each_page_is_in_the_list_of_pages() -> None:
    contents = (ROOT / "docs" / "README.md").read_text("utf-8")
    assert [
        page.name for page in PAGES[1:] if page.name != "README.md" and f"]({page.name})" not in contents
    ] == []
