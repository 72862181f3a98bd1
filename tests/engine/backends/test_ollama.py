import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from hearth.engine import backends
from hearth.engine.backends.shared import chat_infill
from hearth.engine.backends.shared.http import Patience
from hearth.engine.errors import (
    BackendUnavailable,
    ModelMissing,
    PromptTooLong,
    RemoteNotAllowed,
    RequestRefused,
    SettingsError,
)
from hearth.engine.settings import ChatSettings, CompletionSettings, OllamaSettings, Settings
from hearth.engine.types import ChatMessage, ChatPrompt, ChatRequest, Finished, FinishReason, Piece, Status, Usage
from tests.engine.backends.asking import QUICK, Answer, collect, completion, question
from tests.fakes.http import Reply
from tests.fakes.ollama import QWEN_7B, QWEN_TEMPLATE, FakeOllama
from tests.waiting import until

CODER = {"qwen2.5-coder": ["completion", "insert", "tools"]}


@pytest.fixture
def start(closing: list[Any], statuses: list[Status]) -> Any:
    """A fake and a backend that talks to it."""

    async def start(model: str = "coder", cut: int = 0, **fake_options: Any) -> tuple[FakeOllama, Any]:
        fake = FakeOllama(**fake_options)
        fake.http.cut = cut
        await fake.http.start()
        settings = Settings(
            completion=CompletionSettings(model=model),
            chat=ChatSettings(model=model),
            ollama=OllamaSettings(url=fake.http.url),
        )
        backend: Any = backends.create("ollama", settings, statuses.append)
        backend.patience = QUICK
        closing.extend([fake.http, backend])
        return fake, backend

    return start


async def test_nothing_is_asked_before_the_first_request(start: Any) -> None:
    fake, _ = await start()
    assert fake.http.requests == []


async def test_a_remote_address_is_refused_at_once() -> None:
    settings = Settings(ollama=OllamaSettings(url="http://gpu.example.org:11434"))
    with pytest.raises(RemoteNotAllowed):
        backends.create("ollama", settings, lambda status: None)


async def test_a_family_that_name_and_template_agree_on_gets_a_raw_prompt(start: Any) -> None:
    fake, backend = await start("qwen2.5-coder", capabilities=CODER, templates={"qwen2.5-coder": QWEN_TEMPLATE})
    answer = await collect(backend.complete(completion(typed="    return <|im_end|>")))
    [asked] = [request.body for request in fake.http.asked("/api/generate")]
    assert asked["raw"] is True
    assert asked["prompt"] == (
        "<|fim_prefix|>def f(value):\n<|fim_suffix|>\nprint(f(1))\n<|fim_middle|>    return < |im_end|>"
    )
    assert "suffix" not in asked or not asked["suffix"]
    assert asked["options"]["num_predict"] == 32
    assert "<|file_sep|>" in asked["options"]["stop"]
    assert "keep_alive" not in asked, "without a setting that is Ollama's own affair"
    assert answer.text == "value + 1"


async def test_a_model_that_can_insert_gets_prompt_and_suffix(start: Any) -> None:
    fake, backend = await start()
    answer = await collect(backend.complete(completion(below="\n<|fim_middle|>\n")))
    [asked] = [request.body for request in fake.http.asked("/api/generate")]
    assert asked["prompt"] == "def f(value):\n    return "
    assert asked["suffix"] == "\n< |fim_middle|>\n"
    assert not asked.get("raw")
    assert (answer.text, answer.reason) == ("value + 1", "eog")


async def test_a_known_family_without_an_infill_template_gets_a_raw_prompt(start: Any) -> None:
    fake, backend = await start("starcoder2:3b", capabilities={"starcoder2:3b": ["completion"]})
    await collect(backend.complete(completion()))
    assert fake.http.asked("/api/generate")[0].body["prompt"].startswith("<fim_prefix>def f")


async def test_any_other_model_is_asked_by_chat_and_the_status_says_so(start: Any, statuses: list[Status]) -> None:
    fake, backend = await start(
        "llama3.2", capabilities={"llama3.2": ["completion"]}, pieces=("``", "`py", "thon\nvalue", " + 1\n", "```")
    )
    answer = await collect(backend.complete(completion()))
    assert answer.text == "value + 1"
    [asked] = [request.body for request in fake.http.asked("/api/chat")]
    assert "    return [HOLE]\nprint(f(1))" in asked["messages"][1]["content"]
    assert asked["think"] is False
    assert statuses[-1].kind == "ready"
    assert statuses[-1].help == chat_infill.NOTE


async def test_the_model_is_looked_up_once(start: Any) -> None:
    fake, backend = await start()
    for _ in range(3):
        await collect(backend.complete(completion()))
    assert len(fake.http.asked("/api/show")) == 1
    assert len(fake.http.asked("/api/generate")) == 3


async def test_the_usage_is_the_servers(start: Any) -> None:
    _, backend = await start()
    [finished] = (await collect(backend.complete(completion(raw=True)))).finished
    assert (finished.usage.prompt_tokens, finished.usage.generated_tokens) == (26, 3)
    assert finished.usage.prefill_ms == pytest.approx(325.953)


async def test_running_out_of_tokens_is_told(start: Any) -> None:
    _, backend = await start(done_reason="length")
    assert (await collect(backend.complete(completion(raw=True)))).reason == "limit"


async def test_a_stop_rule_ends_the_answer_and_the_server_stops(start: Any) -> None:
    fake, backend = await start(pieces=("value", " + 1\n", *["more\n"] * 1000), pause=0.002)
    answer = await collect(backend.complete(completion()))
    assert (answer.text, answer.reason) == ("value + 1", "line_end")
    await asyncio.wait_for(fake.http.asked("/api/generate")[0].disconnected.wait(), 60)


async def test_without_stop_rules_the_whole_answer_comes(start: Any) -> None:
    _, backend = await start(pieces=("a\n", "b\n", "print(f(1))\n"))
    assert (await collect(backend.complete(completion(raw=True)))).text == "a\nb\nprint(f(1))\n"


@pytest.mark.parametrize("ask", ["complete", "chat"])
async def test_closing_the_stream_closes_the_connection(start: Any, ask: str) -> None:
    fake, backend = await start(pieces=["x "] * 1000, pause=0.002)
    stream = backend.complete(completion(raw=True)) if ask == "complete" else backend.chat(question())
    async with aclosing(stream):
        assert isinstance(await anext(stream), Piece)
    await asyncio.wait_for(fake.http.requests[-1].disconnected.wait(), 60)


async def test_cancelling_the_reader_before_the_first_token_closes_the_connection(start: Any) -> None:
    fake, backend = await start(pause=60)
    reader = asyncio.create_task(collect(backend.complete(completion())))
    await until(lambda: fake.http.asked("/api/generate"))
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    await asyncio.wait_for(fake.http.requests[-1].disconnected.wait(), 60)


async def test_a_newer_request_of_the_document_supersedes_the_older_one(start: Any) -> None:
    fake, backend = await start(pause=60)
    older = asyncio.create_task(collect(backend.complete(completion())))
    await until(lambda: fake.http.asked("/api/generate"))
    fake.pause = 0
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    answer = await asyncio.wait_for(older, 60)
    assert (answer.text, answer.reason) == ("", "superseded")
    await asyncio.wait_for(fake.http.asked("/api/generate")[0].disconnected.wait(), 60)


async def test_requests_of_other_documents_go_on(start: Any) -> None:
    _, backend = await start(pause=0.05)
    answers = await asyncio.gather(
        *(collect(backend.complete(completion(f"file:///{name}.py"))) for name in "abc")
    )
    assert [answer.text for answer in answers] == ["value + 1"] * 3


async def test_a_warm_up_gives_way_to_a_completion(start: Any) -> None:
    fake, backend = await start(pause=60)
    warming = asyncio.create_task(backend.warm(completion()))
    await until(lambda: fake.http.asked("/api/generate"))
    fake.pause = 0
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    await asyncio.wait_for(warming, 60)
    first, second = fake.http.asked("/api/generate")
    assert (first.body["options"]["num_predict"], second.body["options"]["num_predict"]) == (1, 32)
    await asyncio.wait_for(first.disconnected.wait(), 60)


async def test_no_warm_up_while_someone_waits_for_an_answer(start: Any) -> None:
    fake, backend = await start(pause=0.02)
    stream = backend.complete(completion(raw=True))
    await anext(stream)
    await backend.warm(completion())
    assert len(fake.http.asked("/api/generate")) == 1
    await stream.aclose()


async def test_a_failed_warm_up_disturbs_nobody(start: Any, statuses: list[Status]) -> None:
    fake, backend = await start()
    await fake.http.stop()
    await backend.warm(completion())
    assert statuses == []


async def test_a_missing_model_says_how_to_get_it(start: Any, statuses: list[Status]) -> None:
    fake, backend = await start("qwen2.5-coder:7b")
    for ask in (backend.complete(completion()), backend.chat(question())):
        with pytest.raises(ModelMissing, match=r"`ollama pull qwen2\.5-coder:7b`"):
            await collect(ask)
    assert [status.kind for status in statuses] == ["error"]
    fake.capabilities["qwen2.5-coder:7b"] = ["completion", "insert"]
    assert (await collect(backend.complete(completion()))).text == "value + 1"


async def test_a_server_that_is_down_is_told_once_and_found_again_when_it_is_back(
    start: Any, statuses: list[Status]
) -> None:
    fake, backend = await start()
    await collect(backend.complete(completion()))
    await fake.http.stop()
    for _ in range(3):
        with pytest.raises(BackendUnavailable, match=f"127.0.0.1:{fake.http.port}"):
            await collect(backend.complete(completion()))
    await fake.http.start()
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert [status.kind for status in statuses] == ["ready", "error", "ready"]


async def test_a_server_that_was_started_anew_meanwhile_is_not_missed(start: Any, statuses: list[Status]) -> None:
    fake, backend = await start()
    await collect(backend.complete(completion()))
    await fake.http.stop()
    await fake.http.start()
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert [status.kind for status in statuses] == ["ready"]


@pytest.mark.parametrize("how", ["abort_after", "end_after"])
async def test_a_server_that_goes_away_in_the_middle_is_an_error(start: Any, how: str) -> None:
    fake, backend = await start(**{how: 2})
    with pytest.raises(BackendUnavailable, match=r"127\.0\.0\.1"):
        await collect(backend.complete(completion(raw=True)))
    setattr(fake, how, None)
    assert (await collect(backend.complete(completion()))).text == "value + 1"


async def test_an_error_inside_the_stream_is_shown(start: Any) -> None:
    _, backend = await start(error_after=1)
    with pytest.raises(RequestRefused, match="CUDA error"):
        await collect(backend.complete(completion(raw=True)))


async def test_a_busy_server_is_asked_again_but_not_for_ever(start: Any) -> None:
    fake, backend = await start(busy=2)
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    fake.busy = 100
    with pytest.raises(BackendUnavailable, match="maximum pending requests"):
        await collect(backend.complete(completion()))
    assert fake.busy == 100 - QUICK.tries


async def test_a_server_that_never_answers_is_given_up(start: Any) -> None:
    _, backend = await start(pause=60)
    backend.patience = Patience(first_token=0.1)
    with pytest.raises(BackendUnavailable, match=r"has not answered for 0\.1 seconds"):
        await collect(backend.complete(completion()))


async def test_another_kind_of_server_is_told_apart(start: Any) -> None:
    _, backend = await start()
    backend.settings = Settings(ollama=OllamaSettings(url=backend.settings.ollama.url + "/elsewhere"))
    with pytest.raises(RequestRefused, match="404 page not found"):
        await collect(backend.complete(completion()))


async def test_thinking_comes_apart_from_the_answer(start: Any) -> None:
    fake, backend = await start(capabilities={"coder": ["completion", "thinking"]}, thinking=("h", "m"))
    answer = await collect(backend.chat(question()))
    assert (answer.thinking, answer.text) == ("hm", "value + 1")
    assert fake.http.asked("/api/chat")[0].body["think"] is True


async def test_thinking_tags_in_the_text_are_split_too(start: Any) -> None:
    _, backend = await start(pieces=("<thi", "nk>hm</", "think>", "\nyes"))
    answer = await collect(backend.chat(question(think=False)))
    assert (answer.thinking, answer.text) == ("hm", "\nyes")


async def test_a_model_that_cannot_think_is_asked_again_without_and_that_is_remembered(
    start: Any, statuses: list[Status]
) -> None:
    fake, backend = await start()
    assert (await collect(backend.chat(question()))).text == "value + 1"
    assert (await collect(backend.chat(question()))).text == "value + 1"
    assert [request.body.get("think") for request in fake.http.asked("/api/chat")] == [True, None, None]
    assert [status.kind for status in statuses] == ["ready"]


async def test_characters_cut_in_the_middle_of_their_bytes_arrive_whole(start: Any) -> None:
    _, backend = await start(pieces=("größe", " = '→", "😀'"), cut=3)
    answer: Answer = await collect(backend.complete(completion(raw=True)))
    assert answer.text == "größe = '→😀'"


async def test_a_redirect_is_not_followed(start: Any, closing: list[Any]) -> None:
    fake, backend = await start()
    other = FakeOllama()
    await other.http.start()
    closing.append(other.http)

    async def redirect(request: Any) -> Any:
        return Reply(307, {}, {"location": other.http.url + request.path})

    fake.http.handler = redirect
    with pytest.raises(RequestRefused):
        await collect(backend.complete(completion()))
    assert other.http.requests == []


async def test_a_proxy_of_the_environment_does_not_get_the_code(
    start: Any, closing: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = FakeOllama()
    await proxy.http.start()
    closing.append(proxy.http)
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.http.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    _, backend = await start()
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert proxy.http.requests == []


async def test_closing_the_backend_ends_what_is_running(start: Any) -> None:
    fake, backend = await start(pause=60)
    reader = asyncio.create_task(collect(backend.complete(completion())))
    await until(lambda: fake.http.asked("/api/generate"))
    await backend.close()
    assert (await asyncio.wait_for(reader, 60)).finished == [Finished(FinishReason.SUPERSEDED)]


async def test_a_name_of_the_catalogue_becomes_ollama_s_own(closing: list[Any]) -> None:
    fake = FakeOllama(capabilities={"qwen2.5-coder:0.5b": ["completion", "insert"]})
    await fake.http.start()
    own = "qwen2.5-coder-0.5b-instruct"
    settings = Settings(
        completion=CompletionSettings(backend="ollama", model=own),
        chat=ChatSettings(backend="ollama", model=own),
        ollama=OllamaSettings(url=fake.http.url),
    )
    backend: Any = backends.create("ollama", settings, lambda status: None)
    closing.extend([fake.http, backend])
    await collect(backend.complete(completion()))
    await collect(backend.chat(question()))
    assert {each.body["model"] for each in fake.http.requests if each.body} == {"qwen2.5-coder:0.5b"}
    assert (await backend.offers())[1] == ("qwen2.5-coder:0.5b",)


async def test_the_window_is_read_and_asked_for(start: Any) -> None:
    """Ollama's own is 4,096 tokens on many machines, and what is longer is cut without a word."""
    fake, backend = await start(pieces=("yes",))
    long = "x = 1  # one\n" * 2500  # 9,800 tokens
    answer = await collect(backend.chat(asking(long)))
    assert answer.text == "yes"
    [asked] = [request.body for request in fake.http.asked("/api/chat")]
    assert asked["options"]["num_ctx"] == 16_384
    assert (asked["truncate"], asked["shift"]) == (False, False)
    assert fake.seen == [long]
    await collect(backend.complete(completion()))
    assert fake.http.asked("/api/generate")[0].body["options"]["num_ctx"] == 16_384, (
        "another one would load it anew"
    )
    assert await backend.window() == 16_384


@pytest.mark.parametrize(
    ("fields", "num_ctx", "window"),
    [
        ({}, 16_384, 16_384),
        ({"qwen2.context_length": 8192}, 8192, 8192),
        ({"qwen2.context_length": 2048}, 2048, 2048),
        # Models with a head of the KV cache for each head of attention take much memory for a window.
        ({"qwen2.attention.head_count_kv": 28}, 5120, 5120),
        ({"qwen2.attention.head_count_kv": 28, "qwen2.block_count": 280}, 4096, 4096),
        ({"general.architecture": "unheard"}, 16_384, 16_384),
        ({"qwen2.context_length": "many", "qwen2.block_count": None}, 16_384, 16_384),
    ],
)
async def test_the_window_is_what_the_model_was_trained_for_and_memory_allows(
    start: Any, fields: dict[str, Any], num_ctx: int, window: int
) -> None:
    fake, backend = await start(info={**QWEN_7B, **fields})
    await collect(backend.complete(completion()))
    assert fake.http.asked("/api/generate")[0].body["options"]["num_ctx"] == num_ctx
    assert await backend.window() == window


@pytest.mark.parametrize(
    ("setting", "parameters", "num_ctx", "window"),
    [
        (20_000, "", 20_000, 20_000),
        (10**6, "", 32_768, 32_768),
        (6000, "num_ctx                        8192", 6000, 6000),
        (0, 'stop                           "<|im_end|>"\nnum_ctx                        8192\n', None, 8192),
    ],
)
async def test_the_user_s_own_window_counts_most(
    start: Any, setting: int, parameters: str, num_ctx: int | None, window: int
) -> None:
    fake, backend = await start(parameters=parameters)
    backend.settings = replace(backend.settings, ollama=replace(backend.settings.ollama, num_ctx=setting))
    await collect(backend.complete(completion()))
    assert fake.http.asked("/api/generate")[0].body["options"].get("num_ctx") == num_ctx
    assert await backend.window() == window


@pytest.mark.parametrize("knows_truncate", [True, False])
@pytest.mark.parametrize("text", ["x = 1  # one\n" * 8000, "这段代码是做什么的" * 4000])
async def test_what_does_not_fit_is_told_and_never_cut(start: Any, knows_truncate: bool, text: str) -> None:
    fake, backend = await start(knows_truncate=knows_truncate)
    with pytest.raises(PromptTooLong, match="context"):
        await collect(backend.chat(asking(text)))
    assert fake.seen == []


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("qwen3-coder:480b-cloud", {}),
        ("gpt-oss:cloud", {}),
        ("my-model", {"remote": {"my-model": "https://ollama.com:443"}}),
        ("qwen2.5-coder", {"remote": {"qwen2.5-coder": "http://gpu.example.org:11434"}}),
    ],
)
async def test_a_model_that_runs_elsewhere_gets_no_code_unless_that_is_allowed(
    start: Any, statuses: list[Status], model: str, options: Any
) -> None:
    fake, backend = await start(model, capabilities={model: ["completion", "insert"]}, **options)
    for ask in (backend.complete(completion()), backend.chat(question())):
        with pytest.raises(RemoteNotAllowed, match=r"does not run on this machine.*allow_remote"):
            await collect(ask)
    assert await backend.warm(completion()) == Usage()
    assert {request.path for request in fake.http.requests} <= {"/api/show"}
    assert (statuses[-1].kind, statuses[-1].retry) == ("error", False)
    backend.settings = replace(backend.settings, ollama=replace(backend.settings.ollama, allow_remote=True))
    with pytest.raises(RequestRefused, match="ollama signin"):
        await collect(backend.chat(question()))
    assert "num_ctx" not in fake.http.asked("/api/chat")[0].body["options"] or not options


@pytest.mark.parametrize("model", ["cloud", "my-cloud", "cloud:7b", "cloud-coder:latest", "point-cloud:1.5b-base"])
async def test_a_model_that_is_only_called_so_runs_here(start: Any, model: str) -> None:
    _, backend = await start(model, capabilities={model: ["completion", "insert"]})
    assert (await collect(backend.complete(completion()))).text == "value + 1"


@pytest.mark.parametrize(
    ("setting", "sent"),
    [
        ("", None),
        ("30m", "30m"),
        ("1h30m", "1h30m"),
        ("-1", -1),
        (-1, -1),
        ("0", 0),
        (300, 300),
        ("300", 300),
        (" ", None),
    ],
)
async def test_how_long_it_stays_loaded_is_said_as_ollama_reads_it(start: Any, setting: Any, sent: Any) -> None:
    fake, backend = await start()
    backend.settings = replace(backend.settings, ollama=replace(backend.settings.ollama, keep_alive=setting))
    await collect(backend.complete(completion()))
    await collect(backend.chat(question()))
    asked = [*fake.http.asked("/api/generate"), *fake.http.asked("/api/chat")]
    assert {request.body.get("keep_alive") for request in asked} == {sent}


@pytest.mark.parametrize("setting", ["for ever", "30 m", "m", "--1", "1e3", "5minutes"])
async def test_a_time_that_is_none_is_a_wrong_setting(setting: str) -> None:
    with pytest.raises(SettingsError, match=r"ollama\.keep_alive .* such as 30m"):
        backends.create("ollama", Settings(ollama=OllamaSettings(keep_alive=setting)), lambda status: None)


async def test_thoughts_are_no_part_of_the_answer_s_length(start: Any) -> None:
    fake, backend = await start(
        "deepseek-r1:7b",
        capabilities={"deepseek-r1:7b": ["completion", "thinking"]},
        thinking=["hm "] * 500,
        keeps_to_limit=True,
    )
    answer = await collect(backend.chat(question()))
    assert (answer.text, answer.reason) == ("value + 1", "eog")
    assert answer.thinking == "hm " * 500
    assert len(fake.http.asked("/api/chat")) == 1


async def test_endless_thoughts_are_ended_by_ollama_s_switch(start: Any) -> None:
    fake, backend = await start(
        "qwen3:8b",
        capabilities={"qwen3:8b": ["completion", "thinking"]},
        thinking=["hm "] * 9000,
        keeps_to_limit=True,
    )
    assert (await collect(backend.chat(question()))).text == "value + 1"
    assert [request.body["think"] for request in fake.http.asked("/api/chat")] == [True, False]


async def test_a_model_that_ollama_has_no_switch_for_is_told_by_a_word(start: Any) -> None:
    fake, backend = await start(
        "hf.co/qwen/qwen3-8b-gguf", capabilities={"hf.co/qwen/qwen3-8b-gguf": ["completion"]}
    )
    await collect(backend.chat(question(think=False)))
    assert fake.http.asked("/api/chat")[0].body["messages"][-1]["content"] == "why? /no_think"


async def test_a_model_that_only_takes_a_measure_of_thinking_gets_the_least(start: Any) -> None:
    fake, backend = await start(
        "gpt-oss:20b", capabilities={"gpt-oss:20b": ["completion", "thinking"]}, thinking=["hm"]
    )
    assert (await collect(backend.chat(question(think=False)))).text == "value + 1"
    assert fake.http.asked("/api/chat")[0].body["think"] == "low"


async def test_a_line_separator_in_the_text_ends_no_message(start: Any) -> None:
    _, backend = await start(pieces=("a\x85b", "\u2028c", "\x0cd"))
    assert (await collect(backend.chat(question()))).text == "a\x85b\u2028c\x0cd"


def asking(text: str) -> ChatRequest:
    return ChatRequest("chat", ChatPrompt((ChatMessage("user", text),), False), max_tokens=64)
