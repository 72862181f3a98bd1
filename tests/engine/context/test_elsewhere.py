"""Definitions that an editor's other language servers know: what is asked, what is read, what is shown."""

from dataclasses import replace
from pathlib import Path

import pytest

from hearth.engine.context.elsewhere import Place, Use, place_of, uses_to_ask
from hearth.engine.context.gathering import gather
from tests.engine.context.marked import MARK
from tests.engine.context.test_gather import ask, document, make, shown

CLIENT = """class Client:
    def get(self, url: str) -> bytes:
        return b''


def connect(host):
    return Client()
"""
# Nothing in the text says where `connect` comes from: a plugin's registry hands it over.
MAIN = f"client = registry['connect'](HOST)\nanswer = client.{MARK}\n"


def test_the_receiver_and_foreign_names_are_asked_for_and_own_ones_are_not(tmp_path: Path) -> None:
    text = "def own():\n    pass\n\n\nclient = connect(HOST)\nown()\nanswer = client."
    main = document(tmp_path, "main.py", text)
    uses = uses_to_ask(main, len(text), ())
    assert uses[0] == Use("client", text.rindex("client"), of_type=True)
    assert {use.name for use in uses[1:]} == {"connect", "HOST", "answer"}
    assert all(text.startswith(use.name, use.offset) for use in uses)
    # What is known of a variable's definition says nothing of its type.
    assert uses_to_ask(main, len(text), {("client", False)})[0].name == "client"
    assert "connect" not in {use.name for use in uses_to_ask(main, len(text), {("connect", False)})}


def test_never_more_names_than_a_few_are_asked_for(tmp_path: Path) -> None:
    text = "\n".join(f"name_{number}()" for number in range(50))
    assert len(uses_to_ask(document(tmp_path, "main.py", text), len(text), ())) == 8


def test_the_definition_is_named_by_what_stands_at_the_place(tmp_path: Path) -> None:
    make(tmp_path, {"lib/client.py": CLIENT})
    file = tmp_path / "lib/client.py"
    roots = (str(tmp_path),)
    assert place_of("open_it", str(file), 5, 4, roots) == Place("open_it", file, "connect")
    assert place_of("client", str(file), 0, 0, roots) == Place("client", file, "Client")
    assert place_of("client", str(file), 99, 0, roots) is None
    assert place_of("client", str(tmp_path / "missing.py"), 0, 0, roots) is None


@pytest.mark.parametrize(
    "library",
    [".venv/lib/python3.12/site-packages", "node_modules", "go/pkg/mod", "cargo/registry/src/index-1"],
)
def test_of_files_outside_of_the_workspace_only_installed_packages_are_read(tmp_path: Path, library: str) -> None:
    make(tmp_path, {f"outside/{library}/client/__init__.py": CLIENT, "outside/client.py": CLIENT, "root/a.py": ""})
    roots = (str(tmp_path / "root"),)
    installed = tmp_path / "outside" / library / "client" / "__init__.py"
    assert place_of("x", str(installed), 5, 4, roots) == Place(
        "x", installed, "connect", tmp_path / "outside" / library
    )
    assert place_of("x", str(tmp_path / "outside/client.py"), 5, 4, roots) is None


def test_ignored_and_secret_files_are_not_read(tmp_path: Path) -> None:
    make(tmp_path, {".hearthignore": "private/\n", "private/client.py": CLIENT, "secrets.py": "password = 'x'\n"})
    roots = (str(tmp_path),)
    assert place_of("x", str(tmp_path / "private/client.py"), 5, 4, roots) is None


def test_the_class_of_what_stands_in_front_of_the_dot_is_shown_with_its_members(tmp_path: Path) -> None:
    make(tmp_path, {"lib/client.py": CLIENT})
    query = ask(tmp_path, "main.py", MAIN)
    assert shown(gather(query, 500)) == {}
    place = Place("client", tmp_path / "lib/client.py", "Client")
    found = gather(replace(query, places=(place,)), 500)
    assert shown(found) == {
        "lib/client.py": "class Client:\n    def get(self, url: str) -> bytes:",
    }
    assert [piece.reason for piece in found.pieces] == ["Client is the type of client"]


def test_what_an_alias_stands_for_is_shown(tmp_path: Path) -> None:
    make(tmp_path, {"lib/client.py": CLIENT})
    query = ask(tmp_path, "main.py", f"open_it = registry['connect']\nopen_it({MARK})\n")
    place = Place("open_it", tmp_path / "lib/client.py", "connect")
    assert shown(gather(replace(query, places=(place,)), 500)) == {"lib/client.py": "def connect(host):"}


def test_a_name_that_is_no_longer_near_is_left_out(tmp_path: Path) -> None:
    make(tmp_path, {"lib/client.py": CLIENT})
    query = ask(tmp_path, "main.py", f"print({MARK})\n")
    place = Place("open_it", tmp_path / "lib/client.py", "connect")
    assert shown(gather(replace(query, places=(place,)), 500)) == {}
