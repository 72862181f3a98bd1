"""The script that measures a GPU, without one: its steps, with a model of a few hundred KB and played programs."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hearth.engine.models import gguf, usable
from tests.benchmarks.device.figures import Figure, publish
from tests.benchmarks.device.shapes import SHAPES, write
from tests.benchmarks.options import ROOT

SCRIPT = ROOT / "tests/benchmarks/gpu.sh"
BENCH = """#!/bin/sh
echo '[{"n_prompt": 128, "n_gen": 0, "avg_ts": 0.5}, {"n_prompt": 0, "n_gen": 16, "avg_ts": 1e9}]'
"""


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    bash = shutil.which("bash")
    assert bash is not None
    return subprocess.run(
        [bash, str(SCRIPT), *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.parametrize("arguments", [(), ("abacus",), ("cpu", "guess")])
def test_it_says_how_it_is_used(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2 and "build" in done.stderr


def test_every_part_reports_and_one_that_fails_does_not_take_the_others_along(tmp_path: Path) -> None:
    """llama-bench is played; llama-server ends at once."""
    bench, server = tmp_path / "llama-bench", tmp_path / "llama-server"
    bench.write_text(BENCH)
    server.write_text("#!/bin/sh\nexit 3\n")
    for program in (bench, server):
        program.chmod(0o755)
    out = tmp_path / "results"
    done = run(
        *("cpu", "measure"),
        SHAPES="tiny",
        QUICK="1",
        OUT=str(out),
        LLAMA_BENCH=str(bench),
        LLAMA_SERVER=str(server),
    )
    assert done.returncode == 1 and "llama-server ended with 3" in done.stderr
    rows = [json.loads(line) for line in (out / "gpu.jsonl").read_text().splitlines()]
    assert {row["part"] for row in rows} == {"speed", "keys"}
    met = {row["name"]: row["met"] for row in rows}
    assert met["prompt tokens/s ÷ llama-bench"] and not met["single tokens/s ÷ llama-bench"]
    answered = next(row["value"] for row in rows if row["name"] == "keys that the model answered")
    assert answered > 0
    assert "(at least 0.9: MISSED)" in done.stdout


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("a", 1.0), True),
        (Figure("a", 0.9, least=0.9), True),
        (Figure("a", 0.89, least=0.9), False),
        (Figure("a", 40.0, " ms", most=40.0), True),
        (Figure("a", 40.1, " ms", most=40.0), False),
    ],
)
def test_a_figure_says_whether_it_is_what_it_should_be(figure: Figure, met: bool, tmp_path: Path) -> None:
    assert figure.is_met == met and ("MISSED" in str(figure)) == (not met)
    publish(tmp_path, "part", Path("m.gguf"), [figure])
    assert json.loads((tmp_path / "gpu.jsonl").read_text())["met"] == met


def test_a_model_of_random_weights_is_a_sound_file_of_its_shape(tmp_path: Path) -> None:
    path = write(SHAPES["tiny"], tmp_path / "tiny.gguf")
    info = gguf.read(path)
    usable.check(path, info)
    assert (info.blocks, info.embedding, info.vocabulary) == (2, 256, 512)
    assert info.chat_template


def test_the_shapes_are_of_the_sizes_that_they_are_called() -> None:
    for name, shape in SHAPES.items():
        kv_width = shape.width // shape.heads * shape.kv_heads
        layer = 2 * shape.width * (shape.width + kv_width) + 3 * shape.width * shape.inner
        ends = shape.width * shape.vocabulary * (1 if shape.tied else 2)
        if name != "tiny":
            assert shape.layers * layer + ends == pytest.approx(float(name.removesuffix("b")) * 1e9, rel=0.1)
