"""What `hearth models` shows of each model: a row of the table, or a line, or JSON."""

from dataclasses import dataclass
from typing import Any, Literal

from rich.table import Table
from rich.text import Text

from hearth.engine.errors import HearthError
from hearth.engine.models import fit, gguf, speeds, store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.sources import Found
from hearth.engine.models.store.installed import InstalledModel

_CONTEXT = 4096  # tokens that a model is loaded with


@dataclass(frozen=True, slots=True)
class Row:
    model: CatalogModel
    installed: InstalledModel | None
    advice: fit.Advice

    def as_json(self) -> dict[str, Any]:
        model, installed = self.model, self.installed
        return {
            "id": model.id,
            "title": model.title,
            "role": model.role,
            "bytes": model.size,
            "licence": model.licence,
            "non_commercial": model.non_commercial,
            "store": installed.store if installed else None,
            "path": str(installed.path) if installed else None,
            "fits": self.advice.fits,
            "reason": self.advice.reason,
        }


@dataclass(frozen=True, slots=True)
class Other:
    """A file that is no row of the catalog, as its own header describes it; `problem` where there is none."""

    found: Found
    role: str = ""
    licence: str = ""
    fits: bool = False
    problem: str = ""

    @staticmethod
    def of(found: Found, machine: fit.Machine) -> "Other":
        try:
            info = gguf.read(found.path)
        except HearthError:
            return Other(found, problem="not a usable GGUF file")
        role = "both" if info.fim and info.chat_template else "completion" if info.fim else "chat"
        kv = info.kv_bytes_per_token * min(info.context or _CONTEXT, _CONTEXT)
        return Other(found, role, info.licence, (found.bytes + kv) / 2**30 <= machine.room_gib)

    def __str__(self) -> str:
        said = f"{self.found.name}  {size(self.found.bytes)}, {self.found.store}"
        if self.problem:
            return f"{said}: {self.problem}"
        fits = "fits" if self.fits else "too big for this machine"
        return f"{said}, for {self.role}, licence {self.licence or 'not stated in the file'}, {fits}"

    def as_json(self) -> dict[str, Any]:
        found = self.found
        place = {"id": found.name, "bytes": found.bytes, "store": found.store, "path": str(found.path)}
        return {**place, "role": self.role, "licence": self.licence, "fits": self.fits, "problem": self.problem}


def row(model: CatalogModel, machine: fit.Machine) -> Row:
    job: fit.Job = "completion" if model.plays("completion") else "chat"
    return Row(model, store.find(model.id), fit.judge(model, job, machine, speeds.measured()))


def table(rows: list[Row]) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("name", "for", "size", "licence", "here", "fits"):
        justify: Literal["left", "right"] = "right" if title == "size" else "left"
        shown.add_column(title, justify=justify, no_wrap=title != "licence", overflow="fold")
    for each in rows:
        model = each.model
        licence = Text(f"{model.licence}, non-commercial", "yellow") if model.non_commercial else model.licence
        fits = "yes" if each.advice.fits and each.advice.quick else "slow" if each.advice.fits else "no"
        place = Text(each.installed.store, "green") if each.installed else "-"
        shown.add_row(model.id, model.role, size(model.size), licence, place, fits)
    return shown


def size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
