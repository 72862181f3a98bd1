"""Tokens per second of prompts and of single tokens, as Hearth decodes them, beside llama-bench."""

import json
import subprocess
import time
from pathlib import Path
from statistics import median

from hearth.engine.host import devices, memory, placement, trial
from hearth.engine.host.limits import CHUNK, PREFILL_BATCH
from hearth.engine.host.native import Context, LoadOptions, Model
from hearth.engine.host.placement import Need
from hearth.engine.host.profiles import PROFILES
from hearth.engine.machine import cores
from hearth.engine.models import gguf
from tests.benchmarks.device.figures import Figure

_PROMPT, _ANSWER, _TIMES = 512, 128, 3
_LEAST = 0.9  # of what llama-bench reaches


def measured(path: Path, layers: int, bench: str, quick: bool) -> list[Figure]:
    prompt, answer, times = (128, 16, 1) if quick else (_PROMPT, _ANSWER, _TIMES)
    options, said = _options(path, layers)
    print(f"  {said}; {options.threads} threads")
    theirs = _of_llama_bench(path, bench, options, (prompt, answer, times)) if bench else {}
    ours = _of_hearth(path, options, (prompt, answer, times))
    names = {"prompt": "prompt tokens/s", "answer": "single tokens/s", "chunks": f"in chunks of {CHUNK}, tokens/s"}
    figures = [Figure(names[kind], speed) for kind, speed in ours.items()]
    figures += [Figure(f"llama-bench, {names[kind]}", speed) for kind, speed in theirs.items()]
    ratios = {kind: ours[kind] / speed for kind, speed in theirs.items()}
    return figures + [
        Figure(f"{names[kind]} ÷ llama-bench", ratio, least=_LEAST) for kind, ratio in ratios.items()
    ]


def _options(path: Path, layers: int) -> tuple[LoadOptions, str]:
    """As the host loads it."""
    need = Need.of(gguf.read(path), memory.size(path), 4096)
    found = devices.found() if layers else ()
    placed = placement.choose(found, need, layers, memory.available() - memory.reserve())
    threads = cores.fast()
    names = tuple(device.name for device in placed.devices)
    options = LoadOptions(threads.decode, threads.prefill, placed.layers, names, placed.split)
    return PROFILES[trial.first_that_survives() or 0].applied_to(options), placed.said


def _of_hearth(path: Path, options: LoadOptions, work: tuple[int, int, int]) -> dict[str, float]:
    prompt, answer, times = work
    model = Model(str(path), options, lambda share: None)
    context = Context(model, 1, 2 * prompt + answer)
    try:
        _prompt_speed(context, prompt, PREFILL_BATCH)  # the first one also warms up
        return {
            "prompt": median(_prompt_speed(context, prompt, PREFILL_BATCH) for _ in range(times)),
            "answer": median(_answer_speed(context, answer) for _ in range(times)),
            "chunks": median(_prompt_speed(context, prompt, CHUNK) for _ in range(times)),
        }
    finally:
        context.close()
        model.close()


def _prompt_speed(context: Context, count: int, chunk: int) -> float:
    context.drop(0)
    began = time.perf_counter()
    for start in range(0, count, chunk):
        context.decode(0, range(start % 200, start % 200 + min(chunk, count - start)), start)
        context.logits()  # waits for the device
    return count / (time.perf_counter() - began)


def _answer_speed(context: Context, count: int) -> float:
    """Behind nothing, as llama-bench measures it."""
    context.drop(0)
    began = time.perf_counter()
    for position in range(count):
        context.decode(0, [position % 200], position)
        context.logits()
    return count / (time.perf_counter() - began)


def _of_llama_bench(path: Path, bench: str, options: LoadOptions, work: tuple[int, int, int]) -> dict[str, float]:
    prompt, answer, times = work
    command = [bench, "-m", str(path), "-p", str(prompt), "-n", str(answer), "-r", str(times), "-o", "json"]
    command += ["-ngl", "99" if options.gpu_layers else "0", "-t", str(options.threads), "-b", "512", "-ub", "512"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=300, check=True)
    rows = json.loads(done.stdout)
    return {"answer" if row["n_gen"] else "prompt": float(row["avg_ts"]) for row in rows}
