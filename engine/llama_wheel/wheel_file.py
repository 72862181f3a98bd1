"""Writes a wheel: the same contents make the same file, byte for byte."""

import base64
import hashlib
import zipfile
from pathlib import Path

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first time that a zip archive knows
_MAY_RUN = 0o755 << 16


def write(contents: dict[str, bytes], tag: str, into: Path) -> Path:
    """Of files by their names, one of which is METADATA in the folder `NAME-VERSION.dist-info`."""
    described = next(each for each in contents if each.endswith(".dist-info/METADATA")).rpartition("/")[0]
    name = described.removesuffix(".dist-info")
    pure = str(tag.endswith("-any")).lower()
    said = ["Wheel-Version: 1.0", "Generator: hearth", f"Root-Is-Purelib: {pure}", f"Tag: {tag}"]
    contents = {**contents, f"{described}/WHEEL": ("\n".join(said) + "\n").encode()}
    record = f"{described}/RECORD"
    rows = [f"{each},sha256={_digest(content)},{len(content)}\n" for each, content in sorted(contents.items())]
    contents[record] = "".join([*rows, f"{record},,\n"]).encode()
    wheel = into / f"{name}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        for each, content in sorted(contents.items()):
            entry = zipfile.ZipInfo(each, _LONG_AGO)
            entry.external_attr, entry.compress_type = _MAY_RUN, zipfile.ZIP_DEFLATED
            packed.writestr(entry, content, compresslevel=9)
    return wheel


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
