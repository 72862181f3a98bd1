"""Nobody is told to install Hearth by a name that somebody else may take on a package index."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_NOT_OURS = {"node_modules", "dist", "build", "artefacts", "__pycache__"}
_TEXT = {"", ".py", ".md", ".toml", ".ts", ".mjs", ".json", ".lua", ".txt", ".vim", ".cfg", ".yaml", ".yml", ".sh"}
_NAME = re.compile(r"hearth[-_.]lsp(?!_server)", re.IGNORECASE)
_INSTALLS = re.compile(
    r"\b(?:pip[\d.]*|pipx|uvx?|conda|mamba|poetry|brew|npm|npx|yarn|pnpm|cargo|gem|apt|apt-get|snap|nix-env|code)\b"
    r"[^\n`]*?\b(?:install|add|run|i|upgrade|install-extension)\b([^\n`]*)"
)
# Where the name may stand: the package's own name, and questions for its version.
_MAY = re.compile(r"""^name = "hearth-lsp"$|\bversion\(["']hearth-lsp["']\)|"\./hearth_lsp-|hearth_lsp-\*""")
_BY_PATH = re.compile(r"(?:^|[\s\"'`(])(?:[\w.~-]*/)+(?:hearth_lsp-|hearth\b)|\.vsix\b")


def sources() -> list[Path]:
    found = []
    for top in (each for each in ROOT.iterdir() if not each.is_symlink()):
        if (top.name.startswith(".") and top.name not in (".ci", ".github")) or top.name in _NOT_OURS:
            continue
        found += [top] if top.is_file() else [path for path in top.rglob("*") if not _NOT_OURS & set(path.parts)]
    return [path for path in found if path.suffix in _TEXT and path.is_file() and path != Path(__file__)]


def by_name(text: str) -> list[str]:
    """The lines that would have it fetched from an index."""
    found = []
    for line in text.splitlines():
        installs = [each[1] for each in _INSTALLS.finditer(line)]
        named = _NAME.search(_BY_PATH.sub("", line)) and not _MAY.search(line.strip())
        if named or any(re.search(r"\bhearth\b", _BY_PATH.sub("", each)) for each in installs):
            found.append(line.strip())
    return found


@pytest.mark.parametrize(
    "line",
    [
        "pip install hearth-lsp",
        "`python3 -m pip install --user hearth_lsp==0.1.0`",
        "uv tool install hearth",
        "uvx hearth-lsp serve",
        "pipx run hearth",
        'await run(own, ["-m", "pip", "install", "--quiet", "hearth-lsp"]);',
        "npm install hearth",
        "code --install-extension hearth",
    ],
)
def test_such_a_line_is_found(line: str) -> None:
    assert by_name(line)


@pytest.mark.parametrize(
    "line",
    [
        "pip install ./hearth_lsp-0.1.0-py3-none-any.whl   # or a release's wheel, by its path",
        "pip install /path/to/hearth",
        "code --install-extension dist/hearth.vsix",
        'name = "hearth-lsp"',
        'VERSION = version("hearth-lsp")',
    ],
)
def test_an_installation_by_path_is_none(line: str) -> None:
    assert not by_name(line)


def test_no_file_tells_to_install_by_a_name() -> None:
    files = sources()
    assert len(files) > 300 and {"README.md", "environment.ts", "health.lua"} <= {path.name for path in files}
    offenders = []
    for path in files:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        offenders += [(str(path.relative_to(ROOT)), line) for line in by_name(text)]
    assert offenders == []
