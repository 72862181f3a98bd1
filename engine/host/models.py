"""The loaded models of the host: loading with a profile that survives, self-test, room in memory.

A model leaves when it was not used for long beside another one, when another needs its room, and when the
machine is about to swap; never while one of its jobs is half done.
"""

import logging
import time
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from hearth.engine.errors import BrokenModel, ModelMissing, NotEnoughMemory
from hearth.engine.host import devices, memory, placement, profiles, selftest
from hearth.engine.host.devices import Device
from hearth.engine.host.native import Model, library_build
from hearth.engine.host.placement import Need, Placement
from hearth.engine.host.profiles import LoadOptions, ProfileBook
from hearth.engine.host.session import Session
from hearth.engine.machine import cores
from hearth.engine.machine.cores import Cores
from hearth.engine.models import gguf, gpus, usable
from hearth.engine.models.gpus import Gpu
from hearth.engine.types import ModelRef

log = logging.getLogger("hearth.host")
UNUSED_SECONDS = 15 * 60.0  # after which a model leaves while another one is being used


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading a model told."""

    profile: str
    verdict: profiles.Verdict
    notes: tuple[str, ...]  # why it is not the fastest profile, one sentence for each that was given up
    key: str  # of the model in the book of profiles
    placement: str  # which of its layers are where, in words
    why_threads: str  # why it has so many


class Models:
    """At most one session for each model file. Only the scheduler's thread loads and frees."""

    def __init__(
        self,
        book: ProfileBook,
        last_words: str,
        on_loading: Callable[[str, int], None],
        on_notice: Callable[[str], None] = log.warning,
        was_killed: bool = False,
        first_profile: Callable[[], int] = lambda: 0,
        on_try: Callable[[str], None] = lambda key: None,
        find_devices: Callable[[], Sequence[Device]] = devices.found,
    ) -> None:
        self._book = book
        self._last_words = last_words
        self._was_killed = was_killed
        self._first_profile = first_profile
        self._on_try = on_try  # hears which model is loaded now, "" when it is over
        self._find_devices = find_devices
        self._on_loading = on_loading
        self._on_notice = on_notice
        self._sessions: dict[str, Session] = {}
        self._used: dict[str, float] = {}
        self._wishes: dict[str, tuple[int, int]] = {}  # threads and GPU layers, by the file
        self._memory_is_low = False
        self._told: set[str] = set()
        self.reports: dict[str, LoadReport] = {}

    def session(self, ref: ModelRef, in_use: Set[Session] = frozenset()) -> Session:
        """The session of this model, loaded now if need be; those `in_use` stay. Raises `ModelError`."""
        self._used[ref.path] = time.monotonic()
        if (wished := self._wishes.get(ref.path)) is not None:
            ref = replace(ref, threads=wished[0], gpu_layers=wished[1])
            loaded = self._sessions.get(ref.path)
            if loaded and loaded not in in_use and (loaded.ref.threads, loaded.ref.gpu_layers) != wished:
                self._unload(ref.path, "its settings have changed")
        if ref.path not in self._sessions:
            self._sessions[ref.path] = self._load(ref, in_use)
        return self._sessions[ref.path]

    def wish(self, ref: ModelRef) -> bool:
        """From now on the model is loaded with these threads and GPU layers. Any thread may call it.

        If it is loaded otherwise, which is returned, it is loaded again as soon as no job of it is half done.
        """
        self._wishes[ref.path] = (ref.threads, ref.gpu_layers)
        loaded = self._sessions.get(ref.path)
        return loaded is not None and (loaded.ref.threads, loaded.ref.gpu_layers) != self._wishes[ref.path]

    def news(self, path: str) -> str:
        """What happened to that model when it was loaded, if nobody has been told yet."""
        return self._book.take_news(self.reports[path].key)

    def tidy(self, in_use: Set[Session] = frozenset()) -> None:
        """Let go of what is not needed; call it now and then, with the sessions that have jobs half done."""
        now = time.monotonic()
        newest = max(self._used.values(), default=now)
        for path in self._unused(in_use):
            if self._used[path] < newest and now - self._used[path] > UNUSED_SECONDS:
                self._unload(path, "not used for long")
        if memory.available() >= memory.reserve() // 2:
            self._memory_is_low = False
        elif self._sessions:
            self._relieve(in_use)

    def close(self) -> None:
        while self._sessions:
            self._sessions.popitem()[1].close()

    def _relieve(self, in_use: Set[Session]) -> None:
        """The machine is about to swap: unload what no job needs now, and say so once."""
        free = memory.gib(memory.available())
        unused = self._unused(in_use)
        if unused:
            names = ", ".join(self._unload(path, "memory is low") for path in unused)
            self._on_notice(
                f"memory is low ({free} free): {names} was unloaded, and is loaded again when asked for"
            )
        elif not self._memory_is_low:
            self._on_notice(f"memory is low ({free} free): close something, or choose a smaller model")
        self._memory_is_low = True

    def _unused(self, in_use: Set[Session]) -> list[str]:
        """Those that may go: first those that are extra, of these and the others the one not used for longest."""
        free = [path for path, session in self._sessions.items() if session not in in_use]
        return sorted(free, key=lambda path: (not self._sessions[path].ref.is_extra, self._used[path]))

    def _unload(self, path: str, why: str) -> str:
        """Free that model; its name."""
        session = self._sessions.pop(path)
        log.info("unloading %s (%s)", session.ref.id, why)
        session.close()
        return session.ref.id

    def _load(self, ref: ModelRef, in_use: Set[Session]) -> Session:
        """On the GPU as far as it fits there; where that fails, on the processor alone."""
        info = _examined(ref)
        needed = memory.needed(Path(ref.path), info)
        content = _content_of(ref)
        placed = self._placed(ref, info)
        if placed.layers:
            key = profiles.key_of(content + placed.mark, library_build())
            if why := self._book.given_up(key):
                placed = placed.without_devices(why)
            else:
                self._make_room(ref, needed - placed.apart, in_use)
                try:
                    return self._tried(ref, placed, key)
                except (BrokenModel, NotEnoughMemory) as error:
                    placed = placed.without_devices(str(error))
                    self._tell_once(f"{ref.id} runs on {placed.said}")
        self._make_room(ref, needed, in_use)
        return self._tried(ref, placed, profiles.key_of(content, library_build()))

    def _placed(self, ref: ModelRef, info: gguf.GgufInfo) -> Placement:
        need = Need.of(info, memory.size(Path(ref.path)), ref.context)
        found = self._find_devices() if ref.gpu_layers else ()
        if ref.gpu_layers:
            gpus.note(tuple(Gpu(device.description, device.total, device.shared) for device in found))
        placed = placement.choose(found, need, ref.gpu_layers, memory.available() - memory.reserve())
        log.info("%s: %s; split %s", ref.id, placed.said, placed.split)
        return placed

    def _tell_once(self, said: str) -> None:
        log.warning("%s", said)
        if said not in self._told:
            self._told.add(said)
            self._on_notice(said)

    def _tried(self, ref: ModelRef, placed: Placement, key: str) -> Session:
        """A crash meanwhile counts against this file and not against the process, which others need."""
        self._on_try(key)
        try:
            return self._with_what_survives(ref, placed, key)
        finally:
            self._on_try("")

    def _with_what_survives(self, ref: ModelRef, placed: Placement, key: str) -> Session:
        first = self._first_profile()
        threads = _threads_for(ref)
        options = LoadOptions(
            threads=threads.decode,
            prefill_threads=threads.prefill,
            gpu_layers=placed.layers,
            devices=tuple(device.name for device in placed.devices),
            split=placed.split,
        )
        while True:
            proven = self._proven(key)
            words = self._last_words if self._book.is_suspect(key) else ""
            profile = self._book.choose(key, words, first)
            if words:
                self._last_words = ""
            if placed.layers and profile is not profiles.PROFILES[first]:
                # What failed is the GPU; the safer profiles are for the processor.
                raise BrokenModel(self._book.give_up(key))
            log.info("loading %s with profile %r", ref.id, profile.name)
            try:
                session = self._opened(ref, profile.applied_to(options))
            except BrokenModel as error:
                self._book.refuse(key, str(error), profiles.CRASHES_COUNT if placed.layers else 0.0)
                raise
            except NotEnoughMemory:
                self._book.came_to_nothing(key)
                raise
            verdict = proven or selftest.run(session)
            if verdict.sound:
                self._book.works(key, verdict)
                notes = (*_foreseen(first), *self._book.history(key))
                why = _said_of_threads(profile, threads)
                self.reports[ref.path] = LoadReport(profile.name, verdict, notes, key, placed.said, why)
                for note in notes:
                    log.info("%s: %s", ref.id, note)
                log.info("%s is ready%s: %s", ref.id, " as before" if proven else "", verdict)
                return session
            session.close()
            self._book.fails(key, verdict.problem)

    def _opened(self, ref: ModelRef, options: LoadOptions) -> Session:
        model = Model(ref.path, options, self._progress(ref))
        try:
            return Session(model, ref)
        except BaseException:  # no room for a KV cache, say: the weights must not stay behind
            model.close()
            raise

    def _proven(self, key: str) -> profiles.Verdict | None:
        """A kill from outside says nothing against what worked before, and somebody waits for the answer."""
        return self._book.proven(key) if self._was_killed and not self._last_words else None

    def _progress(self, ref: ModelRef) -> Callable[[float], None]:
        """llama.cpp calls back for every tensor; only every tenth part is worth a message."""
        told = -1

        def on_progress(fraction: float) -> None:
            nonlocal told
            if int(fraction * 10) > told:
                told = int(fraction * 10)
                self._on_loading(ref.id, told * 10)

        return on_progress

    def _make_room(self, ref: ModelRef, needed: int, in_use: Set[Session]) -> None:
        """Unload models until this one fits, the one not used for longest first, or say that it cannot."""
        for unused in self._unused(in_use):
            if needed + memory.reserve() <= memory.available():
                return
            if ref.is_extra and not self._sessions[unused].ref.is_extra:
                break
            self._unload(unused, f"room for {ref.id}")
        if needed + memory.reserve() > memory.available():
            log.warning("%s needs %d bytes, %d are free", ref.id, needed, memory.available())
            # The same words each time: whoever types on is told once.
            raise NotEnoughMemory(
                f"{ref.id} needs {memory.gib(needed)} of memory, which this machine cannot spare now: "
                "close something, or choose a smaller model (`hearth models recommend`)"
            )


def _examined(ref: ModelRef) -> gguf.GgufInfo:
    """What the file says of itself; it is a model that generates text."""
    path = Path(ref.path)
    try:
        info = gguf.read(path)  # also refuses what is no sound GGUF
        usable.check(path, info)
        return info
    except OSError as error:
        raise ModelMissing(f"{ref.path} cannot be read: {error.strerror}") from error


def _content_of(ref: ModelRef) -> str:
    """What tells this file from any other, and from what lay there before."""
    if ref.sha256:
        return ref.sha256
    try:
        found = Path(ref.path).stat()
    except OSError:
        return ref.path
    return f"{ref.path} {found.st_size} {found.st_mtime_ns}"


def _threads_for(ref: ModelRef) -> Cores:
    if ref.threads:
        return Cores(ref.threads, ref.threads, f"as host.threads = {ref.threads} says")
    return cores.fast()


def _said_of_threads(profile: profiles.Profile, threads: Cores) -> str:
    return f"the load profile {profile.name!r} has no more" if profile.one_thread else threads.why


def _foreseen(first: int) -> tuple[str, ...]:
    return tuple(f"profile {each.name!r} does not work on this processor" for each in profiles.PROFILES[:first])
