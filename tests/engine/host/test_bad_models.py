"""A model that cannot be used costs only itself, once, and says why in llama.cpp's own words. In the real host."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from hearth.engine import backends
from hearth.engine.errors import BrokenModel, ModelError
from hearth.engine.host import supervision
from hearth.engine.host.client import HostClient
from hearth.engine.host.native import LoadOptions, Model
from hearth.engine.settings import CompletionSettings, HostSettings, Settings
from hearth.engine.types import ModelRef
from tests.engine.backends.asking import collect, completion
from tests.fakes.tiny_models import write_projector, write_shard, write_tiny
from tests.hosts import stop_host


@pytest.fixture
async def client(loaded: list[str]) -> AsyncIterator[HostClient]:
    client = HostClient(lambda model, percent: loaded.append(model), crash_budget=2)
    yield client
    await client.close()
    stop_host(Path(os.environ["HEARTH_HOME"]))


@pytest.fixture
def loaded() -> list[str]:
    """What the host said it loads."""
    return []


def good(folder: Path) -> ModelRef:
    return ModelRef("good", str(write_tiny(folder / "good.gguf")), threads=1)


def aborting(folder: Path) -> ModelRef:
    """llama.cpp does not come back from it, whatever the profile."""
    return ModelRef("aborting", str(write_tiny(folder / "aborting.gguf", keys={"block_count": 0})), threads=1)


async def test_one_that_kills_the_host_is_given_up_by_itself_and_the_next_one_is_loaded_at_once(
    client: HostClient, loaded: list[str], tmp_path: Path
) -> None:
    bad = aborting(tmp_path)
    with pytest.raises(BrokenModel, match=r"crashes with this model.*Aborted: .*GGML_ASSERT\(hparams"):
        await client.load(bad)
    assert supervision.recent_crashes() == []
    assert (await client.load(good(tmp_path))).model == "good"
    pid = client.host_pid
    with pytest.raises(BrokenModel, match="crashes with this model"):
        await client.load(bad)
    assert client.host_pid == pid and supervision.recent_crashes() == []


async def test_other_windows_are_answered_meanwhile(client: HostClient, tmp_path: Path) -> None:
    settings = Settings(
        completion=CompletionSettings(model=good(tmp_path).path), host=HostSettings(threads=1, crash_budget=2)
    )
    other = backends.create("local", settings, lambda status: None)
    bad = asyncio.create_task(client.load(aborting(tmp_path)))
    answered = 0
    try:
        while not bad.done():
            answer = await collect(other.generate(completion(above=f"def f{answered}(value):\n")))
            assert answer.reason
            answered += 1
        assert answered
        with pytest.raises(BrokenModel):
            await bad
    finally:
        await asyncio.gather(bad, return_exceptions=True)
        await other.close()


async def test_what_the_self_test_refuses_did_not_crash_and_is_not_loaded_again(
    client: HostClient, loaded: list[str], tmp_path: Path
) -> None:
    spoilt = ModelRef("spoilt", str(write_tiny(tmp_path / "spoilt.gguf", spoilt=True)), threads=1)
    with pytest.raises(BrokenModel, match=r"does not work.*are not numbers") as refused:
        await client.load(spoilt)
    assert "crash" not in str(refused.value)
    assert loaded
    loaded.clear()
    with pytest.raises(BrokenModel, match="are not numbers"):
        await client.load(spoilt)
    assert not loaded


async def test_another_file_under_the_same_name_is_another_model(client: HostClient, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    with pytest.raises(BrokenModel, match="are not numbers"):
        await client.load(ModelRef("m", str(write_tiny(path, spoilt=True)), threads=1))
    write_tiny(path)
    os.utime(path, ns=(time.time_ns(), time.time_ns()))
    assert (await client.load(ModelRef("m", str(path), threads=1))).model == "m"


def renamed(path: Path) -> Path:
    path.write_bytes(write_tiny(path).read_bytes().replace(b"llama", b"lhama"))
    return path


def without_a_matrix(path: Path) -> Path:
    path.write_bytes(write_tiny(path).read_bytes().replace(b"blk.1.ffn_up", b"blk.1.ffn_ux"))
    return path


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (write_projector, "CLIP cannot be used as main model"),
        (lambda path: write_shard(path, 1, 3), "illegal split file idx: 1"),
        (renamed, "unknown model architecture: 'lhama'"),
        (without_a_matrix, r"blk\.1\.ffn_up\.weight"),
        (lambda path: write_tiny(path, keys={"rope.dimension_count": 7}), "invalid n_rot: 7"),
    ],
)
def test_the_reason_is_what_llama_cpp_said_first(
    write: Callable[[Path], Path], words: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "m-00002-of-00003.gguf")
    with pytest.raises(ModelError, match=words) as refused:
        Model(str(path), LoadOptions(threads=1), lambda share: None)
    assert "failed to load model" not in str(refused.value)
