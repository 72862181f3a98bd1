"""Pulling a model that Ollama lacks: the real client, and a fake of the documented stream."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from hearth.engine import backends
from hearth.engine.backends.shared import ollama_wire
from hearth.engine.backends.shared.ollama_wire import Pulling
from hearth.engine.errors import BackendUnavailable, DownloadFailed, HearthError, ModelMissing, RemoteNotAllowed
from hearth.engine.settings import ChatSettings, CompletionSettings, DownloadSettings, OllamaSettings, Settings
from hearth.engine.types import Status
from tests.engine.backends.asking import QUICK, collect, completion
from tests.fakes.http import Reply, Streamed
from tests.fakes.ollama import FakeOllama
from tests.waiting import until

MODEL = "qwen2.5-coder:7b"


@pytest.fixture
async def fake(closing: list[Any]) -> FakeOllama:
    fake = FakeOllama(library=[MODEL])
    await fake.http.start()
    closing.append(fake.http)
    return fake


@pytest.fixture
def backend(fake: FakeOllama, closing: list[Any], statuses: list[Status]) -> Any:
    """Completion and chat want a model that Ollama does not have."""
    settings = Settings(
        CompletionSettings(model=MODEL), ChatSettings(model=MODEL), ollama=OllamaSettings(url=fake.http.url)
    )
    backend: Any = backends.create("ollama", settings, statuses.append)
    backend.patience = QUICK
    closing.append(backend)
    return backend


async def pulled(fake: FakeOllama, model: str = MODEL) -> list[Pulling]:
    return [step async for step in ollama_wire.pull(OllamaSettings(url=fake.http.url), model, QUICK)]


async def test_the_steps_count_the_bytes_of_all_files_that_are_known(fake: FakeOllama) -> None:
    steps = await pulled(fake)
    assert [(step.done, step.total) for step in steps] == [
        *[(0, 0), (0, 900), (300, 900), (600, 900), (900, 900)],
        *[(1000, 1000)] * 4,
    ]
    assert (steps[0].doing, steps[-3].doing, steps[-1].doing) == (
        "pulling manifest",
        "verifying sha256 digest",
        "success",
    )
    [asked] = fake.http.asked("/api/pull")
    assert (asked.body["model"], asked.body["stream"]) == (MODEL, True)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"library": []}, DownloadFailed, f"no model {MODEL} in its library"),
        (
            {"pull_error": "max retries exceeded: unexpected EOF"},
            DownloadFailed,
            "unexpected EOF.*goes on from there",
        ),
        ({"pull_error": "write /models/blobs: no space left on device"}, DownloadFailed, "no space left"),
        ({"pull_ends_after": 3}, DownloadFailed, "stopped in the middle.*goes on from there"),
    ],
)
async def test_what_goes_wrong_in_the_stream_is_told(
    fake: FakeOllama, options: dict[str, Any], error: type[HearthError], says: str
) -> None:
    for name, value in options.items():
        setattr(fake, name, value)
    with pytest.raises(error, match=says):
        await pulled(fake)


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply(400, {"error": "invalid model name"}), DownloadFailed, "invalid model name"),
        (Reply(401, {"error": "unauthorized"}), DownloadFailed, "unauthorized"),
        (Reply(404, "404 page not found"), DownloadFailed, "finds no model"),
        (Reply(500, {"error": "registry down"}), DownloadFailed, "registry down"),
        (Reply(500, ["odd"]), BackendUnavailable, "not Ollama's protocol"),
        (Reply(200, "<html>hello</html>"), BackendUnavailable, "not Ollama's protocol"),
        (Reply(200, ["odd"]), BackendUnavailable, "not Ollama's protocol"),
        (Reply(200, ""), DownloadFailed, "stopped in the middle"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_answers_of_any_shape_are_told(
    fake: FakeOllama, reply: Reply, error: type[HearthError], says: str
) -> None:
    async def answer(request: Any) -> Reply | Streamed:
        return reply

    fake.http.handler = answer
    with pytest.raises(error, match=says):
        await pulled(fake)


async def test_a_server_that_is_down_is_told(fake: FakeOllama) -> None:
    await fake.http.stop()
    with pytest.raises(BackendUnavailable, match="Is Ollama running"):
        await pulled(fake)


async def test_nothing_is_asked_of_another_machine() -> None:
    with pytest.raises(RemoteNotAllowed):
        async for _ in ollama_wire.pull(OllamaSettings(url="http://gpu.example.org:11434"), MODEL):
            pass


async def test_closing_the_stream_ends_the_download_at_the_server(fake: FakeOllama) -> None:
    fake.pull_pause = 0.01
    async with aclosing(ollama_wire.pull(OllamaSettings(url=fake.http.url), MODEL, QUICK)) as steps:
        await anext(steps)
    await asyncio.wait_for(fake.http.asked("/api/pull")[0].disconnected.wait(), 60)
    assert MODEL not in fake.capabilities


async def test_a_missing_model_is_offered_and_pulled_when_the_user_says_so(
    fake: FakeOllama, backend: Any, statuses: list[Status]
) -> None:
    with pytest.raises(ModelMissing, match=rf"`hearth models pull ollama:{MODEL}`"):
        await collect(backend.complete(completion()))
    assert (statuses[-1].kind, statuses[-1].help, statuses[-1].retry) == ("error", f"Pull {MODEL}", True)
    assert fake.http.asked("/api/pull") == [], "nothing is downloaded unasked"
    fetcher: object = backend
    assert isinstance(fetcher, backends.Fetcher)
    await fetcher.fetch()
    assert [status.percent for status in statuses[1:-1]] == [0, 33, 66, 100]
    assert {(status.kind, status.message) for status in statuses[1:-1]} == {("downloading", f"{MODEL} (Ollama)")}
    assert statuses[-1].kind == "ready"
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    await backend.fetch()
    assert len(fake.http.asked("/api/pull")) == 1, "what is there is not pulled again"


async def test_a_pull_that_is_stopped_can_be_gone_on_with(
    fake: FakeOllama, backend: Any, statuses: list[Status]
) -> None:
    fake.pull_pause = 0.02
    with pytest.raises(ModelMissing):
        await collect(backend.complete(completion()))
    fetching = asyncio.create_task(backend.fetch())
    await until(lambda: statuses[-1].percent == 33, "a third of the model")
    backend.stop_fetching()
    with pytest.raises(DownloadFailed, match="What has come is kept"):
        await fetching
    await asyncio.wait_for(fake.http.asked("/api/pull")[0].disconnected.wait(), 60)
    assert (statuses[-1].kind, statuses[-1].retry) == ("error", True)
    fake.pull_pause = 0
    await backend.fetch()
    assert MODEL in fake.capabilities and statuses[-1].kind == "ready"


async def test_who_types_during_a_pull_waits_for_it_and_changes_no_status(
    fake: FakeOllama, backend: Any, statuses: list[Status]
) -> None:
    fake.pull_pause = 0.02
    with pytest.raises(ModelMissing):
        await collect(backend.complete(completion()))
    fetching = asyncio.create_task(backend.fetch())
    await until(lambda: fake.http.asked("/api/pull"), "the pull")
    older = asyncio.create_task(collect(backend.complete(completion())))
    await asyncio.sleep(0)
    answer = await collect(backend.complete(completion()))
    assert (answer.text, (await older).reason) == ("value + 1", "superseded")
    await fetching
    assert [status.kind for status in statuses] == ["error", *["downloading"] * 4, "ready"]


async def test_two_windows_of_one_editor_wait_for_the_same_pull(fake: FakeOllama, backend: Any) -> None:
    fake.pull_pause = 0.01
    with pytest.raises(ModelMissing):
        await collect(backend.complete(completion()))
    await asyncio.gather(backend.fetch(), backend.fetch())
    assert len(fake.http.asked("/api/pull")) == 1


async def test_with_downloads_switched_off_nothing_is_offered_and_nothing_pulled(
    fake: FakeOllama, backend: Any, statuses: list[Status]
) -> None:
    backend.settings = replace(backend.settings, downloads=DownloadSettings(allowed=False))
    with pytest.raises(ModelMissing):
        await collect(backend.complete(completion()))
    assert (statuses[-1].help, statuses[-1].retry) == ("", False)
    with pytest.raises(ModelMissing, match="switched off"):
        await backend.fetch()
    assert fake.http.asked("/api/pull") == []


async def test_closing_the_backend_ends_a_pull(fake: FakeOllama, backend: Any) -> None:
    fake.pull_pause = 60
    with pytest.raises(ModelMissing):
        await collect(backend.complete(completion()))
    fetching = asyncio.create_task(backend.fetch())
    await until(lambda: fake.http.asked("/api/pull"), "the pull")
    await backend.close()
    with pytest.raises(DownloadFailed):
        await fetching
    await asyncio.wait_for(fake.http.asked("/api/pull")[0].disconnected.wait(), 60)
