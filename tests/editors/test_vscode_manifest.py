"""The extension's manifest says the same as the server's settings, and its lock file names no addresses."""

import json
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import hearth.engine.backends
from hearth.engine.settings import Between, Settings
from hearth.lsp_server import settings as server_settings
from tests.editors.vscode_provision import EXTENSION

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", tuple: "array"}
MANIFEST = json.loads((EXTENSION / "package.json").read_text())
OWN = {"hearth.path"}


def _declared() -> dict[str, Any]:
    sections = MANIFEST["contributes"]["configuration"]
    return {name: row for section in sections for name, row in section["properties"].items()}


def _engine(value: Any = None, name: str = "hearth") -> dict[str, Any]:
    value = value or Settings()
    found: dict[str, Any] = {}
    for field in fields(value):
        each, path = getattr(value, field.name), f"{name}.{field.name}"
        found |= _engine(each, path) if is_dataclass(each) else {path: each}
    return found


def test_every_setting_of_the_server_is_there_and_no_other() -> None:
    assert set(_declared()) - OWN == set(_engine())


@pytest.mark.parametrize("name", sorted(_engine()))
def test_a_setting_has_the_server_s_type_and_default_and_a_description(name: str) -> None:
    row, value = _declared()[name], _engine()[name]
    assert row["type"] == TYPES[type(value)]
    assert row["default"] == (list(value) if isinstance(value, tuple) else value)
    assert len(row["markdownDescription"]) > 10


def test_a_number_has_the_server_s_range_and_a_backend_is_one_of_those_that_there_are() -> None:
    rows = _declared()
    for section in fields(Settings):
        for name, kind in get_type_hints(type(getattr(Settings(), section.name)), include_extras=True).items():
            row = rows[f"hearth.{section.name}.{name}"]
            limits = [each for each in getattr(kind, "__metadata__", ()) if isinstance(each, Between)]
            expected = (limits[0].least, limits[0].most) if limits else (None, None)
            assert (row.get("minimum"), row.get("maximum")) == expected, f"{section.name}.{name}"
            if name == "backend":
                backends = Path(hearth.engine.backends.__file__).parent
                assert all((backends / f"{each}.py").exists() for each in row["enum"])
                assert len(row["enum"]) == len(row["enumDescriptions"]) == 3


def test_settings_stand_in_an_order_of_their_own_and_link_to_settings_that_there_are() -> None:
    sections = MANIFEST["contributes"]["configuration"]
    assert [section["order"] for section in sections] == list(range(len(sections)))
    for section in sections:
        rows = section["properties"].values()
        assert [row["order"] for row in rows] == list(range(len(rows))), section["title"]
    texts = "".join(row["markdownDescription"] for row in _declared().values())
    links = re.findall(r"#(hearth\.[\w.]+)#", texts)
    assert len(links) > 5 and set(links) <= set(_declared())
    assert set(re.findall(r"\(command:([\w.]+)\)", texts)) <= {
        row["command"] for row in MANIFEST["contributes"]["commands"]
    }


def test_a_project_cannot_choose_programs_models_or_servers() -> None:
    restricted = set(MANIFEST["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"])
    for name, row in _declared().items():
        path = tuple(name.split(".")[1:])
        if not server_settings.may_be_set_by_a_project(path):
            assert row["scope"] in ("machine", "machine-overridable"), name
            assert name in restricted, name


def _keys() -> list[tuple[str, str]]:
    """Each key and the system that it is for."""
    bindings = MANIFEST["contributes"]["keybindings"]
    return [
        (row[name], "mac" if name == "mac" else "pc") for row in bindings for name in ("key", "mac") if name in row
    ]


def test_keys_are_free_of_what_types_a_character_or_hides_a_window() -> None:
    assert len(_keys()) > 5
    for key, system in _keys():
        for stroke in key.split(" "):
            held = set(stroke.split("+")[:-1])
            assert not held >= {"ctrl", "alt"}, f"{key}: on many Windows keyboards that is AltGr"
            assert not held >= {"cmd", "alt"}, f"{key}: macOS has such keys for itself"
            assert system == "pc" or "ctrl" not in held, f"{key}: macOS edits text with Control"


def test_the_walkthrough_promises_only_keys_that_are_bound() -> None:
    steps = {step["id"]: step for step in MANIFEST["contributes"]["walkthroughs"][0]["steps"]}
    assert (steps["type"]["when"], steps["type-mac"]["when"]) == ("!isMac", "isMac")
    signs = {"⌘": "cmd+", "⌥": "alt+", "⇥": "tab", "⎋": "escape", "→": "right"}
    of_vscode = {"tab", "escape", "ctrl+right", "cmd+right"}
    bindings = MANIFEST["contributes"]["keybindings"]
    bound = {
        "type": {row["key"] for row in bindings},
        "type-mac": {row.get("mac", row["key"]) for row in bindings},
    }
    for id, keys in bound.items():
        table = (EXTENSION / steps[id]["media"]["markdown"]).read_text().splitlines()[2:]
        promised = [key for row in table for key in row.split("|")[1].strip().split(" or ")]
        assert len(promised) >= 5
        for key in promised:
            for sign, name in signs.items():
                key = key.replace(sign, name)
            assert key.lower().replace("\\\\", "\\") in keys | of_vscode, key


def test_every_command_of_a_menu_or_a_key_is_there() -> None:
    contributed = MANIFEST["contributes"]
    commands = {row["command"] for row in contributed["commands"]}
    rows = [*contributed["keybindings"], *(row for menu in contributed["menus"].values() for row in menu)]
    assert {row["command"] for row in rows if "command" in row} <= commands
    source = (EXTENSION / "src" / "extension.ts").read_text() + (EXTENSION / "src" / "named.ts").read_text()
    for name in commands:
        assert re.search(rf"\b{name.removeprefix('hearth.')}\b", source), name


def test_the_lock_file_names_no_addresses_to_download_from() -> None:
    assert '"resolved"' not in (EXTENSION / "package-lock.json").read_text()


def test_the_page_of_the_chat_loads_nothing_from_elsewhere() -> None:
    page = (EXTENSION / "src" / "chat" / "page.ts").read_text()
    assert "default-src 'none'" in page and "'unsafe-" not in page
    for file in [*EXTENSION.glob("src/**/*.ts"), *EXTENSION.glob("src/**/*.css")]:
        assert not re.search(r"https?://", file.read_text()), file.name
