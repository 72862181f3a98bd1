import asyncio
import logging
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from hearth.engine import backends, fim
from hearth.engine.backends.shared import chat_infill
from hearth.engine.backends.shared.http import Patience
from hearth.engine.errors import BackendUnavailable, PromptTooLong, RemoteNotAllowed, RequestRefused, SettingsError
from hearth.engine.settings import ChatSettings, CompletionSettings, OpenAISettings, Settings
from hearth.engine.types import ChatMessage, ChatPrompt, ChatRequest, ContextFile, Piece, Status
from tests.engine.backends.asking import QUICK, collect, completion, question
from tests.fakes.http import Reply, Streamed
from tests.fakes.openai import QWEN_MARKS, FakeOpenAI
from tests.waiting import until

QWEN_PROMPT = "<|fim_prefix|>def f(value):\n<|fim_suffix|>\nprint(f(1))\n<|fim_middle|>    return "
MODELS_BY_FAMILY = [
    "qwen2.5-coder-7b",
    "codegemma-2b",
    "granite-4.0-h-tiny",
    "starcoder2-3b",
    "starcoder-1b",
    "mellum-4b",
    "deepseek-coder-6.7b",
    "seed-coder-8b",
    "codestral-22b",
]
PATHS = {
    "raw": "/v1/completions",
    "infill": "/infill",
    "suffix": "/v1/completions",
    "chat": "/v1/chat/completions",
}


@pytest.fixture
def start(closing: list[Any], statuses: list[Status]) -> Any:
    """A fake and a backend that talks to it."""

    async def start(
        model: str = "qwen2.5-coder", fim: str = "auto", cut: int = 0, key_env: str = "", **fake_options: Any
    ) -> tuple[FakeOpenAI, Any]:
        fake = FakeOpenAI(**fake_options)
        fake.http.cut = cut
        await fake.http.start()
        settings = Settings(
            completion=CompletionSettings(model=model),
            chat=ChatSettings(model=model),
            openai_compatible=OpenAISettings(url=f"{fake.http.url}/v1", fim=fim, api_key_env=key_env),
        )
        backend: Any = backends.create("openai_compatible", settings, statuses.append)
        backend.patience = QUICK
        closing.extend([fake.http, backend])
        return fake, backend

    return start


async def start_way(start: Any, way: str, **options: Any) -> Any:
    """A server that is asked in that way."""
    if way == "chat":
        return await start("llama3.2", kind="lmstudio", models=["llama3.2"], **options)
    return await start(fim="auto" if way == "raw" else way, **options)


async def test_nothing_is_asked_before_the_first_request(start: Any) -> None:
    fake, _ = await start()
    assert fake.http.requests == []


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (OpenAISettings(url="http://10.0.0.2:8080/v1"), RemoteNotAllowed),
        (OpenAISettings(url="10.0.0.2"), SettingsError),
        (OpenAISettings(fim="sometimes"), SettingsError),
        (OpenAISettings(api_key_env="HEARTH_TEST_NO_SUCH_KEY"), SettingsError),
    ],
)
async def test_wrong_settings_are_refused_at_once(options: OpenAISettings, error: type[Exception]) -> None:
    with pytest.raises(error):
        backends.create("openai_compatible", Settings(openai_compatible=options), lambda status: None)


async def test_llama_server_with_a_known_vocabulary_gets_a_raw_prompt(start: Any) -> None:
    fake, backend = await start("anything", models=["model.gguf"])
    answer = await collect(backend.complete(completion()))
    [asked] = [request.body for request in fake.http.asked("/v1/completions")]
    assert asked["prompt"] == QWEN_PROMPT
    assert (asked["max_tokens"], asked["temperature"], asked["stream"]) == (32, 0.0, True)
    assert "<|file_sep|>" in asked["stop"]
    assert (answer.text, answer.reason) == ("value + 1", "eog")


async def test_the_vocabulary_counts_more_than_the_name(start: Any) -> None:
    fake, backend = await start("qwen2.5-coder", vocabulary=("[PREFIX]", "[SUFFIX]"))
    await collect(backend.complete(completion()))
    assert fake.http.asked("/v1/completions")[0].body["prompt"].startswith("[SUFFIX]\nprint")


async def test_llama_server_with_marks_that_hearth_does_not_know_is_asked_to_infill(start: Any) -> None:
    fake, backend = await start(vocabulary=("<|code_prefix|>",))
    context = (ContextFile("lib.py", "def g(): ...\n"),)
    request = completion(above="# <|fim_middle|>\n", typed="    return <|fim_middle|>", context=context)
    answer = await collect(backend.complete(request))
    [asked] = [request.body for request in fake.http.asked("/infill")]
    assert asked["input_prefix"] == "# <|fim_middle|>\n"
    assert asked["input_suffix"] == "\nprint(f(1))\n"
    assert asked["input_extra"] == [{"filename": "lib.py", "text": "def g(): ...\n"}]
    assert asked["prompt"] == "    return < |fim_middle|>"
    assert (asked["n_predict"], asked["stream"]) == (32, True)
    assert (answer.text, answer.reason) == ("value + 1", "eog")


async def test_a_server_without_infill_for_the_model_gets_a_raw_prompt_and_that_is_remembered(start: Any) -> None:
    fake, backend = await start("codestral", fim="infill", can_infill=False, vocabulary=("[PREFIX]", "[SUFFIX]"))
    for _ in range(2):
        assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert len(fake.http.asked("/infill")) == 1
    assert len(fake.http.asked("/v1/completions")) == 2


async def test_without_any_fim_tokens_the_model_is_asked_by_chat_and_the_status_says_so(
    start: Any, statuses: list[Status]
) -> None:
    fake, backend = await start("llama", models=["llama"], vocabulary=(), can_infill=False)
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert fake.http.asked("/v1/chat/completions")
    assert statuses == [Status("ready", f"llama at {fake.http.url}/v1", help=chat_infill.NOTE)]


async def test_a_vocabulary_that_is_not_shown_leaves_the_name(start: Any) -> None:
    fake, backend = await start("starcoder2", can_tokenize=False)
    await collect(backend.complete(completion()))
    assert fake.http.asked("/v1/completions")[0].body["prompt"].startswith("<fim_prefix>")


@pytest.mark.parametrize("kind", ["vllm", "lmstudio"])
async def test_other_servers_get_a_raw_prompt_when_the_family_is_known_by_name(start: Any, kind: str) -> None:
    fake, backend = await start(kind=kind)
    answer = await collect(backend.complete(completion()))
    assert fake.http.asked("/v1/completions")[0].body["prompt"] == QWEN_PROMPT
    assert fake.http.asked("/infill") == []
    assert answer.text == "value + 1"


async def test_suffix_is_sent_only_when_the_setting_says_so(start: Any) -> None:
    fake, backend = await start(fim="suffix", kind="lmstudio")
    await collect(backend.complete(completion(below="<|im_end|>\n")))
    [asked] = [request.body for request in fake.http.asked("/v1/completions")]
    assert asked["prompt"] == "def f(value):\n    return "
    assert asked["suffix"] == "< |im_end|>\n"


async def test_what_the_server_says_about_a_bad_request_is_shown(start: Any, statuses: list[Status]) -> None:
    _, backend = await start(fim="suffix", kind="vllm")
    with pytest.raises(RequestRefused, match=r"HTTP 400.*suffix is only supported for models with FIM"):
        await collect(backend.complete(completion()))
    assert statuses[-1].kind == "error"
    assert "suffix is only supported for models with FIM" in statuses[-1].message


async def test_raw_without_a_known_family_is_refused_with_a_way_out_but_chat_works(start: Any) -> None:
    _, backend = await start("llama3.2", fim="raw", kind="lmstudio", models=["llama3.2"])
    with pytest.raises(RequestRefused, match="Set it to auto"):
        await collect(backend.complete(completion()))
    assert (await collect(backend.chat(question()))).text == "value + 1"


async def test_a_wrong_model_name_lists_the_right_ones(start: Any) -> None:
    _, backend = await start("qwen3-coder", kind="vllm", models=["org/first", "org/second"])
    with pytest.raises(RequestRefused, match=r"`qwen3-coder` does not exist.*: org/first, org/second\.$"):
        await collect(backend.complete(completion()))


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (500, {"error": "model crashed"}, BackendUnavailable, "model crashed"),
        (400, {"detail": [{"msg": "field required"}]}, RequestRefused, "field required"),
        (422, {"message": "no"}, RequestRefused, "no"),
        (502, "<html>Bad Gateway</html>", BackendUnavailable, "Bad Gateway"),
        (
            400,
            {"error": {"code": 400, "message": "the request exceeds", "type": "exceed_context_size_error"}},
            PromptTooLong,
            "the request exceeds",
        ),
    ],
)
@pytest.mark.parametrize("way", ["raw", "infill", "chat"])
async def test_error_bodies_of_all_shapes_are_shown(
    start: Any, way: str, status: int, body: Any, error: type[Exception], says: str
) -> None:
    _, backend = await start_way(start, way, refusal=(status, body))
    with pytest.raises(error, match=says):
        await collect(backend.complete(completion()))


async def test_an_address_that_is_wrong_with_v1_and_without_is_told(start: Any) -> None:
    _, backend = await start(kind="lmstudio")
    root = backend.settings.openai_compatible.url.removesuffix("/v1")
    backend.settings = replace(backend.settings, openai_compatible=OpenAISettings(url=f"{root}/elsewhere"))
    with pytest.raises(
        RequestRefused, match=r"has nothing there: Unexpected endpoint.*most servers want /v1 at its end"
    ):
        await collect(backend.complete(completion()))


@pytest.mark.parametrize("kind", ["vllm", "openai", "lmstudio", "llama.cpp"])
@pytest.mark.parametrize("model", MODELS_BY_FAMILY)
async def test_four_stop_strings_are_sent_and_all_are_applied(start: Any, kind: str, model: str) -> None:
    """OpenAI's API and vLLM refuse a fifth, so that no completion worked there."""
    marks = fim.stop_strings(fim.FIM_TEMPLATES[fim.family_by_name(model)])
    for mark in marks:
        pieces = ("a = 1", f" + 2{mark[:3]}", f"{mark[3:]}after", " that")
        fake, backend = await start(model, kind=kind, models=[model], pieces=pieces, vocabulary=marks)
        answer = await collect(backend.complete(completion(raw=True)))
        assert (answer.text, answer.reason) == ("a = 1 + 2", "eog")
        [asked] = fake.http.asked("/v1/completions")
        assert 0 < len(asked.body["stop"]) <= 4 and set(asked.body["stop"]) <= set(marks)
        assert asked.body.get("skip_special_tokens") == (False if kind == "vllm" else None)


async def test_what_only_looks_like_the_beginning_of_a_mark_is_text(start: Any) -> None:
    _, backend = await start(kind="vllm", pieces=("a <", "|fim", "_x <|", "fim_prefix|", " <|file_se"))
    answer = await collect(backend.complete(completion(raw=True)))
    assert answer.text == "a <|fim_x <|fim_prefix| <|file_se"


async def test_a_router_is_told_the_model_wherever_it_asks_for_it(start: Any) -> None:
    """llama-server with several models refuses what names none."""
    models = ["my-coder", "other"]
    for vocabulary, path in ((QWEN_MARKS, "/v1/completions"), (("<|code_prefix|>",), "/infill")):
        fake, backend = await start("my-coder", kind="router", models=models, vocabulary=vocabulary)
        assert (await collect(backend.complete(completion()))).text == "value + 1"
        assert fake.http.asked(path)[0].body["model"] == "my-coder"
        assert "model=my-coder" in fake.http.asked("/props")[0].query


@pytest.mark.parametrize("way", ["auto", "infill"])
async def test_a_router_that_lacks_the_model_is_told_what_it_has(start: Any, way: str) -> None:
    _, backend = await start("qwen-coder", fim=way, kind="router", models=["my-coder", "other"])
    with pytest.raises(RequestRefused, match=r"model 'qwen-coder' not found. It offers: my-coder, other"):
        await collect(backend.complete(completion()))


async def test_the_marks_of_another_model_of_the_list_are_not_used(start: Any, statuses: list[Status]) -> None:
    """LM Studio lists all that was downloaded."""
    models = ["qwen2.5-coder-7b-instruct", "mistral-nemo-instruct"]
    fake, backend = await start("mistral-nemo-instruct", kind="lmstudio", models=models)
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert fake.http.asked("/v1/completions") == []
    assert statuses[-1].help == chat_infill.NOTE


@pytest.mark.parametrize(("can_insert", "path"), [(True, "/v1/completions"), (False, "/v1/chat/completions")])
async def test_ollama_behind_its_openai_address_lays_the_middle_out_itself(
    start: Any, can_insert: bool, path: str
) -> None:
    fake, backend = await start(kind="ollama", can_insert=can_insert)
    for _ in range(2):
        assert (await collect(backend.complete(completion()))).text == "value + 1"
    asked = fake.http.asked(path)
    assert len(asked) == 2 and ("suffix" in asked[0].body) == can_insert


async def test_a_template_without_a_system_role_gets_it_in_front_of_the_question(start: Any) -> None:
    fake, backend = await start(kind="vllm", takes_system=False)
    asked = ChatRequest(
        "c", ChatPrompt((ChatMessage("system", "Be brief."), ChatMessage("user", "Why?")), think=False)
    )
    for _ in range(2):
        assert (await collect(backend.chat(asked))).text == "value + 1"
    sent = [request.body["messages"] for request in fake.http.asked("/v1/chat/completions")]
    assert sent[1:] == [[{"role": "user", "content": "Be brief.\n\nWhy?"}]] * 2


async def test_llama_server_without_v1_answers_in_its_own_form(start: Any) -> None:
    fake, backend = await start()
    own = [
        b'data: {"content":"value","stop":false}\n\n',
        b'data: {"content":"","stop":true,"stop_type":"limit"}\n\n',
    ]

    async def answer(request: Any) -> Any:
        async def chunks() -> Any:
            for each in own:
                yield each

        return Streamed("text/event-stream", chunks())

    await collect(backend.complete(completion()))
    fake.http.handler = answer
    finished = await collect(backend.complete(completion(raw=True)))
    assert (finished.text, finished.reason) == ("value", "limit")


async def test_the_server_is_probed_once(start: Any) -> None:
    fake, backend = await start()
    for _ in range(3):
        await collect(backend.complete(completion()))
    assert [request.path for request in fake.http.requests].count("/v1/models") == 1
    assert len(fake.http.asked("/tokenize")) == 1


async def test_a_loading_server_is_waited_for(start: Any, statuses: list[Status]) -> None:
    _, backend = await start(loading=4)
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert [status.kind for status in statuses] == ["loading", "ready"]


async def test_a_server_that_loads_for_ever_is_given_up(start: Any, statuses: list[Status]) -> None:
    _, backend = await start(loading=10**6)
    with pytest.raises(BackendUnavailable, match="Loading model"):
        await collect(backend.complete(completion()))
    assert [status.kind for status in statuses] == ["loading", "error"]


@pytest.mark.parametrize("way", PATHS)
async def test_a_busy_server_is_asked_again_but_not_for_ever(start: Any, way: str) -> None:
    fake, backend = await start_way(start, way, busy=2)
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    fake.busy = 100
    with pytest.raises(BackendUnavailable, match="Too many requests"):
        await collect(backend.complete(completion()))
    assert fake.busy == 100 - QUICK.tries


@pytest.mark.parametrize("way", PATHS)
async def test_a_stop_rule_ends_the_answer_and_the_server_stops(start: Any, way: str) -> None:
    pieces = ("value", " + 1\n", *["more\n"] * 1000)
    fake, backend = await start_way(start, way, pieces=pieces, pause=0.002)
    answer = await collect(backend.complete(completion()))
    assert (answer.text, answer.reason) == ("value + 1", "line_end")
    assert answer.finished[0].usage.generated_tokens >= 2
    await asyncio.wait_for(fake.http.asked(PATHS[way])[0].disconnected.wait(), 60)


@pytest.mark.parametrize("way", PATHS)
async def test_closing_the_stream_closes_the_connection(start: Any, way: str) -> None:
    fake, backend = await start_way(start, way, pieces=["x "] * 1000, pause=0.002)
    stream = backend.complete(completion(raw=True))
    async with aclosing(stream):
        assert isinstance(await anext(stream), Piece)
    await asyncio.wait_for(fake.http.asked(PATHS[way])[0].disconnected.wait(), 60)


@pytest.mark.parametrize("way", PATHS)
async def test_a_newer_request_of_the_document_supersedes_the_older_one(start: Any, way: str) -> None:
    fake, backend = await start_way(start, way, pause=60)
    older = asyncio.create_task(collect(backend.complete(completion())))
    await until(lambda: fake.http.asked(PATHS[way]), "the older request")
    fake.pause = 0
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert (await asyncio.wait_for(older, 60)).reason == "superseded"
    await asyncio.wait_for(fake.http.asked(PATHS[way])[0].disconnected.wait(), 60)


@pytest.mark.parametrize("way", PATHS)
async def test_a_server_that_goes_away_in_the_middle_is_an_error_and_found_again(
    start: Any, way: str, statuses: list[Status]
) -> None:
    fake, backend = await start_way(start, way, abort_after=2)
    with pytest.raises(BackendUnavailable, match=r"127\.0\.0\.1"):
        await collect(backend.complete(completion(raw=True)))
    fake.abort_after = None
    await fake.http.stop()
    for _ in range(2):
        with pytest.raises(BackendUnavailable, match="Nothing answers at"):
            await collect(backend.complete(completion()))
    await fake.http.start()
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert [status.kind for status in statuses] == ["ready", "error", "error", "ready"]


async def test_another_server_at_the_same_address_is_probed_anew(start: Any) -> None:
    fake, backend = await start()
    await collect(backend.complete(completion()))
    await fake.http.stop()
    with pytest.raises(BackendUnavailable):
        await collect(backend.complete(completion()))
    fake.vocabulary = ("[PREFIX]", "[SUFFIX]")
    await fake.http.start()
    await collect(backend.complete(completion()))
    assert fake.http.asked("/v1/completions")[-1].body["prompt"].startswith("[SUFFIX]")


@pytest.mark.parametrize("way", PATHS)
async def test_an_error_inside_the_stream_is_shown(start: Any, way: str) -> None:
    _, backend = await start_way(start, way, error_after=1)
    with pytest.raises(RequestRefused, match="context shift is disabled"):
        await collect(backend.complete(completion(raw=True)))


@pytest.mark.parametrize("way", PATHS)
async def test_a_server_that_never_answers_is_given_up(start: Any, way: str) -> None:
    _, backend = await start_way(start, way, pause=60)
    backend.patience = Patience(first_token=0.1)
    with pytest.raises(BackendUnavailable, match=r"has not answered for 0\.1 seconds"):
        await collect(backend.complete(completion()))


@pytest.mark.parametrize("way", PATHS)
async def test_characters_cut_in_the_middle_of_their_bytes_arrive_whole(start: Any, way: str) -> None:
    _, backend = await start_way(start, way, pieces=("größe", " = '→", "😀'"), cut=3)
    assert (await collect(backend.complete(completion(raw=True)))).text == "größe = '→😀'"


@pytest.mark.parametrize("way", PATHS)
async def test_running_out_of_tokens_is_told(start: Any, way: str) -> None:
    _, backend = await start_way(start, way, finish_reason="length")
    assert (await collect(backend.complete(completion(raw=True)))).reason == "limit"


@pytest.mark.parametrize(("kind", "cached"), [("llama.cpp", 20), ("vllm", 0)])
async def test_the_usage_is_the_servers(start: Any, kind: str, cached: int) -> None:
    _, backend = await start(kind=kind)
    [finished] = (await collect(backend.complete(completion(raw=True)))).finished
    usage = finished.usage
    assert (usage.prompt_tokens, usage.cached_tokens, usage.evaluated_tokens) == (30, cached, 30 - cached)
    assert usage.generated_tokens == 3


async def test_a_warm_up_gives_way_to_a_completion(start: Any) -> None:
    fake, backend = await start(pause=60)
    warming = asyncio.create_task(backend.warm(completion()))
    await until(lambda: fake.http.asked("/v1/completions"), "the warm-up")
    fake.pause = 0
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    await asyncio.wait_for(warming, 60)
    first, second = fake.http.asked("/v1/completions")
    assert (first.body["max_tokens"], second.body["max_tokens"]) == (1, 32)
    await asyncio.wait_for(first.disconnected.wait(), 60)


async def test_reasoning_comes_apart_from_the_answer(start: Any) -> None:
    _, backend = await start(reasoning=("h", "m"))
    answer = await collect(backend.chat(question()))
    assert (answer.thinking, answer.text) == ("hm", "value + 1")


async def test_thinking_tags_in_the_text_are_split_too(start: Any) -> None:
    _, backend = await start(kind="vllm", pieces=("<thi", "nk>hm</", "think>", "\nyes"))
    answer = await collect(backend.chat(question()))
    assert (answer.thinking, answer.text) == ("hm", "\nyes")


@pytest.mark.parametrize(("kind", "told"), [("llama.cpp", True), ("vllm", True), ("lmstudio", False)])
async def test_thinking_is_turned_off_where_the_server_understands_that(start: Any, kind: str, told: bool) -> None:
    fake, backend = await start(kind=kind)
    await collect(backend.chat(question(think=False)))
    await collect(backend.chat(question(think=True)))
    off, on = (request.body for request in fake.http.asked("/v1/chat/completions"))
    assert off.get("chat_template_kwargs") == ({"enable_thinking": False} if told else None)
    assert "chat_template_kwargs" not in on
    assert off["messages"] == [{"role": "user", "content": "why?"}]


async def test_the_key_is_sent_and_never_logged(
    start: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MY_SERVER_KEY", "sesame-opens")
    caplog.set_level(logging.DEBUG)
    fake, backend = await start(key="sesame-opens", key_env="MY_SERVER_KEY")
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert {request.headers["authorization"] for request in fake.http.requests} == {"Bearer sesame-opens"}
    assert "sesame" not in caplog.text + repr(backend)


async def test_without_a_key_none_is_sent_not_even_that_of_someone_else(
    start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "for-another-server")
    fake, backend = await start()
    await collect(backend.complete(completion()))
    await collect(backend.chat(question()))
    assert all("authorization" not in request.headers for request in fake.http.requests)


async def test_a_wrong_key_is_told(start: Any) -> None:
    _, backend = await start(key="sesame", vocabulary=())
    with pytest.raises(RequestRefused, match=r"Invalid API Key.*api_key_env"):
        await collect(backend.complete(completion()))


async def test_an_answer_that_is_no_json_is_told(start: Any) -> None:
    fake, backend = await start()

    async def page(request: Any) -> Any:
        async def chunks() -> Any:
            yield b"data: <html>\n\n"

        return Streamed("text/event-stream", chunks())

    await collect(backend.complete(completion()))
    fake.http.handler = page
    with pytest.raises(BackendUnavailable, match="not the OpenAI protocol"):
        await collect(backend.complete(completion()))


OWN = "qwen2.5-coder-0.5b-instruct"  # of Hearth's catalogue, and the default of the settings


@pytest.mark.parametrize(
    "ask", [lambda backend: backend.complete(completion()), lambda backend: backend.chat(question())]
)
async def test_a_name_of_the_catalogue_is_not_sent(start: Any, ask: Any) -> None:
    fake, backend = await start(OWN, kind="vllm", models=["org/own"])
    await collect(ask(backend))
    assert {each.body["model"] for each in fake.http.requests if each.body} == {"org/own"}


async def test_where_a_server_has_several_models_the_user_is_told_to_choose(start: Any) -> None:
    fake, backend = await start(OWN, kind="vllm", models=["org/one", "org/two"])
    with pytest.raises(SettingsError, match="It offers: org/one, org/two"):
        await collect(backend.chat(question()))
    assert not any(each.body for each in fake.http.requests)


async def test_a_server_says_what_it_offers(start: Any) -> None:
    fake, backend = await start(models=["one", "two"])
    where, offered = await backend.offers()
    assert offered == ("one", "two") and str(fake.http.port) in where


R1 = "deepseek-r1-distill-qwen-7b"
R1_TEMPLATE = "{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\\n' }}{% endif %}"
KINDS = ["lmstudio", "llama.cpp", "vllm", "openai", "router"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("in_text", [False, True])
@pytest.mark.parametrize("think", [False, True])
async def test_a_reasoning_model_answers_on_every_server_however_little_room_its_answer_has(
    start: Any, kind: Any, in_text: bool, think: bool
) -> None:
    """R1 has no switch: it thinks whatever it is told, and its thoughts count as tokens of the answer."""
    _, backend = await start(
        R1, kind=kind, models=[R1], reasoning=["hm "] * 700, raw_reasoning=in_text, keeps_to_limit=True
    )
    answer = await collect(backend.chat(question(think=think)))
    assert (answer.text.strip(), answer.reason) == ("value + 1", "eog")
    assert answer.thinking.count("hm") in (0, 700)
    assert think is False or answer.thinking.count("hm") == 700


@pytest.mark.parametrize("kind", ["lmstudio", "llama.cpp", "vllm"])
async def test_thoughts_without_an_end_are_ended_in_the_prompt(start: Any, kind: Any) -> None:
    fake, backend = await start(R1, kind=kind, models=[R1], reasoning=["hm "] * 9000, keeps_to_limit=True)
    answer = await collect(backend.chat(question()))
    assert (answer.text, answer.reason) == ("value + 1", "eog")
    [closed] = [request.body["prompt"] for request in fake.http.asked("/v1/completions")]
    assert closed.startswith("<｜User｜>why?<｜Assistant｜><think>\nhm hm ") and closed.endswith(
        "hm\n</think>\n\n"
    )
    assert len(fake.http.asked("/v1/chat/completions")) == 1


async def test_a_server_that_refuses_raw_prompts_is_asked_by_chat_and_that_is_remembered(start: Any) -> None:
    fake, backend = await start(R1, kind="lmstudio", models=[R1], reasoning=["hm "] * 100, keeps_to_limit=True)
    healthy = fake.http.handler

    async def without_completions(request: Any) -> Any:
        if request.path == "/v1/completions":
            return Reply(400, {"error": "This model supports chat only"})
        return await healthy(request)

    fake.http.handler = without_completions
    for _ in range(2):
        assert (await collect(backend.chat(question(think=False)))).text == "value + 1"
    assert len(fake.http.asked("/v1/completions")) == 1


@pytest.mark.parametrize("kind", [*KINDS, "ollama"])
async def test_a_model_that_knows_a_word_against_thinking_is_told_it(start: Any, kind: Any) -> None:
    fake, backend = await start(
        "qwen3-8b",
        kind=kind,
        models=["qwen3-8b"],
        reasoning=["hm "] * 500,
        always_thinks=False,
        keeps_to_limit=True,
    )
    answer = await collect(backend.chat(question(think=False)))
    assert (answer.text, answer.thinking) == ("value + 1", "")
    [asked] = [request.body for request in fake.http.asked("/v1/chat/completions")]
    assert asked["messages"][-1]["content"] == "why? /no_think"
    answer = await collect(backend.chat(question(think=True)))
    assert (answer.text, answer.thinking) == ("value + 1", "hm " * 500)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_model_that_is_not_known_to_think_is_found_out(start: Any, kind: Any) -> None:
    fake, backend = await start(
        "my-model", kind=kind, models=["my-model"], reasoning=["hm "] * 700, keeps_to_limit=True
    )
    for _ in range(2):
        assert (await collect(backend.chat(question(think=False)))).text == "value + 1"
    limits = [request.body["max_tokens"] for request in fake.http.asked("/v1/chat/completions")]
    assert limits == [64, 64 + 2048, 64 + 2048]


async def test_a_field_that_a_server_does_not_know_is_left_out_the_next_time(start: Any) -> None:
    fake, backend = await start("gpt-oss-20b", kind="openai", models=["gpt-oss-20b"])
    program = fake.http.handler

    async def strict(request: Any) -> Any:
        if request.body and "reasoning_effort" in request.body:
            text = "Unrecognized request argument supplied: reasoning_effort"
            return Reply(400, {"error": {"message": text, "type": "invalid_request_error"}})
        return await program(request)

    fake.http.handler = strict
    for _ in range(2):
        assert (await collect(backend.chat(question(think=False)))).text == "value + 1"
    asked = [request.body for request in fake.http.asked("/v1/chat/completions")]
    assert ["reasoning_effort" in body for body in asked] == [True, False, False]


async def test_openai_s_own_reasoning_models_are_asked_with_the_fields_that_they_take(start: Any) -> None:
    fake, backend = await start("o4-mini", kind="openai", models=["o4-mini"])
    program = fake.http.handler

    async def strict(request: Any) -> Any:
        body = request.body or {}
        said = ""
        if "max_tokens" in body:
            said = (
                "Unsupported parameter: 'max_tokens' is not supported with this model. "
                "Use 'max_completion_tokens' instead."
            )
        elif body.get("temperature", 1) != 1:
            said = "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default is."
        if said:
            return Reply(400, {"error": {"message": said, "type": "invalid_request_error"}})
        if "max_completion_tokens" in body:
            request.body = {**body, "max_tokens": body["max_completion_tokens"]}
        return await program(request)

    fake.http.handler = strict
    assert (await collect(backend.chat(question()))).text == "value + 1"
    asked = fake.http.asked("/v1/chat/completions")
    assert len(asked) == 3 and asked[-1].body["max_completion_tokens"] == 64 + 2048
    await collect(backend.chat(question()))
    assert len(asked) + 1 == len(fake.http.asked("/v1/chat/completions"))


async def test_a_server_whose_window_has_no_room_for_thoughts_is_asked_for_the_answer_alone(start: Any) -> None:
    """vLLM counts what may come before anything comes."""
    fake, backend = await start(R1, kind="vllm", models=[R1])
    program = fake.http.handler

    async def small(request: Any) -> Any:
        if request.body and request.body.get("max_tokens", 0) > 1000:
            text = "This model's maximum context length is 1024 tokens. However, you requested 2112 output tokens."
            return Reply(400, {"error": {"message": text, "type": "BadRequestError", "code": 400}})
        return await program(request)

    fake.http.handler = small
    assert (await collect(backend.chat(question()))).text.strip() == "value + 1"


@pytest.mark.parametrize("kind", ["vllm", "lmstudio", "openai"])
async def test_a_server_that_leaves_the_thoughts_in_the_text_has_them_taken_out(start: Any, kind: Any) -> None:
    """As mlx_lm, TGI and vLLM without a parser do: the template opened the tag, so that only its end comes."""
    pieces = ("Let me ", "see.\n</th", "ink>\n\n", "value", " + 1")
    _, backend = await start(R1, kind=kind, models=[R1], pieces=pieces)
    answer = await collect(backend.chat(question()))
    assert (answer.thinking.strip(), answer.text.strip()) == ("Let me see.", "value + 1")


@pytest.mark.parametrize("kind", ["vllm", "router"])
async def test_each_model_of_a_server_is_asked_in_its_own_way(start: Any, kind: Any) -> None:
    """One for completion and another one, of another family, for chat."""
    models = ["qwen2.5-coder-7b", R1, "codestral-22b"]
    fake, backend = await start(
        "qwen2.5-coder-7b",
        kind=kind,
        models=models,
        families={"qwen2.5-coder-7b": QWEN_MARKS, R1: (), "codestral-22b": ("[PREFIX]", "[SUFFIX]")},
        templates={R1: R1_TEMPLATE},
    )
    backend.settings = replace(backend.settings, chat=ChatSettings(model=R1))
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert fake.http.asked("/v1/completions")[0].body["prompt"] == QWEN_PROMPT
    fake.pieces = ("hm\n</think>\n\n", "yes")
    answer = await collect(backend.chat(question()))
    assert (answer.thinking.strip(), answer.text.strip()) == ("hm", "yes")
    fake.pieces = ("value", " + 1")
    backend.settings = replace(backend.settings, completion=CompletionSettings(model="codestral-22b"))
    assert (await collect(backend.complete(completion()))).text == "value + 1"
    assert fake.http.asked("/v1/completions")[-1].body["prompt"].startswith("[SUFFIX]")
    assert len(fake.http.asked("/v1/models")) == 1


async def test_lm_studio_s_only_model_counts_and_not_what_was_asked_for(
    start: Any, statuses: list[Status]
) -> None:
    fake, backend = await start("qwen2.5-coder-7b", kind="lmstudio", models=["mistral-nemo-instruct"])
    await collect(backend.complete(completion()))
    assert fake.http.asked("/v1/completions") == []
    assert chat_infill.NOTE in statuses[-1].help


@pytest.mark.parametrize(
    ("kind", "window"), [("vllm", 8192), ("llama.cpp", 8192), ("router", 8192), ("lmstudio", 8192), ("openai", 0)]
)
async def test_the_window_is_what_the_server_says(start: Any, kind: Any, window: int) -> None:
    _, backend = await start(kind=kind, window=8192)
    assert isinstance(backend, backends.Windowed)
    assert await backend.window() == window
    assert await backend.window() == window


@pytest.mark.parametrize(
    ("model", "remote"),
    [
        ("gpt-oss:120b-cloud", {}),
        ("my-model", {"my-model": "https://ollama.com:443"}),
        ("qwen2.5-coder", {"qwen2.5-coder": "http://gpu.example.org:11434"}),
    ],
)
async def test_a_model_that_ollama_hands_on_gets_no_code_unless_that_is_allowed(
    start: Any, model: str, remote: dict[str, str]
) -> None:
    fake, backend = await start(model, kind="ollama", models=[model], remote=remote)
    for ask in (backend.complete(completion()), backend.chat(question())):
        with pytest.raises(RemoteNotAllowed, match=r"does not run on this machine.*allow_remote"):
            await collect(ask)
    assert fake.http.asked("/v1/chat/completions") == fake.http.asked("/v1/completions") == []
    options = replace(backend.settings.openai_compatible, allow_remote=True)
    backend.settings = replace(backend.settings, openai_compatible=options)
    assert (await collect(backend.chat(question()))).text == "value + 1"
