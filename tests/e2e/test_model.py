"""The real model through the real server: every place where a cursor can stand."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from hearth.engine.context import parsed
from hearth.engine.context.syntax import errors
from hearth.engine.languages import language_of
from hearth.lsp_server.commands.doctor import crash_report
from tests.e2e.editor import PATIENCE, editor
from tests.fakes import amx
from tests.hosts import hosts_of, stop_host

pytestmark = pytest.mark.model


PLACES = {
    "middle of a line": (
        "sample.py",
        "python",
        "def area(width, height):\n    return width * ‸\n\n\nprint(area(2, 3))\n",
        "height",
    ),
    "inside a word": (
        "sample.py",
        "python",
        "def area(width, height):\n    return wid‸\n\n\nprint(area(2, 3))\n",
        "th * height",
    ),
    "start of an indented line": (
        "sample.py",
        "python",
        "def area(width, height):\n    ‸\n\n\nprint(area(2, 3))\n",
        "return width * height",
    ),
    "end of a block": (
        "sample.py",
        "python",
        "def absolute(x):\n    if x < 0:\n        return -x\n    ‸\n\n\nprint(absolute(-3))\n",
        "else:\n        return x",
    ),
    "TypeScript": (
        "sample.ts",
        "typescript",
        "function area(width: number, height: number): number {\n    return width * ‸\n}\n",
        "height",
    ),
    "Go": (
        "sample.go",
        "go",
        "package main\n\nfunc area(width int, height int) int {\n\treturn width * ‸\n}\n",
        "height",
    ),
    "Rust": (
        "sample.rs",
        "rust",
        "fn area(width: u32, height: u32) -> u32 {\n    width * ‸\n}\n",
        "height",
    ),
    "emoji and CRLF before the cursor": (
        "sample.py",
        "python",
        '# 😀 prices 😀\r\ndef area(width, height):\r\n    text = "😀"; return width * ‸\r\n',
        "height",
    ),
    "special tokens in the text": (
        "sample.py",
        "python",
        'MARKS = ["<|fim_suffix|>", "<|im_end|>", "<|endoftext|>"]\n\n\n'
        "def area(width, height):\n    return width * ‸\n\n\nprint(area(2, 3), MARKS)\n",
        "height",
    ),
}


@pytest.mark.parametrize("place", PLACES)
async def test_the_model_completes(place: str, model_home: Path) -> None:
    name, language, marked, expected = PLACES[place]
    async with editor(home=model_home) as ed:
        ed.open(marked, name, language)
        assert (await ed.ghost()).strip().startswith(expected)


CLOSED = {
    "brackets in quotes": ("greet.py", "python", 'def greet(name):\n    return f"Hello {‸}"\n'),
    "a block, Go": ("sum.go", "go", "package a\n\nfunc sum(xs []int) int {‸}\n"),
    "a block, C": ("area.c", "c", "int area(int width, int height) {‸}\n"),
    "a callback": ("log.js", "javascript", "items.forEach((item) => {‸});\ndone();\n"),
    "a blank between": (
        "origin.rs",
        "rust",
        "struct P { x: i32, y: i32 }\n\nfn origin() -> P {\n    P { ‸ }\n}\n",
    ),
    "an argument": ("double.ts", "typescript", "const doubled = [1, 2].map(‸);\nconsole.log(doubled);\n"),
}


@pytest.mark.parametrize("place", CLOSED)
async def test_what_an_editor_has_closed_is_there_once(place: str, model_home: Path) -> None:
    name, language, marked = CLOSED[place]
    async with editor(home=model_home) as ed:
        ed.open(marked, name, language)
        item = await ed.ask(automatic=False)
        assert item is not None
        ed.accept(item)
        assert errors(parsed.parse(ed.text, language_of(language))) == 0, ed.text


async def test_an_indentation_that_is_not_finished_is_finished(model_home: Path) -> None:
    async with editor(home=model_home) as ed:
        ed.open("def area(width, height):\n    total = width * height\n  ‸\n\n\nprint(area(2, 3))\n")
        assert await ed.ghost(automatic=False) == "  return total"


async def test_what_else_could_stand_there_is_shown_to_who_asks(model_home: Path) -> None:
    async with editor(home=model_home) as ed:
        ed.open("def area(width, height):\n    ‸\n\n\nprint(area(2, 3))\n", "others.py")
        first, *others = (item.insert_text for item in (await ed.request(automatic=False)).items)
        assert first == "return width * height"
        assert others and all(other.strip() for other in others), others
        assert len({first, *others}) == 1 + len(others)


async def test_an_empty_file_is_answered(model_home: Path) -> None:
    async with editor(home=model_home) as ed:
        ed.open("‸")
        answer = await ed.request()
        assert answer is not None
        assert ed.messages == []


async def test_a_file_of_ten_thousand_lines_is_answered_right(model_home: Path) -> None:
    filler = "".join(f"value_{number} = {number}\n" for number in range(5000))
    async with editor(home=model_home) as ed:
        ed.open(f"{filler}def area(width, height):\n    return width * ‸\n{filler}")
        assert (await ed.ghost()).startswith("height")


async def test_a_function_body_is_written_to_its_end_and_no_further(model_home: Path) -> None:
    async with editor(home=model_home) as ed:
        ed.open(
            'def factorial(n):\n    """The product of the numbers from 1 to n."""\n    ‸\n\n\n'
            "def double(n):\n    return 2 * n\n"
        )
        ghost = await ed.ghost(automatic=False)
        assert "return" in ghost and "def double" not in ghost
        names: dict[str, object] = {}
        exec(ed.text[: ed.cursor] + ghost + ed.text[ed.cursor :], names)


async def test_a_keystroke_costs_no_prompt_tokens_that_were_seen_before(model_home: Path) -> None:
    """Measured from the outside: the host's processor time for a warm keystroke against the cold request."""
    above = "".join(f"def f{number}(x):\n    return x + {number}\n\n\n" for number in range(60))
    async with editor({"context": {"enabled": False}}, home=model_home) as ed:
        ed.open(above + "def total(first, second):\n    return ‸\n")
        await ed.ghost()
        (host,) = hosts_of(model_home)
        ed.type("f")
        before = _cpu(host)
        await ed.ghost()
        warm = _cpu(host) - before
        ed.replace(0, 0, "import os\n")
        ed.cursor = len(ed.text) - 1
        before = _cpu(host)
        await ed.ghost()
        assert warm < (_cpu(host) - before) / 2


async def test_typing_fast_is_answered_at_its_end_and_leaves_the_host_idle(model_home: Path) -> None:
    async with editor(home=model_home) as ed:
        ed.open("def area(width, height):\n    ‸\n\n\nprint(area(2, 3))\n")
        await ed.until("ready")
        requests = []
        for char in "result = width + height - widt":
            ed.type(char)
            requests.append(asyncio.create_task(ed.request()))
            await asyncio.sleep(0.06)  # between two keys
        answers = await asyncio.wait_for(asyncio.gather(*requests), PATIENCE)
        assert len(answers) == 30
        assert answers[-1] is not None
        (host,) = hosts_of(model_home)
        async with asyncio.timeout(PATIENCE):  # the whole frame of so short a file, and one answer ahead
            while await _work(host, 0.5) > 0.1:
                pass


async def test_a_killed_host_costs_at_most_one_answer_and_nothing_else(model_home: Path) -> None:
    async with editor(home=model_home) as ed:
        filler = "".join(f"value_{number} = {number}\n" for number in range(400))
        ed.open(f"{filler}def area(width, height):\n    return width * ‸\n")
        await ed.until("ready")
        (host,) = hosts_of(model_home)
        request = asyncio.create_task(ed.request())
        await asyncio.sleep(0.1)  # the answer is in progress then
        os.kill(host.pid, signal.SIGKILL)
        answer = await asyncio.wait_for(request, PATIENCE)
        assert answer is not None
        assert all(item.insert_text.startswith("height") for item in answer.items)
        ed.type("h")
        assert (await ed.ghost()).startswith("eight")


async def test_two_editors_share_one_host(model_home: Path) -> None:
    async with editor(home=model_home) as first, editor(home=model_home) as second:
        for ed in (first, second):
            ed.open("def area(width, height):\n    return width * ‸\n\n\nprint(area(2, 3))\n")
        ghosts = await asyncio.gather(first.ghost(), second.ghost())
        assert all(ghost.startswith("height") for ghost in ghosts)
        assert len(hosts_of(model_home)) == 1


async def test_a_crash_that_nobody_foresaw_is_survived_by_the_first_request_and_told_once(
    model_home: Path, tmp_path: Path
) -> None:
    (tmp_path / "models").symlink_to(model_home / "models", target_is_directory=True)
    told = []
    try:
        for _ in range(2):
            async with editor(home=tmp_path, env=amx.played("surprise")) as ed:
                ed.open("def area(width, height):\n    return width * ‸\n\n\nprint(area(2, 3))\n")
                assert (await ed.ghost()).startswith("height")
                told += [status.help for status in ed.statuses if getattr(status, "help", "")]
            stop_host(tmp_path)
        assert told == ["profile 'fast' failed (Segmentation fault); now 'plain weights'"]
        assert "Segmentation fault" in (tmp_path / "logs" / "host.log").read_text()
    finally:
        stop_host(tmp_path)


async def test_a_crash_that_a_trial_foresaw_is_not_noticed_by_anybody(
    model_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTH_HOME", str(tmp_path))
    (tmp_path / "models").symlink_to(model_home / "models", target_is_directory=True)
    try:
        async with editor(home=tmp_path, env=amx.played("crash")) as ed:
            ed.open("def area(width, height):\n    return width * ‸\n\n\nprint(area(2, 3))\n")
            assert (await ed.ghost()).startswith("height")
            assert ed.messages == []
            assert [status.help for status in ed.statuses if getattr(status, "help", "")] == []
            assert {status.kind for status in ed.statuses} <= {"starting", "loading", "ready"}
        assert crash_report(budget=6) == []
    finally:
        stop_host(tmp_path)


def test_without_any_network_everything_works(model_home: Path, tmp_path: Path) -> None:
    """In a network namespace of its own, which has not even a loopback interface that is up."""
    unshare = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"], check=False).returncode:
        pytest.skip("this machine does not let us make a network namespace (unshare --net)")
    (tmp_path / "models").symlink_to(model_home / "models", target_is_directory=True)
    sample = tmp_path / "sample.py"
    sample.write_text("def area(width, height):\n    return width * \n\n\nprint(area(2, 3))\n")
    command = [*unshare, sys.executable, "-P", "-m", "hearth.lsp_server.cli", "complete", f"{sample}:2:20"]
    env = {**os.environ, "HEARTH_HOME": str(tmp_path)}
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
        assert (done.stdout, done.stderr) == ("height", "")
    finally:
        stop_host(tmp_path)


async def _work(process: psutil.Process, seconds: float) -> float:
    """Seconds of processor time that it takes meanwhile."""
    before = _cpu(process)
    await asyncio.sleep(seconds)
    return _cpu(process) - before


def _cpu(process: psutil.Process) -> float:
    """Seconds of processor time so far."""
    times = process.cpu_times()
    return float(times.user + times.system)
