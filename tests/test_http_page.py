"""docs/http.md says what the server does, and docs/coming-from.md what `hearth import` takes over."""

import json
import os
import re
from pathlib import Path

import pytest

from hearth.lsp_server.http_api import guard, routes, serving
from hearth.lsp_server.http_api.connections import Bounds
from hearth.lsp_server.importing.continue_settings import PROVIDERS
from hearth.lsp_server.importing.sources import SOURCES

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "http.md").read_text("utf-8")
COMING_FROM = (DOCS / "coming-from.md").read_text("utf-8")


def test_it_names_every_path_and_no_other() -> None:
    named = {(path, method) for method, path in re.findall(r"`(GET|POST) (/[\w/]*)`", PAGE)}
    assert named == {
        (path, row.method) for table in (routes.OPENAI, routes.LLAMA, routes.OLLAMA) for path, row in table.items()
    }


def test_its_settings_are_valid() -> None:
    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 2
    assert all(isinstance(json.loads(block), dict) for block in blocks)


def test_its_bounds_are_those_of_the_server() -> None:
    bounds = Bounds()
    said = (
        f"a request may have {bounds.body >> 20} MB, a head {bounds.head >> 10} KB; {serving.MOST} connections, "
        f"{routes.MOST_AT_ONCE} requests at once"
    )
    assert said in PAGE.replace("\n ", "")
    assert bounds.answer == 600


@pytest.mark.skipif(os.name == "nt", reason="the page says where it is on Linux")
def test_the_token_is_where_it_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("XDG_", "HEARTH_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert str(guard.token_file()) == f"{tmp_path}/.local/state/hearth/http.token"
    assert PAGE.count("~/.local/state/hearth/http.token") >= 3


def test_every_error_that_clients_get_is_explained() -> None:
    explained = {int(status) for row in re.findall(r"(?m)^\| ([\d, ]+) \|", PAGE) for status in row.split(", ")}
    assert {400, 401, 403, 404, 413, 429, 431, 503} <= explained


def test_every_source_and_provider_is_named() -> None:
    assert all(source.title in COMING_FROM for source in SOURCES)
    assert all(f"`{name}`" in COMING_FROM or f": {name}`" in COMING_FROM for name in PROVIDERS)
