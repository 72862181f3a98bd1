"""The extension's manifest says the same as the server's settings, and its lock file names no addresses."""

import json
import re
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from hearth.engine.settings import Settings
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


def test_a_project_cannot_choose_programs_models_or_servers() -> None:
    restricted = set(MANIFEST["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"])
    for name, row in _declared().items():
        path = tuple(name.split(".")[1:])
        if not server_settings.may_be_set_by_a_project(path):
            assert row["scope"] in ("machine", "machine-overridable"), name
            assert name in restricted, name


def test_the_lock_file_names_no_addresses_to_download_from() -> None:
    assert '"resolved"' not in (EXTENSION / "package-lock.json").read_text()


def test_the_page_of_the_chat_loads_nothing_from_elsewhere() -> None:
    page = (EXTENSION / "src" / "chat" / "page.ts").read_text()
    assert "default-src 'none'" in page and "'unsafe-" not in page
    for file in [*EXTENSION.glob("src/**/*.ts"), *EXTENSION.glob("src/**/*.css")]:
        assert not re.search(r"https?://", file.read_text()), file.name
