"""The HTTP server on a real socket, with a scripted model, and a client for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.settings import Settings
from hearth.lsp_server.http_api.answering import Answering
from hearth.lsp_server.http_api.connections import Bounds
from hearth.lsp_server.http_api.routes import Routes
from hearth.lsp_server.http_api.serving import Doors

TOKEN = "t" * 43


@dataclass(frozen=True)
class Served:
    port: int
    client: httpx.AsyncClient
    answering: Answering
    doors: Doors

    @property
    def model(self) -> ScriptedBackend:
        """What was asked of the model."""
        backend = self.answering._backend("scripted")
        assert isinstance(backend, ScriptedBackend)
        return backend

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.client.post(path, json=body)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A client that speaks for itself."""
        return await asyncio.open_connection("127.0.0.1", self.port)


@asynccontextmanager
async def serving(
    completion: str = "width * height",
    chat: str = "It |adds.",
    settings: Settings | None = None,
    with_ollama: bool = True,
    bounds: Bounds | None = None,
    most: int = 32,
) -> AsyncIterator[Served]:
    """`completion` and `chat` are scripts of the scripted backend."""
    settings = settings or Settings()
    scripted = replace(
        settings,
        completion=replace(settings.completion, backend="scripted", model=completion),
        chat=replace(settings.chat, backend="scripted", model=chat),
    )
    answering = Answering(scripted, lambda status: None)
    doors = Doors(Routes(answering, TOKEN, with_ollama), most, bounds)
    server = await asyncio.start_server(doors.enter, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False, timeout=60
        ) as client:
            yield Served(port, client, answering, doors)
    finally:
        server.close()
        await doors.close()
        await answering.close()


def request(head: str, body: bytes = b"", token: str = TOKEN) -> bytes:
    """A request as it goes over the wire. `head` is its first line and headers, without Host and token."""
    lines = [*head.split("\n"), "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
