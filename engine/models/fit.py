"""Which model suits this machine: how fast each would be, whether it fits, and why, in a sentence."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, log
from typing import Literal

import psutil

from hearth.engine.models import gpus
from hearth.engine.models.catalog import CatalogModel, models

Job = Literal["completion", "chat"]

# Measured on two idle cores of a server CPU with Q4_K_M files of 0.5B and 1.5B, and extended from there: a
# generated token reads all active weights once, a prompt token computes with them in a batch.
_BYTES_PER_SECOND_AND_CORE = 5.5e9
_MOST_BYTES_PER_SECOND = 40e9  # what the memory of a laptop gives, however many cores ask
_PROMPT_TOKENS_PER_CORE = 85.0  # of a 0.49B model
_PROMPT_EXPONENT = 0.6
# Not measured: what the slowest cards with 4 GB and more should reach. A measured speed replaces it.
_GPU_BYTES_PER_SECOND = 100e9
_GPU_PROMPT_TOKENS = 3000.0  # of a 0.49B model
_GPU_RESERVE = 0.1  # of its memory is left to the screen and to other programs; KV caches are in `ram_gib`

# A suggestion while typing: only new tokens cost anything, see engine/completion/frames.py.
_SUGGESTION_PROMPT, _SUGGESTION_ANSWER = 5, 5
_PATIENCE_SECONDS = 1.0
# The code around the cursor, or around a question, is read once, before the first answer.
_CONTEXT, _CONTEXT_SECONDS = 1240, 16.0
_CHAT_TOKENS_PER_SECOND = 4.0  # slower than reading
_WORDS_PER_TOKEN = 0.75


@dataclass(frozen=True, slots=True)
class Machine:
    """Main memory in bytes, physical cores that may be used, and bytes that GPUs have of their own."""

    memory: int
    cores: int
    gpu: int = 0

    @staticmethod
    def here() -> "Machine":
        cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
        if hasattr(os, "sched_getaffinity"):
            cores = min(cores, len(os.sched_getaffinity(0)))
        return Machine(psutil.virtual_memory().total, cores, gpus.own_memory())

    @property
    def room_gib(self) -> float:
        """What a model may take: the system, the editor and its other servers need the rest."""
        total = self.memory / 2**30
        return max(0.0, total - max(2.0, total / 4)) + self.gpu_room_gib

    @property
    def gpu_room_gib(self) -> float:
        return self.gpu * (1 - _GPU_RESERVE) / 2**30

    def without(self, model: CatalogModel) -> "Machine":
        """What is left beside that model."""
        taken = int(model.ram_gib * 2**30)
        if self.holds_on_gpu(model):
            return replace(self, gpu=self.gpu - int(taken / (1 - _GPU_RESERVE)))
        return replace(self, memory=self.memory - taken)

    def holds_on_gpu(self, model: CatalogModel) -> bool:
        """The whole model fits there; one that fits in part is as fast as the processor's part of it."""
        return model.ram_gib <= self.gpu_room_gib


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens per second."""

    prompt: float
    generation: float


@dataclass(frozen=True, slots=True)
class Advice:
    """How a model would do. `quick`: fast enough for the job; `reason` is a sentence for the user."""

    model: CatalogModel
    job: Job
    fits: bool
    quick: bool
    speed: Speed
    reason: str


def recommend(
    machine: Machine, measured: Mapping[str, Speed] | None = None
) -> tuple[Advice | None, Advice | None]:
    """The best model for completion, and the best for chat beside it in the same memory."""
    completion = _best(rank("completion", machine, measured))
    if completion is None:
        return None, _best(rank("chat", machine, measured))
    chat = _best(
        [a for a in rank("chat", machine.without(completion.model), measured) if a.model.id != completion.model.id]
    )
    alone = next((a for a in rank("chat", machine, measured) if a.model.id == completion.model.id), None)
    # One model for both jobs is loaded once; another has to be better to be worth its memory.
    return completion, max((a for a in (alone, chat) if a), key=_merit, default=None)


def why_not_bigger(best: Advice, machine: Machine, measured: Mapping[str, Speed] | None = None) -> Advice | None:
    """How the next bigger model that would otherwise be recommended would do here; None when there is none."""
    ranking = rank(best.job, machine, measured)
    bigger = [a for a in ranking if a.model.params > best.model.params and a.model.recommended]
    free = [a for a in bigger if not a.model.non_commercial and a.model.code >= best.model.code]
    return min(free, key=lambda advice: advice.model.params, default=None)


def rank(job: Job, machine: Machine, measured: Mapping[str, Speed] | None = None) -> list[Advice]:
    """Every model of the catalog that can do the job, the best first. `measured` is by model id."""
    advice = [judge(model, job, machine, measured) for model in models().values() if model.plays(job)]
    return sorted(advice, key=_merit, reverse=True)


def judge(model: CatalogModel, job: Job, machine: Machine, measured: Mapping[str, Speed] | None = None) -> Advice:
    """How that model would do here; estimated from the models that were measured, where it was not."""
    measured = measured or {}
    speed = measured.get(model.id) or _scaled(
        _estimate(model, machine), _calibration(machine, measured, machine.holds_on_gpu(model))
    )
    fits = model.ram_gib <= machine.room_gib
    reading = _CONTEXT / speed.prompt
    reads = reading <= _CONTEXT_SECONDS
    seconds = _SUGGESTION_PROMPT / speed.prompt + _SUGGESTION_ANSWER / speed.generation
    if job == "completion":
        in_pace = seconds <= _PATIENCE_SECONDS
        pace = f"about {seconds:.1f} s per suggestion"
    else:
        in_pace = speed.generation >= _CHAT_TOKENS_PER_SECOND
        pace = f"about {max(1, round(speed.generation * _WORDS_PER_TOKEN))} words per second"
    if not in_pace:
        slow = ", which is slow"
    else:
        slow = "" if reads else f", but the first one in a file takes about {reading:.0f} s"
    return Advice(
        model,
        job,
        fits,
        reads and in_pace,
        speed,
        _reason(model, machine, pace + _on(machine, model) + slow, fits),
    )


def _merit(advice: Advice) -> tuple[bool, bool, bool, bool, bool, float, bool, float]:
    """Of those that fit and are quick enough the biggest wins; of slow ones the fastest."""
    model = advice.model
    return (
        advice.fits,
        model.recommended,
        advice.quick,
        not model.non_commercial,
        model.code,
        model.params if advice.quick else advice.speed.generation,
        model.role == advice.job,  # trained for this only
        -model.ram_gib,
    )


def _best(ranking: list[Advice]) -> Advice | None:
    return ranking[0] if ranking and ranking[0].fits else None


def _reason(model: CatalogModel, machine: Machine, pace: str, fits: bool) -> str:
    size = f"{model.params:g}B"
    licence = "; not for commercial use" if model.non_commercial else ""
    if not fits:
        room = max(0.0, machine.room_gib)
        return f"{size}: needs {model.ram_gib:g} GB, more than the {room:.1f} GB that can be spared{licence}."
    return f"{size}: {pace}, needs {model.ram_gib:g} GB{licence}."


def _on(machine: Machine, model: CatalogModel) -> str:
    if machine.holds_on_gpu(model):
        return " on the GPU"
    return f" on {machine.cores} core{'s' if machine.cores != 1 else ''}"


def _estimate(model: CatalogModel, machine: Machine) -> Speed:
    active = model.active_params or model.params
    if machine.holds_on_gpu(model):
        generation = _GPU_BYTES_PER_SECOND / (model.size * active / model.params)
        return Speed(_GPU_PROMPT_TOKENS * (0.49 / active) ** _PROMPT_EXPONENT, generation)
    bandwidth = min(_BYTES_PER_SECOND_AND_CORE * machine.cores, _MOST_BYTES_PER_SECOND)
    generation = bandwidth / (model.size * active / model.params)
    prompt = _PROMPT_TOKENS_PER_CORE * machine.cores * (0.49 / active) ** _PROMPT_EXPONENT
    return Speed(prompt, generation)


def _calibration(machine: Machine, measured: Mapping[str, Speed], on_gpu: bool) -> float:
    """By how much it is faster than the estimate says, from the models that were measured in the same place."""
    alike = {id: models()[id] for id in measured if id in models()}
    known = [
        (_estimate(model, machine), measured[id])
        for id, model in alike.items()
        if machine.holds_on_gpu(model) == on_gpu
    ]
    ratios = [log(speed.generation / estimate.generation) for estimate, speed in known if speed.generation > 0]
    return exp(sum(ratios) / len(ratios)) if ratios else 1.0


def _scaled(speed: Speed, scale: float) -> Speed:
    return Speed(speed.prompt * scale, speed.generation * scale)
