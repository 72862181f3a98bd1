"""The `hearth` command as a user runs it."""

import ast
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.conftest import MODEL
from tests.waiting import blocking_until

FRUITS = (
    "apple",
    "pear",
    "plum",
    "cherry",
    "grape",
    "melon",
    "lemon",
    "peach",
    "mango",
    "fig",
    "kiwi",
    "date",
    "lime",
)
CODE = "def area(width, height):\n    return width * \n\n\nprint(area(2, 3))\n"


def hearth(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "hearth.lsp_server.cli", *arguments],
        env={**os.environ, "HEARTH_HOME": str(home), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "sample.py"
    path.write_text(CODE)
    return path


@pytest.mark.model
def test_complete_prints_exactly_what_would_be_inserted(model_home: Path, sample: Path) -> None:
    done = hearth(model_home, "complete", f"{sample}:2:20")
    assert (done.stdout, done.stderr, done.returncode) == ("height", "", 0)


@pytest.mark.model
def test_complete_tells_timings_and_token_counts_as_json(model_home: Path, sample: Path) -> None:
    done = hearth(model_home, "complete", f"{sample}:2:20", "--json")
    report = json.loads(done.stdout)
    assert report["text"] == "height"
    assert report["usage"]["prompt_tokens"] > report["usage"]["generated_tokens"] > 0
    assert report["total_ms"] > 0


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("sample.py", "is not FILE:LINE:COL"),
        ("sample.py:99:1", "has 6 lines; line 99 is not one of them"),
        ("sample.py:1:99", "column 99 is behind its end"),
        ("missing.py:1:1", "No such file"),
    ],
)
def test_a_place_that_does_not_exist_is_one_clear_line(sample: Path, place: str, message: str) -> None:
    done = hearth(sample.parent / "home", "complete", str(sample.parent / place))
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.model
def test_doctor_names_the_model_its_profile_and_its_speeds(model_home: Path) -> None:
    done = hearth(model_home, "doctor")
    assert done.returncode == 0, done.stderr
    assert "qwen2.5-coder-0.5b-instruct" in done.stdout
    assert "filling in the middle works" in done.stdout
    assert "tokens/s" in done.stdout


def test_doctor_says_how_to_get_a_missing_model(tmp_path: Path) -> None:
    done = hearth(tmp_path, "doctor")
    assert done.returncode == 1
    assert "hearth models pull qwen2.5-coder-0.5b-instruct" in done.stderr


@pytest.mark.model
def test_demo_shows_the_ghost_text_in_its_place_and_a_second_keystroke(model_home: Path) -> None:
    done = hearth(model_home, "demo")
    assert done.returncode == 0, done.stderr
    # Which words come is the model's affair, and the processor's: another rounding, another answer.
    pages = re.split(
        r"^.+ after the server was started:\n|^A word typed, and .+:\n", done.stdout, flags=re.MULTILINE
    )
    first, second = (re.split("[⟨⟩]", page) for page in pages[1:])
    typed = second[0].removeprefix(first[0])
    assert typed and first[1] == typed + second[1]
    body = ast.parse("".join(first)).body[-2]
    assert isinstance(body, ast.FunctionDef) and body.name == "subtotal"
    assert isinstance(body.body[-1], ast.Return)


def test_serve_answers_on_a_loopback_port_and_on_no_other_address(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-P", "-m", "hearth.lsp_server.cli", "serve", "--tcp", str(port)],
        env={**os.environ, "HEARTH_HOME": str(tmp_path)},
    )
    try:
        assert blocking_until(lambda: _listening(server.pid), "a listening server") == {("127.0.0.1", port)}
    finally:
        server.kill()
        server.wait()


def _listening(pid: int) -> set[tuple[str, int]]:
    connections = psutil.Process(pid).net_connections()
    return {(each.laddr.ip, each.laddr.port) for each in connections if each.status == psutil.CONN_LISTEN}


@pytest.mark.model
def test_inspect_shows_the_prompt_its_pieces_and_the_cache(model_home: Path, sample: Path) -> None:
    first = json.loads(hearth(model_home, "inspect", f"{sample}:2:20", "--json").stdout)
    assert first["prompt"].startswith("<|fim_prefix|>")
    assert first["prompt"].endswith("<|fim_middle|>    return width *")
    assert first["healed"] == " "
    hearth(model_home, "complete", f"{sample}:2:20")
    second = json.loads(hearth(model_home, "inspect", f"{sample}:2:20", "--json").stdout)
    evaluated = second["prompt_tokens"] - second["cached_tokens"]
    assert evaluated <= 1  # the last one, when what follows it is not kept
    assert "text above" in hearth(model_home, "inspect", f"{sample}:2:20").stdout


@pytest.mark.model
def test_bench_types_a_file_again_and_leaves_it_as_it_was(model_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    code = "".join(f"def twice_{number}(value):\n    return value * 2 + {number}\n\n\n" for number in range(15))
    path.write_text(code)
    done = hearth(model_home, "bench", str(path), "--keys", "3")
    assert done.returncode == 0, done.stderr
    rows = ("prompt tokens per second", "first suggestion after a second of rest", "answered from memory")
    assert all(row in done.stdout for row in rows)
    assert path.read_text() == code


@pytest.mark.model
def test_bench_compares_the_models_on_this_disk_by_the_lines_of_a_folder(model_home: Path, tmp_path: Path) -> None:
    lines = "".join(f"    print('{fruit}', count_of['{fruit}'])\n" for fruit in FRUITS)
    (tmp_path / "fruit.py").write_text(f"count_of = {dict.fromkeys(FRUITS, 1)}\n\n\ndef show():\n{lines}")
    before = {path: path.read_text() for path in tmp_path.iterdir()}
    done = hearth(model_home, "bench", "--models", str(tmp_path))
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if line.strip().startswith(MODEL))
    found = re.search(r"491 MB +(\d+) of (\d+) ", row)
    assert found and int(found[1]) > 3 and 10 <= int(found[2]) <= len(FRUITS), row
    assert {path: path.read_text() for path in tmp_path.iterdir()} == before


def test_bench_has_nothing_to_compare_where_there_is_no_model(tmp_path: Path) -> None:
    done = hearth(tmp_path, "bench", "--models", str(tmp_path))
    assert done.returncode == 1
    assert "hearth models recommend" in done.stderr


def test_bench_says_when_a_file_is_too_short(sample: Path, tmp_path: Path) -> None:
    done = hearth(tmp_path, "bench", str(sample))
    assert done.returncode == 1
    assert "is too short" in done.stderr
