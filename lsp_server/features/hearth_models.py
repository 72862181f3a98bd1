import asyncio
from typing import Any

from hearth.engine.errors import HearthError
from hearth.engine.models import catalog, fit, speeds, store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.fit import Machine
from hearth.engine.models.sources import Found
from hearth.engine.models.store import other_models
from hearth.lsp_server.session import Server
from hearth.lsp_server.words import text

_ROLES = ("completion", "chat")


async def handle(ls: Server, params: Any) -> dict[str, Any]:
    """What can be chosen: `{models, current}`, every model of the catalog and what else lies on this disk.

    Each model has `id`, `role` (null: in no catalog), `bytes`, `licence`, `path` (null: to be downloaded), `fits`,
    `recommended`, `reason` and `uses`, the roles it is in use for; `current` is the model of each role.
    """
    current = {"completion": ls.settings.completion.model, "chat": ls.settings.chat.model}
    models = await asyncio.to_thread(_models, current)
    return {"models": models, "current": {role: text.title(name) for role, name in current.items()}}


def _models(current: dict[str, str]) -> list[dict[str, Any]]:
    machine = fit.Machine.here()
    best = {advice.model.id for advice in fit.recommend(machine, speeds.measured()) if advice}
    rows = [_catalogued(model, machine, best) for model in catalog.models().values()]
    rows += [_found(found) for found in other_models.everything()]
    return [{**row, "uses": [role for role in _ROLES if current[role] == row["id"]]} for row in rows]


def _catalogued(model: CatalogModel, machine: Machine, best: set[str]) -> dict[str, Any]:
    try:
        installed = store.find(model.id)
    except HearthError:  # a broken file is one that has to be downloaded again
        installed = None
    advice = fit.judge(model, "completion" if model.plays("completion") else "chat", machine, speeds.measured())
    return {
        "id": model.id,
        "role": model.role,
        "bytes": model.size,
        "licence": f"{model.licence}, non-commercial" if model.non_commercial else model.licence,
        "path": str(installed.path) if installed else None,
        "fits": advice.fits,
        "recommended": model.id in best,
        "reason": advice.reason,
    }


def _found(found: Found) -> dict[str, Any]:
    return {
        "id": found.name,
        "role": None,
        "bytes": found.bytes,
        "licence": None,
        "path": str(found.path),
        "fits": None,
        "recommended": False,
        "reason": f"from {found.store}",
    }
