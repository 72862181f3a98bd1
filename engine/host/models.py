"""The loaded models of the host: loading with a profile that survives, self-test, room in memory."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.errors import BrokenModel, ModelMissing
from engine.host import profiles, selftest
from engine.host.native import LoadOptions, Model, library_version
from engine.host.profiles import ProfileBook
from engine.host.session import Session
from engine.models import gguf
from engine.types import ModelRef

log = logging.getLogger("hearth.host")


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What loading a model told."""

    profile: str
    verdict: selftest.Verdict
    notes: tuple[str, ...]


class Models:
    """At most one session for each model file. Only the scheduler's thread loads and frees."""

    def __init__(self, book: ProfileBook, last_words: str, on_loading: Callable[[str, int], None]) -> None:
        self._book = book
        self._last_words = last_words
        self._on_loading = on_loading
        self._sessions: dict[str, Session] = {}
        self._used: dict[str, float] = {}
        self.reports: dict[str, LoadReport] = {}

    def session(self, ref: ModelRef) -> Session:
        """The session of this model, loaded now if need be. Raises `ModelError`."""
        self._used[ref.path] = time.monotonic()
        if ref.path not in self._sessions:
            self._make_room(ref)
            self._sessions[ref.path] = self._load(ref)
        return self._sessions[ref.path]

    def close(self) -> None:
        while self._sessions:
            self._sessions.popitem()[1].close()

    def _load(self, ref: ModelRef) -> Session:
        gguf.read(Path(ref.path))  # refuses what is no sound GGUF before llama.cpp sees it
        key = profiles.key_of(ref.sha256 or ref.path, library_version())
        options = LoadOptions(
            threads=ref.threads or psutil.cpu_count(logical=False) or os.cpu_count() or 1,
            gpu_layers=ref.gpu_layers,
        )
        while True:
            profile = self._book.choose(key, self._last_words)
            self._last_words = ""
            log.info("loading %s with profile %r", ref.id, profile.name)
            session = Session(Model(ref.path, profile.applied_to(options), self._progress(ref)), ref)
            verdict = selftest.run(session)
            if verdict.sound:
                self._book.works(key)
                self.reports[ref.path] = LoadReport(profile.name, verdict, self._book.history(key))
                for note in self._book.history(key):
                    log.warning("%s: %s", ref.id, note)
                log.info("%s is ready: %s", ref.id, verdict)
                return session
            session.close()
            self._book.fails(key, verdict.problem)

    def _progress(self, ref: ModelRef) -> Callable[[float], None]:
        """llama.cpp calls back for every tensor; only every tenth part is worth a message."""
        told = -1

        def on_progress(fraction: float) -> None:
            nonlocal told
            if int(fraction * 10) > told:
                told = int(fraction * 10)
                self._on_loading(ref.id, told * 10)

        return on_progress

    def _make_room(self, ref: ModelRef) -> None:
        """Free models that were not used for longest until this one fits, or say that it cannot."""
        try:
            needed = Path(ref.path).stat().st_size
        except OSError as error:
            raise ModelMissing(f"{ref.path} cannot be read: {error.strerror}") from error
        while needed > psutil.virtual_memory().available and self._sessions:
            oldest = min(self._sessions, key=lambda path: self._used[path])
            log.warning("unloading %s to make room for %s", oldest, ref.id)
            self._sessions.pop(oldest).close()
        available = psutil.virtual_memory().available
        if needed > available:
            raise BrokenModel(
                f"{ref.id} needs {needed / 2**30:.1f} GiB of memory and {available / 2**30:.1f} GiB are free: "
                "close something, or choose a smaller model (`hearth models recommend`)"
            )
