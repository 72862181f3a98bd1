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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser with an editor loses a key now and then on a busy machine: once more, and the report says so."""
    for item in items:
        if "vscode" in item.nodeid and item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def neovim_012() -> Path:
    return provided(provision.neovim_012)


@pytest.fixture(scope="session")
def neovim_010() -> Path:
    return provided(provision.neovim_010)


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
def vsix() -> Path:
    """The packaged extension, built once."""
    return provided(vscode_provision.build_extension)


@pytest.fixture(scope="module")
def vscode_scripted(tmp_path_factory: pytest.TempPathFactory, vsix: Path) -> Iterator[Scripted]:
    """A new VS Code for each file of tests with scripted answers; each test starts the server with its own."""
    modules = provided(vscode_provision.code_server)
    browser = provided(vscode_provision.chromium)
    with scripted(modules, browser, vsix, tmp_path_factory.mktemp("scripted")) as session:
        yield session


@pytest.fixture(scope="session")
def luacheck() -> Path:
    return provided(provision.luacheck)


@pytest.fixture(scope="session")
def stylua() -> Path:
    return provided(provision.stylua)


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
            name: str = "example.py",
        ) -> Editor:
            file = tmp_path / "project" / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, newline="")
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
    """What `fetch` gets. Where it cannot be had the test is skipped, in CI it fails, and says what is missing."""
    try:
        return fetch()
    except provision.Missing as missing:
        why = f"{fetch.__name__} cannot be had on this machine, and this test needs it: {missing}"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
