"""What is no model that writes text says so by its header, and is neither fetched nor loaded for it."""

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hearth.engine import backends
from hearth.engine.backends import Fetcher, local
from hearth.engine.errors import BrokenModel, ModelMissing
from hearth.engine.models import catalog, gguf, store, usable
from hearth.engine.models.catalog import CatalogModel, ModelFile
from hearth.engine.models.download import Progress
from hearth.engine.settings import CompletionSettings, DownloadSettings, Settings
from tests.engine.backends.asking import collect, completion
from tests.engine.models.conftest import REPO
from tests.engine.models.fake_hub import FakeHub
from tests.fakes import tiny_models
from tests.fakes.tiny_models import RECIPES, NoVocabulary, write_adapter, write_projector, write_shard, write_tiny

Write = Callable[[Path], Path]


def made_up(path: Path) -> Path:
    """An architecture that nobody has heard of, in the same number of letters."""
    path.write_bytes(write_tiny(path).read_bytes().replace(b"llama", b"lhama"))
    return path


UNUSABLE: dict[str, tuple[Write, str]] = {
    "adapter.gguf": (write_adapter, r"it is an adapter \(LoRA\).*choose the model that it was made for"),
    "mmproj.gguf": (write_projector, r"mmproj.*choose the model's own file"),
    "vocab.gguf": (lambda path: write_tiny(path, keys={"general.type": "vocab"}), "its type is 'vocab'"),
    "m-00002-of-00003.gguf": (lambda path: write_shard(path, 1, 3), r"file 2 of 3.*-00001-of-00003\.gguf"),
    "bert.gguf": (lambda path: write_tiny(path, "bert"), r"an encoder \('bert'\).*choose a model for chat"),
    "both-ways.gguf": (lambda path: write_tiny(path, keys={"attention.causal": False}), r"an encoder \('llama'\)"),
    "pooled.gguf": (lambda path: write_tiny(path, keys={"pooling_type": 3}), r"an encoder \('llama'\)"),
    "t5.gguf": (lambda path: write_tiny(path, "t5"), r"an encoder and a decoder \(t5\)"),
    "one-token.gguf": (lambda path: write_tiny(path, context=1), "window of 1 tokens is too small"),
    "few-tokens.gguf": (lambda path: write_tiny(path, context=32), "at least 64"),
    "no-vocabulary.gguf": (lambda path: write_tiny(path, vocabulary=NoVocabulary()), "no vocabulary"),
    "made-up.gguf": (made_up, "does not know its architecture, 'lhama'.*a newer llama-cpp-python"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_it_says_what_it_is_and_what_to_do(name: str, tmp_path: Path) -> None:
    write, why = UNUSABLE[name]
    with pytest.raises(BrokenModel, match=why):
        store.ensure(str(write(tmp_path / name)))


@pytest.mark.parametrize("recipe", [name for name in RECIPES if name not in ("bert", "t5")])
def test_what_writes_text_is_let_through(recipe: str, tmp_path: Path) -> None:
    assert usable.problem(gguf.read(write_tiny(tmp_path / "a.gguf", recipe))) == ""


@pytest.mark.parametrize("context", [64, 256])
def test_a_small_window_is_a_window(context: int, tmp_path: Path) -> None:
    assert store.ensure(str(write_tiny(tmp_path / "a.gguf", context=context))).context == context


def test_words_of_the_file_come_as_words_of_the_file(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "a.gguf", keys={"general.type": "[x](command:y)\x1b\u202e" + "x" * 900})
    with pytest.raises(BrokenModel) as refused:
        store.ensure(str(path))
    assert "\x1b" not in str(refused.value) and "\u202e" not in str(refused.value)
    assert len(str(refused.value)) < 200 + len(str(path))


@pytest.mark.parametrize("name", UNUSABLE)
def test_it_is_not_fetched_further_than_its_header(name: str, tmp_path: Path, hub: FakeHub) -> None:
    write, why = UNUSABLE[name]
    beginning = write(tmp_path / "made" / name).read_bytes()
    hub.files["owner/Big/big.gguf"] = beginning + bytes(24_000_000)
    fetched: list[int] = []

    def on_progress(progress: Progress) -> None:
        fetched.append(progress.done)

    with pytest.raises(BrokenModel, match=rf"big\.gguf cannot be used: .*{why}.*not downloaded further"):
        store.ensure("hf:owner/Big/big.gguf", on_progress, settings=DownloadSettings(mirror="hub"))
    assert max(fetched) < 4_000_000
    assert store.find("hf:owner/Big/big.gguf") is None
    with pytest.raises(ModelMissing):
        store.remove("hf:owner/Big/big.gguf")  # nothing is left of it


def test_a_header_that_comes_slowly_is_waited_for(tmp_path: Path, hub: FakeHub) -> None:
    """The vocabulary is larger than the first piece that is looked at."""
    many = tiny_models.ByteVocabulary(special=(*tiny_models.QWEN, *(f"<|{n:060}|>" for n in range(3000))))
    content = write_tiny(tmp_path / "made.gguf", vocabulary=many).read_bytes()
    hub.files["owner/Big/big.gguf"] = content
    ref = store.ensure("hf:owner/Big/big.gguf", settings=DownloadSettings(mirror="hub"))
    assert Path(ref.path).read_bytes() == content
    hub.files["owner/Big/bad.gguf"] = content.replace(b"llama", b"lhama") + bytes(24_000_000)
    with pytest.raises(BrokenModel, match="lhama"):
        store.ensure("hf:owner/Big/bad.gguf", settings=DownloadSettings(mirror="hub"))


def test_the_beginning_of_a_file_is_read_when_it_is_there_whole(tmp_path: Path) -> None:
    whole = write_tiny(tmp_path / "a.gguf").read_bytes()
    part = tmp_path / "part.gguf"
    seen = []
    for size in (0, 3, 4, 30, 1000, 5000, len(whole) // 2, len(whole)):
        part.write_bytes(whole[:size])
        seen.append(gguf.read_beginning(part, len(whole)) is not None)
    assert seen == sorted(seen) and seen[0] is False and seen[-1] is True
    part.write_bytes(hashlib.sha256(b"").digest() + whole)
    with pytest.raises(BrokenModel, match="does not begin with GGUF"):
        gguf.read_beginning(part, len(whole))


# What each row of the catalog is, by the beginning of its id; its file says the same.
ARCHITECTURES = {
    "qwen2.5-coder": "qwen2",
    "qwen3-coder-30b-a3b": "qwen3moe",
    "qwen3.5": "qwen35",
    "granite-4.0-h": "granitehybrid",
    "granite-4.0": "granite",
    "starcoder2": "starcoder2",
    "deepseek-coder-v2": "deepseek2",
    "deepseek-r1-distill-qwen": "qwen2",
    "deepseek-r1-distill-llama": "llama",
    "codestral": "llama",
    "mellum2": "mellum",
    "mistral-7b": "llama",
    "sweep-next-edit": "qwen2",
    "llama-3": "llama",
    "smollm2": "llama",
}


def test_every_model_of_the_catalog_is_of_an_architecture_that_can_be_run(tmp_path: Path) -> None:
    some = gguf.read(write_tiny(tmp_path / "a.gguf"))
    for id in catalog.models():
        architecture = next((kind for start, kind in ARCHITECTURES.items() if id.startswith(start)), None)
        assert architecture is not None, f"{id}: nobody has said what it is"
        assert usable.problem(dataclasses.replace(some, architecture=architecture)) == "", id


def test_an_architecture_that_is_made_up_is_not_known() -> None:
    assert usable.is_known("llama") and usable.is_known("qwen35")
    assert not usable.is_known("lhama") and not usable.is_known("")


async def test_what_was_refused_is_not_begun_again_at_the_next_keystroke(
    tmp_path: Path, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "_HELD_SECONDS", 0.0)
    hub.files["owner/Big/big.gguf"] = write_adapter(tmp_path / "made.gguf").read_bytes() + bytes(2_000_000)
    settings = Settings(
        completion=CompletionSettings(model="hf:owner/Big/big.gguf"), downloads=DownloadSettings(mirror="hub")
    )
    backend = backends.create("local", settings, lambda status: None)
    try:
        for _ in range(3):
            with pytest.raises(BrokenModel, match="adapter"):
                await collect(backend.generate(completion()))
        assert len(hub.downloads()) == 1
        assert isinstance(backend, Fetcher)
        with pytest.raises(BrokenModel, match="adapter"):  # who asks for it by hand gets it tried
            await backend.fetch()
        assert len(hub.downloads()) == 2
    finally:
        await backend.close()


def test_the_further_files_of_a_model_are_fetched_with_the_first(
    tmp_path: Path, hub: FakeHub, model: CatalogModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = write_tiny(tmp_path / "made.gguf", keys={"split.no": 0, "split.count": 2}).read_bytes()
    further = write_shard(tmp_path / "further.gguf", 1, 2).read_bytes() + bytes(2_000_000)
    names = ("m-00001-of-00002.gguf", "m-00002-of-00002.gguf")
    contents = dict(zip(names, (whole, further), strict=True))
    hub.files.update({f"{REPO}/{name}": content for name, content in contents.items()})
    files = [ModelFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in contents.items()]
    row = msgspec.structs.replace(model, files=tuple(files), wheels=None)
    monkeypatch.setattr(catalog, "models", lambda: {row.id: row})
    ref = store.ensure(row.id, settings=DownloadSettings(mirror="hub"))
    assert {name: Path(ref.path).with_name(name).read_bytes() for name in names} == contents
