"""Which load options survive on this machine: tried from the fastest to the safest, and remembered.

A native crash kills the process, so the try is written down before it is made. The next host finds the note
and takes the next profile. What `trial.py` foresaw is not tried at all, and nobody is told of it; what nobody
foresaw is told once.
"""

import hashlib
import logging
import platform
import time
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from hearth.engine import state
from hearth.engine.errors import BrokenModel
from hearth.engine.files import NOTES, read_json, read_text

log = logging.getLogger("hearth.host")
TRIES_WITHOUT_EVIDENCE = 2  # a host killed from outside while loading says nothing about the profile
_LOADING_SECONDS = 600.0  # in which a crash is put down to the model that was being loaded
CRASHES_COUNT = 24 * 3600.0  # seconds; another day the machine may be another


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load: what a profile varies."""

    threads: int  # of single tokens at first, see `threads.py`
    prefill_threads: int = 0  # of prompts; 0: as many
    gpu_layers: int = 0  # on the devices of these names, so many on each as `split` says
    devices: tuple[str, ...] = ()
    split: tuple[int, ...] = ()
    extra_buffers: bool = True  # repacked weights and the matrix kernels that need them, AMX among them
    flash_attention: bool = True
    mmap: bool = True

    @property
    def most_threads(self) -> int:
        return max(self.threads, self.prefill_threads)


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    extra_buffers: bool = True
    flash_attention: bool = True
    mmap: bool = True
    one_thread: bool = False

    def applied_to(self, options: LoadOptions) -> LoadOptions:
        return replace(
            options,
            extra_buffers=self.extra_buffers,
            flash_attention=self.flash_attention,
            mmap=self.mmap,
            threads=1 if self.one_thread else options.threads,
            prefill_threads=1 if self.one_thread else options.prefill_threads,
        )


PROFILES: tuple[Profile, ...] = (
    Profile("fast"),
    Profile("plain weights", extra_buffers=False),
    Profile("plain weights, plain attention", extra_buffers=False, flash_attention=False),
    Profile("safest", extra_buffers=False, flash_attention=False, mmap=False, one_thread=True),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the self-test says. Speeds are in tokens per second."""

    sound: bool  # the arithmetic holds
    problem: str = ""
    fim: str = "none"  # or "yes" or "nonsense"
    prefill_speed: float = 0.0
    decode_speed: float = 0.0


class Note(msgspec.Struct):
    """What is known about one (processor, library build, model), or without a model: what a trial said."""

    profile: int = 0
    state: str = "untried"  # untried, trying, works
    tries: int = 0
    tried: float = 0.0  # Unix time of the last try
    history: list[str] = []
    crashed: bool = False  # with one of the profiles; else it was the self-test that said no
    problem: str = ""  # with the profile that was given up last
    refused: str = ""  # why this file cannot be used at all
    refused_until: float = 0.0  # Unix time; 0 for good
    verdict: Verdict | None = None  # of the self-test of this profile
    news: str = ""  # of the history, what the user has not been told yet


_decoder = msgspec.json.Decoder(dict[str, Note])


class ProfileBook:
    """The notes of all models, in one small file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._notes = _read(path)

    def choose(self, key: str, last_words: str, first: int = 0) -> Profile:
        """The profile to try now; `last_words` is what the previous host wrote when it crashed, or "".

        Those before the index `first` are known not to survive here. Raises `BrokenModel` when even the safest
        one has failed, and from then on without a try.
        """
        note = self._notes.setdefault(key, Note())
        if note.refused and (not note.refused_until or time.time() < note.refused_until):
            raise BrokenModel(note.refused)
        if note.refused:
            note = self._notes[key] = Note()
        if note.profile < first:
            note = self._notes[key] = Note(first, history=note.history, news=note.news)
        if note.state == "trying" and (last_words or note.tries >= TRIES_WITHOUT_EVIDENCE):
            self._step_down(note, last_words or "the process died while loading", crashed=True)
        elif note.state == "works" and last_words:
            self._step_down(note, last_words, crashed=True)
        if note.profile >= len(PROFILES):
            self.refuse(key, _hopeless(note), CRASHES_COUNT if note.crashed else 0.0)
            raise BrokenModel(note.refused)
        note.tries += 1
        note.state, note.tried = "trying", time.time()
        self._save()
        return PROFILES[note.profile]

    def is_suspect(self, key: str) -> bool:
        """Whether this model may have ended the process that crashed: not where it was loading another one."""
        others = (note for other, note in self._notes.items() if other != key)
        return not any(note.state == "trying" and time.time() - note.tried < _LOADING_SECONDS for note in others)

    def works(self, key: str, verdict: Verdict) -> None:
        note = self._notes[key]
        note.state, note.tries, note.crashed, note.verdict = "works", 0, False, verdict
        self._save()

    def refuse(self, key: str, reason: str, seconds: float = 0.0) -> None:
        """The file cannot be used, which is remembered: for good, or for so many seconds."""
        note = self._notes[key]
        note.refused, note.refused_until = reason, time.time() + seconds if seconds else 0.0
        note.state, note.tries = "untried", 0
        self._save()

    def came_to_nothing(self, key: str) -> None:
        """The try ended without a crash and says nothing about the file."""
        note = self._notes[key]
        note.state, note.tries = "untried", 0
        self._save()

    def proven(self, key: str) -> Verdict | None:
        """What the self-test said of the profile that works; ask before `choose`, which makes it a try."""
        note = self._notes.get(key, Note())
        return note.verdict if note.state == "works" else None

    def fails(self, key: str, reason: str) -> None:
        """The self-test said no without a crash: the next `choose` takes a safer profile."""
        self._step_down(self._notes[key], reason, crashed=False)
        self._save()

    def give_up(self, key: str) -> str:
        """Leave what this key stands for alone for a day. Returns what its last profile failed with."""
        reason = self._notes[key].problem
        self._notes[key] = Note(refused=reason, refused_until=time.time() + CRASHES_COUNT)
        self._save()
        return reason

    def given_up(self, key: str) -> str:
        """Why this key is left alone for now; "" where it is not."""
        note = self._notes.get(key, Note())
        return note.refused if time.time() < note.refused_until else ""

    def history(self, key: str) -> tuple[str, ...]:
        """One sentence for each profile that was given up."""
        return tuple(self._notes.get(key, Note()).history)

    def take_news(self, key: str) -> str:
        """Why a profile was given up, if the user has not been told; from now on it counts as told."""
        note = self._notes.get(key, Note())
        news, note.news = note.news, ""
        if news:
            self._save()
        return news

    def foreseen(self, machine: str) -> int | None:
        """The index of the first profile that survived a trial; None when there was none."""
        return self._notes[machine].profile if machine in self._notes else None

    def foresee(self, machine: str, first: int) -> None:
        self._notes[machine] = Note(first, "works")
        self._save()

    def _step_down(self, note: Note, reason: str, crashed: bool) -> None:
        given_up = PROFILES[min(note.profile, len(PROFILES) - 1)].name
        note.profile += 1
        note.tries = 0
        note.state = "untried"
        note.verdict = None
        note.crashed, note.problem = note.crashed or crashed, reason
        chosen = PROFILES[note.profile].name if note.profile < len(PROFILES) else "none is left"
        note.news = f"profile {given_up!r} failed ({reason}); now {chosen!r}"
        note.history = [*note.history, note.news][-8:]

    def _save(self) -> None:
        state.keep(self._path, msgspec.json.format(msgspec.json.encode(self._notes)))


def _hopeless(note: Note) -> str:
    if note.crashed:
        return (
            "llama.cpp crashes with this model on this machine, even with the safest options: "
            f"{note.problem}. `hearth doctor` shows the details; another model or backend may work."
        )
    return (
        f"this model does not work, with the safest options either: {note.problem}. "
        "The file may be damaged; another one or another model may work."
    )


def machine_of(library_build: str) -> str:
    """What a native crash depends on, besides the model."""
    return f"{processor()} / llama-cpp-python {library_build}"


def key_of(model_digest: str, library_build: str) -> str:
    return f"{machine_of(library_build)} / {model_digest}"


def _read(path: Path) -> dict[str, Note]:
    try:
        return read_json(path, NOTES, _decoder)
    except OSError:
        return {}  # notes are worth nothing when they cannot be read


def processor() -> str:
    """Its name, and a digest of what it can do: a virtual machine may leave features out under the same name."""
    name = features = ""
    try:
        for line in read_text(Path("/proc/cpuinfo"), NOTES).splitlines():
            if line.startswith(("model name", "Model")):
                name = name or line.partition(":")[2].strip()
            elif line.startswith(("flags", "Features")):
                features = features or hashlib.sha256(line.encode()).hexdigest()[:12]
    except OSError:
        pass
    return " ".join(filter(None, (name or platform.processor() or platform.machine(), features)))
