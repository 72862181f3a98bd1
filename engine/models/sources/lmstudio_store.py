"""Models that LM Studio has on this disk, used in place: `<models>/<publisher>/<model>/<file>.gguf`.

Where `<models>` is: `downloadsFolder` of LM Studio's settings.json, else `models` in its home folder, which
`~/.lmstudio-home-pointer` names; older versions kept them in `~/.cache/lm-studio`.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from hearth.engine.files import MANIFEST, read_json, read_text
from hearth.engine.models.sources import Found, Offer, files, size

STORE = "LM Studio"


class _Settings(msgspec.Struct):
    downloadsFolder: str = ""


_decoder = msgspec.json.Decoder(_Settings)


def roots() -> list[Path]:
    """The model folders that may exist here, the likeliest first."""
    homes = [_pointed_home(), Path.home() / ".lmstudio", Path.home() / ".cache" / "lm-studio"]
    folders = [folder for home in homes if home for folder in (_downloads_folder(home), home / "models") if folder]
    return list(dict.fromkeys(folders))


def find_file(offer: Offer) -> Iterator[Path]:
    """Files of that name and size; LM Studio keeps no digests, so their bytes are not checked yet."""
    for root in roots():
        for path in files(root, f"*/*/{Path(offer.file.name).name}"):
            if size(path) == offer.file.bytes:
                yield path


def find(name: str) -> Found | None:
    """The file at `publisher/model/file.gguf`."""
    parts = name.split("/")
    if len(parts) != 3 or any(part in ("", ".", "..") or "\\" in part for part in parts):
        return None
    for root in roots():
        path = root.joinpath(*parts)
        if size(path):
            return Found(f"lmstudio:{name}", path, size(path), STORE)
    return None


def everything() -> Iterator[Found]:
    """Every GGUF file in the folders. Vision projectors (mmproj) are no models by themselves."""
    for root in roots():
        for path in files(root, "*/*/*.gguf"):
            if not path.name.lower().startswith("mmproj"):
                name = "/".join(path.parts[-3:])
                yield Found(f"lmstudio:{name}", path, size(path), STORE)


def _pointed_home() -> Path | None:
    try:
        text = read_text(Path.home() / ".lmstudio-home-pointer", MANIFEST).strip()
    except OSError:
        return None
    return Path(text).expanduser() if text else None


def _downloads_folder(home: Path) -> Path | None:
    try:
        settings = read_json(home / "settings.json", MANIFEST, _decoder)
    except OSError:
        return None
    return Path(settings.downloadsFolder).expanduser() if settings.downloadsFolder else None
