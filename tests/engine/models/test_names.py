"""What a name means: in settings, on the command line, and as articles write it."""

import re
from pathlib import Path

import pytest

from hearth.engine.errors import ModelMissing, UnknownModel
from hearth.engine.models import catalog, names, store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.names import HubName, LmStudioName, OllamaName, PathName
from hearth.engine.settings import DownloadSettings
from tests.engine.models.stores import put_into_ollama
from tests.tiny_model import write_tiny_gguf


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("hf:o/r/a.gguf", HubName("o/r", "a.gguf", "main")),
        ("hf:o/r/sub/a.gguf@v1", HubName("o/r", "sub/a.gguf", "v1")),
        ("ollama:deepseek-r1:7b", OllamaName("deepseek-r1:7b")),
        ("ollama:hf.co/o/r:Q4_K_M", OllamaName("hf.co/o/r:Q4_K_M")),
        ("lmstudio:p/m/a.gguf", LmStudioName("p/m/a.gguf")),
        ("./a.gguf", PathName("./a.gguf")),
        ("a.gguf", PathName("a.gguf")),
        ("C:\\models\\a.gguf", PathName("C:\\models\\a.gguf")),
    ],
)
def test_each_form_has_its_meaning(name: str, meant: names.Name) -> None:
    assert names.parse(name) == meant


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("deepseek-r1", "deepseek-r1-distill-qwen-7b"),
        ("deepseek-r1:latest", "deepseek-r1-distill-qwen-7b"),
        ("DeepSeek-R1:14b", "deepseek-r1-distill-qwen-14b"),
        ("qwen2.5-coder:0.5b", "qwen2.5-coder-0.5b-instruct"),
        ("llama3.2", "llama-3.2-3b-instruct"),
        ("mistral", "mistral-7b-instruct-v0.3"),
    ],
)
def test_a_name_from_an_article_is_the_catalogs_model(name: str, id: str) -> None:
    assert names.parse(name) == catalog.by_id(id)


def test_what_ollama_has_on_this_disk_comes_first(tmp_path: Path, user_home: Path) -> None:
    blob = put_into_ollama(user_home, "deepseek-r1:7b", write_tiny_gguf(tmp_path / "tiny.gguf"))
    assert names.parse("deepseek-r1:7b") == OllamaName("deepseek-r1:7b")
    ref = store.ensure("deepseek-r1:7b", settings=DownloadSettings(allowed=False))
    assert (ref.id, ref.path) == ("ollama:deepseek-r1:7b", str(blob))
    assert names.parse("deepseek-r1:8b") == catalog.by_id("deepseek-r1-distill-llama-8b")


def test_a_catalog_id_is_never_another_programs_name(tmp_path: Path, user_home: Path) -> None:
    put_into_ollama(user_home, "qwen2.5-coder-1.5b:latest", write_tiny_gguf(tmp_path / "tiny.gguf"))
    assert names.parse("qwen2.5-coder-1.5b") == catalog.by_id("qwen2.5-coder-1.5b")


@pytest.mark.parametrize(
    ("size", "row"),
    [
        ("7b", "deepseek-r1-distill-qwen-7b"),
        ("8b", "deepseek-r1-distill-llama-8b"),
        ("14b", "deepseek-r1-distill-qwen-14b"),
        ("32b", "deepseek-r1-distill-qwen-32b"),
        ("70b", "deepseek-r1-distill-llama-70b"),
    ],
)
def test_the_sizes_of_deepseek_r1_are_known_as_articles_name_them(size: str, row: str) -> None:
    model = names.parse(f"deepseek-r1:{size}")
    assert isinstance(model, CatalogModel) and model.id == row and model.reasoning


@pytest.mark.parametrize("name", ["deepseek-r1:671b", "DeepSeek-R1:671B"])
def test_the_largest_is_told_apart_from_those_that_were_taught_by_it(name: str) -> None:
    with pytest.raises(UnknownModel, match=r"671 billion parameters.*1.5b to deepseek-r1:70b") as raised:
        names.parse(name)
    assert f"`hearth models pull ollama:{name}`" in str(raised.value)


def test_the_smallest_says_how_the_hub_has_it() -> None:
    with pytest.raises(UnknownModel, match="no model named") as raised:
        names.parse("deepseek-r1:1.5b")
    said = re.search(r"`hearth models pull (hf:[^`]+)`", str(raised.value))
    assert said and isinstance(names.parse(said[1]), HubName)


@pytest.mark.parametrize("name", ["deepseek-r1:671b", "llama4:scout"])
def test_a_name_that_is_nowhere_says_how_ollama_could_get_it(name: str) -> None:
    with pytest.raises(UnknownModel, match=rf"no model named '{name}'.*`hearth models pull ollama:{name}`"):
        names.parse(name)


def test_a_name_that_is_not_one_of_ollamas_says_what_is_similar() -> None:
    with pytest.raises(UnknownModel, match=r"Did you mean .*deepseek") as raised:
        names.parse("deepseek-r1-distil")
    assert "ollama" not in str(raised.value)


def test_a_catalog_model_that_is_not_here_is_missing_by_its_own_name() -> None:
    with pytest.raises(ModelMissing, match="downloads are switched off"):
        store.ensure("deepseek-r1:7b", settings=DownloadSettings(allowed=False))
