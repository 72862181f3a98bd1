"""Which model suits this machine: how fast each would be, whether it fits, and why, in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, log
from typing import Literal

from hearth.engine.machine import cores, memory
from hearth.engine.models import gpus
from hearth.engine.models.catalog import CatalogModel, models

Job = Literal["completion", "chat"]
Place = Literal["gpu", "split", "processor"]

# Measured on two idle cores of a server CPU with Q4_K_M files of 0.5B and 1.5B, and extended from there: a
# generated token reads all active weights once, a prompt token computes with them in a batch.
_BYTES_PER_SECOND_AND_CORE = 5.5e9
_MOST_BYTES_PER_SECOND = 40e9  # what the memory of a laptop gives, however many cores ask
_PROMPT_TOKENS_PER_CORE = 85.0  # of a 0.49B model
_PROMPT_EXPONENT = 0.6
# Not measured: what the slowest cards with 4 GB and more should reach. A measured speed replaces it.
_GPU_BYTES_PER_SECOND = 100e9
_GPU_PROMPT_TOKENS = 3000.0  # of a 0.49B model
# Nor that: what the smallest of Apple's chips should reach.
_APPLE_BYTES_PER_SECOND = 55e9
_APPLE_PROMPT_TOKENS = 500.0
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
    """Main memory in bytes, fast cores that may be used, and bytes that GPUs have of their own.

    `unified`: bytes of the main memory that the GPU of an Apple chip may have.
    """

    memory: int
    cores: int
    gpu: int = 0
    unified: int = 0

    @staticmethod
    def here() -> "Machine":
        main = memory.total()
        return Machine(main, cores.fast().decode, gpus.own_memory(), gpus.unified_memory(main))

    @property
    def room_gib(self) -> float:
        """What a model may take: the system, the editor and its other servers need the rest."""
        return self._main_room_gib + self.gpu * (1 - _GPU_RESERVE) / 2**30

    @property
    def gpu_room_gib(self) -> float:
        """What of it GPUs can hold; where they share the main memory that is counted once."""
        shared = min(self._main_room_gib, self.unified * (1 - _GPU_RESERVE) / 2**30)
        return self.gpu * (1 - _GPU_RESERVE) / 2**30 + shared

    @property
    def _main_room_gib(self) -> float:
        total = self.memory / 2**30
        return max(0.0, total - max(2.0, total / 4))

    def without(self, model: CatalogModel) -> "Machine":
        """What is left beside that model."""
        taken = int(model.ram_gib * 2**30)
        if self.unified:
            return replace(self, memory=self.memory - taken, unified=max(0, self.unified - taken))
        on_gpu = min(self.gpu, int(taken * self.on_gpu(model) / (1 - _GPU_RESERVE)))
        return replace(self, gpu=self.gpu - on_gpu, memory=self.memory - int(taken * (1 - self.on_gpu(model))))

    def on_gpu(self, model: CatalogModel) -> float:
        """Which part of the model fits there."""
        return min(1.0, self.gpu_room_gib / model.ram_gib)

    def place(self, model: CatalogModel) -> Place:
        part = self.on_gpu(model)
        return "gpu" if part == 1 else "split" if part > 0 else "processor"


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens per second. `gpu_layers`: with so many on the GPU, where that is known."""

    prompt: float
    generation: float
    gpu_layers: int | None = None


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
        _estimate(model, machine), _calibration(machine, measured, machine.place(model))
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
    cores = f"on {machine.cores} core{'s' if machine.cores != 1 else ''}"
    match machine.place(model):
        case "gpu":
            return " on the GPU"
        case "split":
            return f" with {machine.on_gpu(model):.0%} on the GPU and the rest {cores}"
        case "processor":
            return f" {cores}"


def _estimate(model: CatalogModel, machine: Machine) -> Speed:
    """A token passes the layers one after the other: those on the GPU, and those on the processor."""
    slow, part = _on_processor(model, machine), machine.on_gpu(model)
    fast = _on_gpu(model, machine) if part else slow
    return Speed(
        1 / (part / fast.prompt + (1 - part) / slow.prompt),
        1 / (part / fast.generation + (1 - part) / slow.generation),
    )


def _on_processor(model: CatalogModel, machine: Machine) -> Speed:
    bandwidth = min(_BYTES_PER_SECOND_AND_CORE * machine.cores, _MOST_BYTES_PER_SECOND)
    return _speed(model, _PROMPT_TOKENS_PER_CORE * machine.cores, bandwidth)


def _on_gpu(model: CatalogModel, machine: Machine) -> Speed:
    if machine.unified:
        # Not slower than the processor, which shares the memory.
        slow = _on_processor(model, machine)
        fast = _speed(model, _APPLE_PROMPT_TOKENS, _APPLE_BYTES_PER_SECOND)
        return Speed(max(fast.prompt, slow.prompt), max(fast.generation, slow.generation))
    return _speed(model, _GPU_PROMPT_TOKENS, _GPU_BYTES_PER_SECOND)


def _speed(model: CatalogModel, prompt_tokens: float, bandwidth: float) -> Speed:
    """`prompt_tokens`: in a second, of a 0.49B model; `bandwidth`: bytes in a second."""
    active = model.active_params or model.params
    return Speed(
        prompt_tokens * (0.49 / active) ** _PROMPT_EXPONENT, bandwidth / (model.size * active / model.params)
    )


def _calibration(machine: Machine, measured: Mapping[str, Speed], place: Place) -> float:
    """By how much it is faster than the estimate says, from the models that were measured in the same place."""
    ratios = [
        log(speed.generation / _estimate(models()[id], machine).generation)
        for id, speed in measured.items()
        if id in models() and speed.generation > 0 and _measured_in(models()[id], speed, machine) == place
    ]
    return exp(sum(ratios) / len(ratios)) if ratios else 1.0


def _measured_in(model: CatalogModel, speed: Speed, machine: Machine) -> Place:
    """Where it was, as far as it is known; else where it would be now."""
    return "processor" if speed.gpu_layers == 0 else machine.place(model)


def _scaled(speed: Speed, scale: float) -> Speed:
    return Speed(speed.prompt * scale, speed.generation * scale)
