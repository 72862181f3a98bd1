import asyncio
from typing import Any

from hearth.engine.errors import HearthError
from hearth.engine.models import catalog, fit, speeds, store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.fit import Machine
from hearth.engine.models.sources import Found
from hearth.engine.models.store import other_models
from hearth.lsp_server import serving
from hearth.lsp_server.params import ModelsParams, read
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text

_ROLES = ("completion", "chat")
_LOCAL = "local"


async def handle(ls: Server, params: Any) -> dict[str, Any]:
    """`{backend?, url?}` -> what can be chosen: `{models, current, backends, message}`.

    Without `backend`: every model of the catalog, what else lies on this disk, and what the servers offer that the
    settings name. Each model has `id`, `backend`, `role` (null: in no catalog), `bytes`, `licence`, `path` (null:
    not on this disk), `fits`, `recommended`, `reason` and `uses`, the roles it is in use for; `current` is the
    model of each role, `backends` what runs it, `message` why a server offers nothing.
    """
    asked = read(params, ModelsParams)
    used = {role: getattr(ls.settings, role) for role in _ROLES}
    wanted = (asked.backend,) if asked.backend else (_LOCAL, *{each.backend for each in used.values()})
    rows: list[dict[str, Any]] = []
    why = None
    for backend in dict.fromkeys(wanted):
        if backend == _LOCAL:
            rows += await asyncio.to_thread(_models)
            continue
        try:
            rows += [_served(backend, *each) for each in await serving.offered(ls.settings, backend, asked.url)]
        except HearthError as error:
            why = text.message(str(error))
    current = {role: text.title(each.model) for role, each in used.items()}
    backends = {role: text.title(each.backend) for role, each in used.items()}
    for row in rows:
        row["uses"] = [
            role for role in _ROLES if (backends[role], used[role].model) == (row["backend"], row["id"])
        ]
    return {"models": rows, "current": current, "backends": backends, "message": why}


def _models() -> list[dict[str, Any]]:
    machine = fit.Machine.here()
    best = {advice.model.id for advice in fit.recommend(machine, speeds.measured()) if advice}
    rows = [_catalogued(model, machine, best) for model in catalog.models().values()]
    return rows + [_found(found) for found in other_models.everything()]


def _catalogued(model: CatalogModel, machine: Machine, best: set[str]) -> dict[str, Any]:
    try:
        installed = store.find(model.id)
    except HearthError:  # a broken file is one that has to be downloaded again
        installed = None
    advice = fit.judge(model, "completion" if model.plays("completion") else "chat", machine, speeds.measured())
    return {
        "id": model.id,
        "backend": _LOCAL,
        "role": model.role,
        "bytes": model.size,
        "licence": f"{model.licence}, non-commercial" if model.non_commercial else model.licence,
        "path": str(installed.path) if installed else None,
        "fits": advice.fits,
        "recommended": model.id in best,
        "reason": advice.reason,
    }


def _found(found: Found) -> dict[str, Any]:
    return _unknown(found.name, _LOCAL, found.bytes, str(found.path), f"from {found.store}")


def _served(backend: str, name: str, where: str) -> dict[str, Any]:
    return _unknown(name, backend, None, None, f"offered by {where}")


def _unknown(id: str, backend: str, size: int | None, path: str | None, reason: str) -> dict[str, Any]:
    """A model of which nothing but this is known."""
    return {
        "id": id,
        "backend": backend,
        "role": None,
        "bytes": size,
        "licence": None,
        "path": path,
        "fits": None,
        "recommended": False,
        "reason": reason,
    }
