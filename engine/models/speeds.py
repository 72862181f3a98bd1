"""How fast models were on this machine, as their self-tests measured it: what `fit` goes by where it can."""

from pathlib import Path

import msgspec

from hearth.engine import files, paths, state
from hearth.engine.models.fit import Speed

_decoder = msgspec.json.Decoder(dict[str, Speed])


def measured() -> dict[str, Speed]:
    """By model id; empty before anything was loaded here."""
    try:
        return files.read_json(_file(), files.NOTES, _decoder)
    except OSError:
        return {}


def note(id: str, prompt: float, generation: float, gpu_layers: int | None = None) -> None:
    """Remember a measurement, in tokens per second. The best one counts: others were of a busy machine.

    What was measured with another number of layers on the GPU does not count any more.
    """
    if prompt <= 0 or generation <= 0:
        return
    known = measured()
    best = known.get(id, Speed(0.0, 0.0, gpu_layers))
    if best.gpu_layers != gpu_layers:
        best = Speed(0.0, 0.0, gpu_layers)
    if prompt <= best.prompt and generation <= best.generation:
        return
    known[id] = Speed(max(prompt, best.prompt), max(generation, best.generation), gpu_layers)
    state.keep(_file(), msgspec.json.encode(known))  # without it advice is an estimate, as before


def _file() -> Path:
    return paths.state_dir() / "speeds.json"
