"""The first run: the user is asked for a model before anything is downloaded, where the client can ask."""

import asyncio
from typing import Any

from hearth.engine.models import first, speeds
from hearth.engine.models.fit import Machine
from hearth.lsp_server.words.client import Client


async def ask(client: Client) -> None:
    """Send `hearth/chooseModel`. The client then sets what is chosen, and runs `hearth.fetch`."""
    client.choose_model(await asyncio.to_thread(_rows))


def _rows() -> list[dict[str, Any]]:
    return [_row(each) for each in first.offered(Machine.here(), speeds.measured())]


def _row(offered: first.Offered) -> dict[str, Any]:
    model = offered.advice.model
    return {
        "id": model.id,
        "bytes": model.size,
        "licence": model.licence,
        "reason": offered.advice.reason,
        "recommended": offered.is_recommended,
        "fastest": offered.is_fastest,
    }
