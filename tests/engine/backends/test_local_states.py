"""A local model's life: prepared, ready, failed, stopped; without a host and without a download."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from hearth.engine.backends.local import Failed, LocalBackend, Preparing, Ready, Stopped
from hearth.engine.errors import BrokenModel, DownloadFailed, HearthError, HostDied, UnknownModel
from hearth.engine.host.wire import Report
from hearth.engine.models import speeds, store
from hearth.engine.settings import CompletionSettings, Settings
from hearth.engine.types import ModelRef, Status

NAME = "some-model"


class World:
    """The store, the host and the clock."""

    def __init__(self) -> None:
        self.error: HearthError | None = None
        self.tries = 0
        self.asked_layers = 0
        self.now = 1000.0
        self.is_here = False
        self.fim = "yes"
        self.gpu_layers = 0
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.is_cancelled: Callable[[], bool] = lambda: False

    def ensure(self, name: str, on_progress: Any, is_cancelled: Callable[[], bool], downloads: Any) -> ModelRef:
        self.tries += 1
        self.is_cancelled = is_cancelled
        if self.error is not None:
            raise self.error
        return ModelRef(name, f"/{name}.gguf")

    def find(self, name: str) -> ModelRef | None:
        return ModelRef(name, f"/{name}.gguf") if self.is_here else None

    async def load(self, ref: ModelRef) -> Report:
        await self.go_on.wait()
        self.asked_layers = ref.gpu_layers
        return Report(1, ref.id, "p", self.fim, (), 1.0, 1.0, 1, 1, gpu_layers=self.gpu_layers)

    async def close(self) -> None:
        pass


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(store, "ensure", made.ensure)
    monkeypatch.setattr(store, "find", made.find)
    monkeypatch.setattr(speeds, "note", lambda *_: None)
    monkeypatch.setattr(time, "monotonic", lambda: made.now)
    return made


@pytest.fixture
def statuses() -> list[Status]:
    return []


@pytest.fixture
async def backend(world: World, statuses: list[Status]) -> LocalBackend:
    made = LocalBackend(Settings(completion=CompletionSettings(model=NAME)), statuses.append)
    made._host = world  # type: ignore[assignment]  # all that is asked of it here
    return made


def state(backend: LocalBackend) -> object:
    return backend._models.get(NAME)


async def test_all_who_wait_share_one_preparation(backend: LocalBackend, world: World) -> None:
    world.go_on.clear()
    waiting = [asyncio.create_task(backend.model(NAME)) for _ in range(3)]
    while not world.tries:
        await asyncio.sleep(0)
    assert isinstance(state(backend), Preparing)
    world.go_on.set()
    found = await asyncio.gather(*waiting, backend.model(NAME))
    assert world.tries == 1 and len({id(ref) for ref in found}) == 1
    assert isinstance(state(backend), Ready)


@pytest.mark.parametrize(("layers", "said"), [(0, NAME), (24, f"{NAME} (GPU)")])
async def test_the_status_says_whether_the_model_is_on_the_gpu(
    layers: int, said: str, backend: LocalBackend, world: World, statuses: list[Status]
) -> None:
    world.gpu_layers = layers
    await backend.model(NAME)
    assert world.asked_layers == -1, "as many layers as fit are the default"
    assert (statuses[-1].kind, statuses[-1].message) == ("ready", said)


async def test_a_failure_is_told_again_for_a_while_and_then_it_is_tried_again(
    backend: LocalBackend, world: World, statuses: list[Status]
) -> None:
    world.error = DownloadFailed("no network")
    for _ in range(3):
        with pytest.raises(DownloadFailed, match="no network"):
            await backend.model(NAME)
    assert world.tries == 1 and isinstance(state(backend), Failed)
    assert [each.kind for each in statuses].count("error") == 1
    world.now += 60
    world.error = None
    await backend.model(NAME)
    assert world.tries == 2 and isinstance(state(backend), Ready)


async def test_what_the_user_stopped_begins_again_only_when_the_user_asks(
    backend: LocalBackend, world: World
) -> None:
    world.error = DownloadFailed("cancelled")
    asked = asyncio.create_task(backend.model(NAME))
    await asyncio.sleep(0)
    backend.stop_fetching()
    with pytest.raises(DownloadFailed):
        await asked
    assert world.is_cancelled() and isinstance(state(backend), Stopped)
    world.now += 3600
    with pytest.raises(DownloadFailed, match="cancelled"):
        await backend.model(NAME)
    assert world.tries == 1
    world.error = None
    await backend.fetch()
    assert world.tries == 2 and not world.is_cancelled() and isinstance(state(backend), Ready)


async def test_a_download_that_is_of_no_use_is_not_begun_again(backend: LocalBackend, world: World) -> None:
    world.error = BrokenModel("no model that writes text")
    with pytest.raises(BrokenModel):
        await backend.model(NAME)
    assert isinstance(state(backend), Stopped)


async def test_a_broken_file_that_is_here_is_looked_at_again(backend: LocalBackend, world: World) -> None:
    world.error, world.is_here = BrokenModel("damaged"), True
    with pytest.raises(BrokenModel):
        await backend.model(NAME)
    assert isinstance(state(backend), Failed)


@pytest.mark.parametrize("error", [UnknownModel("no such model"), HostDied("it is gone")])
async def test_what_says_nothing_of_the_model_is_forgotten(
    backend: LocalBackend, world: World, error: HearthError
) -> None:
    world.error = error
    for tries in (1, 2):
        with pytest.raises(type(error)):
            await backend.model(NAME)
        assert world.tries == tries and state(backend) is None


async def test_a_model_without_fim_is_ready_and_is_not_prefilled(backend: LocalBackend, world: World) -> None:
    world.fim = "none"
    await backend.model(NAME)
    ready = state(backend)
    assert isinstance(ready, Ready) and not ready.has_fim
