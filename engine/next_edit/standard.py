"""Names that need no import, and names of Python's standard library that mean one thing wherever they stand."""

import sys
from functools import lru_cache
from importlib import import_module

# Modules whose names are taken without the module in front of them. The first that has a name is meant: what
# `typing` repeats of `collections.abc` is the older way.
_MODULES = ("collections.abc", "typing", "dataclasses", "enum", "pathlib", "functools", "contextlib")
# Modules that are called like variables are.
_LIKE_VARIABLES = frozenset({"code", "queue", "string", "token", "types", "select", "site", "test", "this", "cmd"})

SCRIPT_GLOBALS = frozenset(
    """
    AbortController AbortSignal Array ArrayBuffer AsyncIterable AsyncIterator Awaited BigInt Blob Boolean
    Buffer Date Error Event EventTarget Exclude Extract FormData Function Headers Infinity InstanceType
    Int8Array Int32Array Intl Iterable Iterator JSON Map Math NaN NonNullable Number Object Omit Parameters
    Partial Pick Promise PromiseLike Proxy RangeError ReadableStream Readonly ReadonlyArray ReadonlyMap
    ReadonlySet Record Reflect RegExp Request Required Response ReturnType Set String Symbol SyntaxError
    TextDecoder TextEncoder TypeError URL URLSearchParams Uint8Array Uint16Array Uint32Array WeakMap WeakRef
    WeakSet WebSocket __dirname __filename arguments clearInterval clearTimeout console crypto
    decodeURIComponent document encodeURIComponent exports fetch globalThis isFinite isNaN module parseFloat
    parseInt performance process queueMicrotask require self setImmediate setInterval setTimeout
    structuredClone undefined window
    """.split()
)


def standard(name: str, is_module: bool) -> str | None:
    """The import of a name; `is_module`: something of it is asked for, as in `copy.copy`."""
    if is_module and name in sys.stdlib_module_names and name not in _LIKE_VARIABLES:
        return f"import {name}"
    module = _modules().get(name)
    return f"from {module} import {name}" if module is not None else None


@lru_cache(maxsize=1)
def _modules() -> dict[str, str]:
    found: dict[str, str] = {}
    for module in _MODULES:
        for name in getattr(import_module(module), "__all__", ()):
            found.setdefault(name, module)
    return found
