import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.editors import provision, vscode_provision
from tests.editors.neovim import ARTEFACTS, SCRIPTED, Edit, Editor, editing, to_lua
from tests.editors.vscode_scripted import Scripted, scripted


@pytest.fixture(scope="session")
def neovim_012() -> Path:
    return provided(provision.neovim_012)


@pytest.fixture(scope="session")
def neovim_011() -> Path:
    return provided(provision.neovim_011)


@pytest.fixture(scope="session")
def helix() -> Path:
    return provided(provision.helix)


@pytest.fixture(scope="session")
def emacs() -> Path:
    return provided(provision.emacs)


@pytest.fixture(scope="session")
def vim_ale() -> Path:
    return provided(provision.vim_ale)


@pytest.fixture(scope="session")
def vscode_scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    """One VS Code for all tests with scripted answers; each starts the server with answers of its own."""
    modules = provided(vscode_provision.code_server)
    browser = provided(vscode_provision.chromium)
    vsix = provided(vscode_provision.build_extension)
    with scripted(modules, browser, vsix, tmp_path_factory.mktemp("scripted")) as session:
        yield session


@pytest.fixture(params=["neovim_012", "neovim_011"])
def any_neovim(request: pytest.FixtureRequest) -> Path:
    program: Path = request.getfixturevalue(request.param)
    return program


@pytest.fixture
def edit(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Edit]:
    opened: list[Editor] = []
    with ExitStack() as stack:

        def edit(
            program: Path,
            text: str = "x = \n",
            *,
            settings: dict[str, Any] = SCRIPTED,
            setup: dict[str, Any] | None = None,
            before: str = "",
            env: dict[str, str] | None = None,
        ) -> Editor:
            file = tmp_path / "project" / "example.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
            options = to_lua({"settings": settings, **(setup or {})})
            init = f"{before}\nrequire('hearth').setup({options})"
            editor = stack.enter_context(editing(program, file, init, tmp_path / "home", env))
            opened.append(editor)
            return editor

        yield edit
        for editor in opened:
            editor.save(_artefact(request.node.name))


def _artefact(name: str) -> Path:
    """Where the last screen of a test goes, for people to look at."""
    return ARTEFACTS / re.sub(r"\W+", "-", name).strip("-")


def provided(fetch: Callable[[], Path]) -> Path:
    """The editor; without it the test is skipped with the reason, in CI it fails."""
    try:
        return fetch()
    except provision.Missing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))
