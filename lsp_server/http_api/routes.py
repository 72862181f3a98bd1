"""What is answered: one row per path. An error becomes an answer in the words of the API that was asked."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from hearth.engine import logs
from hearth.engine.errors import HearthError, InvalidRequest, PromptTooLong, RequestError
from hearth.engine.models import first
from hearth.lsp_server.http_api import guard, llama_api, ollama_api, openai_api
from hearth.lsp_server.http_api.answering import Answering
from hearth.lsp_server.http_api.guard import Refused
from hearth.lsp_server.http_api.messages import Answer, Asked, as_json
from hearth.lsp_server.http_api.streams import INTERNAL
from hearth.lsp_server.words import text

log = logging.getLogger("hearth.http")
HOW_TO_CHOOSE = (
    "`hearth models recommend` names those that suit this machine, `hearth models pull NAME` fetches one."
)
MOST_AT_ONCE = 8  # requests; of completions of one document the newest is answered anyway


class Route(NamedTuple):
    method: str
    answer: Callable[[Answering, bytes], Awaitable[Answer]]


OPENAI: dict[str, Route] = {
    "/v1/models": Route("GET", openai_api.models),
    "/v1/completions": Route("POST", openai_api.completions),
    "/v1/chat/completions": Route("POST", openai_api.chat_completions),
}
LLAMA: dict[str, Route] = {"/infill": Route("POST", llama_api.infill)}
OLLAMA: dict[str, Route] = {
    "/": Route("GET", ollama_api.running),
    "/api/version": Route("GET", ollama_api.version),
    "/api/tags": Route("GET", ollama_api.tags),
    "/api/show": Route("POST", ollama_api.show),
    "/api/generate": Route("POST", ollama_api.generate),
    "/api/chat": Route("POST", ollama_api.chat),
}


@dataclass
class Routes:
    """What a connection asks. `with_ollama`: the paths of Ollama too."""

    answering: Answering
    token: str
    with_ollama: bool = False
    _at_once: int = 0

    def look(self, asked: Asked) -> Answer | None:
        """The answer to a request that is not worth reading: by a stranger, or to nothing that there is."""
        try:
            asked = guard.admitted(asked, self.token)
        except Refused as refused:
            headers = (("WWW-Authenticate", "Bearer"),) if refused.status == 401 else ()
            return self._wrong(asked.path, refused.status, refused.why, headers)
        route = self._table.get(asked.path)
        if route is None:
            return self._wrong(asked.path, 404, self._why_missing(asked.path))
        if asked.method not in _methods(route):
            return self._wrong(asked.path, 405, f"{asked.path} wants {route.method}", (("Allow", route.method),))
        if self._at_once >= MOST_AT_ONCE:
            return self._wrong(asked.path, 429, "too many requests at once", (("Retry-After", "1"),))
        return None

    async def answer(self, asked: Asked) -> Answer:
        """The answer; never raises. Only cancelling ends it early."""
        asked = guard.admitted(asked, self.token)
        try:
            return await self._table[asked.path].answer(self.answering, asked.body)
        except HearthError as error:
            return self._wrong(asked.path, _status(error), told(error))
        except Exception as error:
            log.error("a request over HTTP failed", exc_info=error)
            return self._wrong(asked.path, 500, INTERNAL.format(logs.where()))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Around an answer, to the end of its last piece."""
        self._at_once += 1
        try:
            yield
        finally:
            self._at_once -= 1

    def wrong(self, status: int, why: str) -> Answer:
        """The answer to something that is no request."""
        return self._wrong("", status, why)

    @property
    def _table(self) -> dict[str, Route]:
        return {**OPENAI, **LLAMA, **(OLLAMA if self.with_ollama else {})}

    def _wrong(self, path: str, status: int, why: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
        said = text.message(why)
        is_ollama = "/api/" in path
        return as_json(ollama_api.wrong(said) if is_ollama else openai_api.wrong(status, said), status, headers)

    def _why_missing(self, path: str) -> str:
        if path in OLLAMA:
            return f"{path} is answered only by hearth serve --http PORT --ollama"
        return f"there is nothing at this path; there are {', '.join(self._table)}"


def told(error: HearthError) -> str:
    """The error, with what to do where no model was chosen: only an editor could ask."""
    return f"{error} {HOW_TO_CHOOSE}" if str(error) == first.NEEDED else str(error)


def _methods(route: Route) -> tuple[str, ...]:
    return ("GET", "HEAD") if route.method == "GET" else (route.method,)


def _status(error: HearthError) -> int:
    if isinstance(error, InvalidRequest | PromptTooLong):
        return 400
    return 403 if isinstance(error, RequestError) else 503
