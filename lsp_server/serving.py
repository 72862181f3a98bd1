"""The models of servers that other programs run: what such a server offers now."""

from dataclasses import replace

from hearth.engine import backends
from hearth.engine.backends import Served
from hearth.engine.errors import InvalidRequest
from hearth.engine.settings import Settings


async def offered(settings: Settings, backend: str, url: str | None) -> list[tuple[str, str]]:
    """(name, where) of each model. `url` is asked in the place of the one that the settings name.

    Raises `HearthError`, also for an address on another machine that the settings do not allow.
    """
    if url:
        settings = _at(settings, backend, url)
    source = backends.create(backend, settings, lambda status: None)
    try:
        if not isinstance(source, Served):
            return []
        where, names = await source.offers()
        return [(name, where) for name in names]
    finally:
        await source.close()


def _at(settings: Settings, backend: str, url: str) -> Settings:
    if backend == "openai_compatible":
        return replace(settings, openai_compatible=replace(settings.openai_compatible, url=url))
    if backend == "ollama":
        return replace(settings, ollama=replace(settings.ollama, url=url))
    raise InvalidRequest(f"the backend {backend} has no address")
