import json
from pathlib import Path
from typing import Any

import httpx

from tests.benchmarks.trace import Place
from tests.benchmarks.worth import clock
from tests.benchmarks.worth.clock import Clock
from tests.benchmarks.worth.llama import KeptServer, PlayedLlamaVim
from tests.benchmarks.worth.retyping import Retyping, Step
from tests.benchmarks.worth.times import TokenTimes
from tests.benchmarks.worth.typist import Plan

TIMES = TokenTimes("none", (1, 64), (0, 4096), ((20.0, 200.0), (20.0, 200.0)), 0.0)


def server(file: Path, posts: list[Any], content: str = " = 1") -> KeptServer:
    def answer(request: httpx.Request) -> httpx.Response:
        posts.append(json.loads(request.content))
        return httpx.Response(200, json={"content": content, "timings/prompt_n": 64, "timings/predicted_n": 5})

    return KeptServer(httpx.Client(transport=httpx.MockTransport(answer), base_url="http://server"), file)


def test_what_was_answered_behind_the_same_request_is_not_asked_again(tmp_path: Path) -> None:
    posts: list[Any] = []
    for _ in range(2):
        kept = server(tmp_path / "kept.sqlite", posts)
        for prompt in ("a", "b", "a"):
            assert kept.infill({"prompt": prompt}).content == " = 1"
        kept.close()
    assert [post["prompt"] for post in posts] == ["a", "b", "a"]


def test_the_slot_is_brought_to_where_it_was_before_something_new_is_asked(tmp_path: Path) -> None:
    posts: list[Any] = []
    first = server(tmp_path / "kept.sqlite", posts)
    first.infill({"prompt": "a"})
    first.close()
    again = server(tmp_path / "kept.sqlite", posts)
    again.infill({"prompt": "a"})
    again.infill({"prompt": "b"})
    again.close()
    assert [post["prompt"] for post in posts] == ["a", "a", "b"]
    assert posts[1]["n_predict"] == 1


def test_an_answer_takes_its_tokens_time(tmp_path: Path) -> None:
    place = Place("python", "/p/a.py", "value", " = 12345", "\n")
    before = {offset: 1000.0 if offset == 0 else 100.0 for offset in range(8)}

    async def main(time: Clock) -> list[Step]:
        engine = PlayedLlamaVim(server(tmp_path / "kept.sqlite", []), TIMES)
        return await Retyping(engine, place, Plan(before, dict.fromkeys(before, 99), 0.0, 100.0)).run()

    answer = next(step for step in clock.run(main) if step.what == "answer")
    assert (answer.shown, answer.ms) == (" = 1", 300.0)
