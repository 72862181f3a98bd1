"""Getting one pinned file onto this disk: one download at a time, digest checked, then put in place."""

import errno
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from filelock import FileLock, Timeout

from hearth.engine import files, paths
from hearth.engine.errors import BrokenModel, DigestMismatch, DiskFull, DownloadFailed, ModelMissing
from hearth.engine.models import digest, usable
from hearth.engine.models.sources import Offer, Report, hub, size, wheels
from hearth.engine.settings import DownloadSettings


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is, in bytes. "waiting": another process downloads it; `source` is a key of `MIRRORS`."""

    phase: Literal["waiting", "downloading", "checking"]
    file: str
    done: int
    total: int
    source: str = ""


OnProgress = Callable[[Progress], None]
Cancelled = Callable[[], bool]


class Mirror(Protocol):
    """A module of `sources` that fetches. `room` is what it needs on the disk besides the file, in bytes."""

    def offers(self, offer: Offer) -> bool: ...
    def room(self, offer: Offer) -> int: ...
    def fetch(self, offer: Offer, partial: Path, report: Report) -> None: ...


# In the order in which they are tried; the setting `downloads.mirror` names one of them, or "auto".
MIRRORS: dict[str, Mirror] = {"hub": hub, "wheels": wheels}

_SPARE = 64 << 20  # left free on the disk
_FIRST_LOOK = 1 << 16  # bytes; then at each doubling, until the whole header is there
_LOCK_SECONDS = 0.3
_TELL_SECONDS = 0.1


def download(
    offer: Offer,
    target: Path,
    on_progress: OnProgress,
    cancelled: Cancelled,
    settings: DownloadSettings,
    is_model: bool = True,
) -> None:
    """Get the file at `target` from any source, checked against its digest.

    Raises `ModelMissing` (downloads are off), `DiskFull`, `DownloadFailed` (what has come is kept for the
    next time), `DigestMismatch` (the file is kept aside as `<name>.rejected`), or `BrokenModel` as soon as its
    beginning shows that it cannot be used (then nothing is kept). That is not asked where it is not a model by
    itself but a further file of one (`is_model`).
    """
    if not settings.allowed:
        raise ModelMissing(f"{target.name} is not on this disk, and downloads are switched off in the settings.")
    partial = partial_of(target, offer)
    try:
        look = _Look(offer, partial, _FIRST_LOOK if is_model else offer.file.bytes + 1)
        _download(offer, target, partial, _seldom(on_progress), cancelled, settings, look)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _disk_full(offer, partial) from error
        raise DownloadFailed(f"{target} cannot be written: {error.strerror or error}.") from error


def check(path: Path, offer: Offer, on_progress: OnProgress, cancelled: Cancelled, aside: Path | None) -> None:
    """Hold the file against size and digest. A wrong one is renamed to `<aside>.rejected` if that is given."""

    def on_bytes(done: int) -> None:
        if cancelled():
            raise DownloadFailed(
                f"The check of {offer.file.name} was cancelled; it will start again from the beginning."
            )
        on_progress(Progress("checking", offer.file.name, done, offer.file.bytes))

    try:
        have = path.stat().st_size
        actual = digest.of(path, on_bytes) if have == offer.file.bytes else f"none, it has {have} bytes"
    except OSError as error:
        raise BrokenModel(f"{path} cannot be read: {error.strerror or error}.") from error
    if actual == offer.file.sha256:
        return
    if aside is None:
        raise DigestMismatch(f"{path} is not the file that the catalog names (SHA-256 {actual}).")
    rejected = aside.with_name(f"{aside.name}.rejected")
    digest.forget(path)
    wrong = f"{aside.name} has wrong contents (SHA-256 {actual}, expected {offer.file.sha256}) and was not used."
    try:
        files.replace(path, rejected)
    except OSError as error:
        raise DigestMismatch(
            f"{wrong} Remove {path}, which cannot be renamed ({error.strerror or error})."
        ) from error
    raise DigestMismatch(f"{wrong} It is kept as {rejected}; download the model again.")


def partial_of(target: Path, offer: Offer) -> Path:
    # By digest: bytes of another version of the file must not be gone on with.
    return target.with_name(f"{target.name}.{offer.file.sha256[:12]}.part")


def _download(
    offer: Offer,
    target: Path,
    partial: Path,
    on_progress: OnProgress,
    cancelled: Cancelled,
    settings: DownloadSettings,
    look: "_Look",
) -> None:
    paths.make(target.parent)
    lock = FileLock(target.with_name(f"{target.name}.lock"), mode=0o600)
    while not _acquired(lock):
        _stop_if(cancelled, partial, target)
        on_progress(Progress("waiting", target.name, size(partial), offer.file.bytes))
    try:
        if not target.exists():  # another process may have been faster
            _fetch(offer, target, partial, on_progress, cancelled, settings, look)
            partial.chmod(0o600)
            check(partial, offer, on_progress, cancelled, aside=target)
            files.replace(partial, target)
            digest.move(partial, target)
    finally:
        lock.release()


@dataclass
class _Look:
    """Looks at the beginning of a file while it comes: what cannot be used is not worth gigabytes."""

    offer: Offer
    partial: Path
    next_at: int  # bytes

    def again(self) -> None:
        """Raises `BrokenModel` when enough has come to see that it cannot be used, and keeps nothing then."""
        have = size(self.partial)
        if have < self.next_at:
            return
        try:
            is_done = usable.check_beginning(self.partial, self.offer.file.bytes, self.offer.file.name)
        except BrokenModel:
            self.partial.unlink(missing_ok=True)
            raise
        self.next_at = self.offer.file.bytes + 1 if is_done else 2 * have


def _seldom(on_progress: OnProgress) -> OnProgress:
    """Bytes come in small pieces; nobody wants to hear of each."""
    last: Progress | None = None
    when = 0.0

    def hear(step: Progress) -> None:
        nonlocal last, when
        news = last is None or step.phase != last.phase or step.source != last.source or step.done >= step.total
        if step != last and (news or time.monotonic() - when >= _TELL_SECONDS):
            last, when = step, time.monotonic()
            on_progress(step)

    return hear


def _acquired(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout:
        return False
    return True


def _fetch(
    offer: Offer,
    target: Path,
    partial: Path,
    on_progress: OnProgress,
    cancelled: Cancelled,
    settings: DownloadSettings,
    look: "_Look",
) -> None:
    """Try the mirrors in turn, each going on where the last one stopped."""
    failures: list[str] = []
    for name, mirror in MIRRORS.items():
        if settings.mirror not in ("auto", name) or not mirror.offers(offer):
            continue

        def report(done: int, source: str = name) -> None:
            _stop_if(cancelled, partial, target)
            look.again()
            on_progress(Progress("downloading", target.name, done, offer.file.bytes, source))

        _check_room(offer, partial, mirror.room(offer))
        try:
            return mirror.fetch(offer, partial, report)
        except DownloadFailed as error:
            if cancelled():
                raise
            failures.append(str(error))
    if not failures:
        raise DownloadFailed(
            f'{target.name} is not available from {settings.mirror!r}; set downloads.mirror to "auto".'
        )
    raise DownloadFailed(" ".join([f"{target.name} could not be downloaded.", *failures, _kept(partial)]).strip())


def _check_room(offer: Offer, partial: Path, besides: int) -> None:
    needed = offer.file.bytes - size(partial) + besides + _SPARE
    if shutil.disk_usage(partial.parent).free < needed:
        raise _disk_full(offer, partial, besides)


def _disk_full(offer: Offer, partial: Path, besides: int = 0) -> DiskFull:
    needed = offer.file.bytes - size(partial) + besides + _SPARE
    free = shutil.disk_usage(partial.parent).free
    return DiskFull(
        f"{offer.file.name} needs {_megabytes(needed)} more on the disk of {partial.parent}, "
        f"and {_megabytes(free)} are free. Make room, or set HEARTH_HOME to a folder on another disk."
    )


def _stop_if(cancelled: Cancelled, partial: Path, target: Path) -> None:
    if cancelled():
        raise DownloadFailed(f"The download of {target.name} was cancelled. {_kept(partial)}".strip())


def _kept(partial: Path) -> str:
    have = size(partial)
    return f"The {_megabytes(have)} downloaded so far are kept; the download will resume." if have else ""


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
