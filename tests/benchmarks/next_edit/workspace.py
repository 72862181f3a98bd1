"""What the server's index of a workspace would know of a release; kept beside the package once it is known."""

import hashlib
from pathlib import Path

import msgspec

from hearth.engine.files import decoded
from hearth.engine.index.entries import Contents, Entry, contents_of
from hearth.engine.languages import language_of

_decoder = msgspec.json.Decoder(tuple[Entry, ...])
_known: dict[str, Contents] = {}  # by the digest of a file: most files of two releases are the same


def entries(folder: Path, files: str) -> tuple[Entry, ...]:
    """Of those files of an unpacked package."""
    kept = folder / "entries.json"
    if kept.exists():
        return _decoder.decode(kept.read_bytes())
    found = tuple(entry for path in sorted(folder.glob(files)) if (entry := _entry(path, folder)) is not None)
    kept.write_bytes(msgspec.json.encode(found))
    return found


def _entry(path: Path, folder: Path) -> Entry | None:
    language = language_of("", str(path))
    if language is None or not path.is_file():
        return None
    data, stat = path.read_bytes(), path.stat()
    digest = hashlib.sha256(data).hexdigest()[:32]
    contents = _known.get(digest) or contents_of(decoded(data), language, str(path))
    if contents is None:
        return None
    _known[digest] = contents
    shown = path.relative_to(folder).as_posix()
    return Entry(str(path.resolve()), shown, stat.st_mtime_ns, stat.st_size, digest, *contents)
