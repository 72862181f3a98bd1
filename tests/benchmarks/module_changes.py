"""Counts how often one keystroke goes from one module of the engine to another, and prints its way.

    python -m tests.benchmarks.module_changes [--trip]

A key is typed in a rested document, and the scripted backend answers the completion at the cursor. A change of
module is a call into another module of `hearth.engine`, or a return from one. Other packages do not count, but
what they call back does. Two numbers are printed: until the answer is there, and until the engine has also done
what it does ahead of the next key.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.completion.completer import Completer
from hearth.engine.context.documents import Document
from hearth.engine.settings import CompletionSettings

_ENGINE = "hearth.engine."
_ABOVE = "".join(f"def area_{number}(width, height):\n    return width * height\n\n\n" for number in range(60))
_TEXT = f"{_ABOVE}def total(prices):\n    result = \n    return result\n"
_CURSOR = _TEXT.index("result = ") + len("result = ")
_SETTLED = 0.2  # seconds after which the scripted backend has answered all that was asked ahead


@dataclass
class Trip:
    """The engine's modules in the order in which they had control; it follows the thread that enters it."""

    modules: list[str] = field(default_factory=list)
    answered: int = 0  # changes until the answer was there

    def __enter__(self) -> "Trip":
        sys.setprofile(self._profile)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)

    @property
    def changes(self) -> int:
        return max(0, len(self.modules) - 1)

    def _profile(self, frame: FrameType, event: str, argument: object) -> None:
        now = {"call": frame, "return": frame.f_back}.get(event)
        name = now.f_globals.get("__name__", "") if now is not None else ""
        if name.startswith(_ENGINE) and self.modules[-1:] != [name]:
            self.modules.append(name)


async def a_new_answer() -> Trip:
    """The key is another one than the suggestion has, so the model is asked about the cursor."""
    completer, document = await _suggested()
    return await _typed(completer, document, _CURSOR, "t")


async def along_the_answer() -> Trip:
    """The key is the next character of what is suggested."""
    completer, document = await _suggested()
    return await _typed(completer, document, _CURSOR, "s")


KEYSTROKES: tuple[Callable[[], Coroutine[Any, Any, Trip]], ...] = (a_new_answer, along_the_answer)


async def _suggested() -> tuple[Completer, Document]:
    document = Document("file:///shop/totals.py", _TEXT, "python", "/shop/totals.py")
    completer = Completer(ScriptedBackend(["sum(", "prices)"]), CompletionSettings())
    await completer.rest(document, _CURSOR)
    await completer.complete(document, _CURSOR)
    await asyncio.sleep(_SETTLED)
    return completer, document


async def _typed(completer: Completer, document: Document, cursor: int, key: str) -> Trip:
    document.apply(cursor, cursor, key)
    document.version += 1
    with Trip() as trip:
        await completer.complete(document, cursor + len(key))
        trip.answered = trip.changes
        await asyncio.sleep(_SETTLED)
    completer.forget(document.uri)
    return trip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trip", action="store_true", help="also print every module on the way")
    options = parser.parse_args()
    for keystroke in KEYSTROKES:
        asyncio.run(keystroke())  # what is imported or compiled for the first time does not count
        trip = asyncio.run(keystroke())
        print(f"{keystroke.__name__.replace('_', ' ')}: {trip.answered} changes, {trip.changes} with work ahead")
        names = [module.removeprefix(_ENGINE) for module in trip.modules]
        for name, count in Counter(names[: trip.answered + 1]).most_common():
            print(f"  {count:4}  {name}")
        if options.trip:
            print("  " + " > ".join(names[: trip.answered + 1]))
            print("  ahead: " + " > ".join(names[trip.answered :]))


if __name__ == "__main__":
    main()
