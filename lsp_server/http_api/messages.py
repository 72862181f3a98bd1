"""A request and its answer, as the parts of the HTTP server hand them on."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. `path` has no query; the names of `headers` are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: all of its body, or pieces of it as they come. Closing the pieces early stops the model.

    Of pieces, `first` is the one that has come already: with it, it is known that there is an answer.
    """

    status: int
    body: bytes | AsyncGenerator[bytes, None]
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    first: bytes = b""


def as_json(value: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status, msgspec.json.encode(value), headers=headers)
