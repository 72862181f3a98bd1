"""JSON that a server sent: never an error of Python's own, and text that can be written."""

import json
import re
from typing import Any

_SURROGATES = re.compile("[\ud800-\udfff]+")


def loaded(data: bytes) -> Any:
    """Any JSON; raises `ValueError` only."""
    try:
        return _sound(json.loads(data.decode("utf-8", "replace")))
    except RecursionError as error:
        raise ValueError("its JSON is nested too deeply") from error


def sound(text: str) -> str:
    """`text` without halves of characters (lone surrogates), which no file and no message can hold."""
    return _SURROGATES.sub(
        lambda found: found[0].encode("utf-16", "surrogatepass").decode("utf-16", "replace"), text
    )


def name(text: object) -> str:
    """A name that a server gave: what it may look like in a message."""
    shown = "".join(letter for letter in sound(str(text)[:200]) if letter.isprintable())
    return shown if len(shown) <= 100 else shown[:99] + "…"


def count(value: object) -> int:
    return int(number(value))


def number(value: object) -> float:
    """What a server counts; 0 for what is no number, or no sensible one."""
    return float(value) if isinstance(value, int | float) and 0 <= value < 2**50 else 0.0


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, list):
        return [_sound(each) for each in value]
    if isinstance(value, dict):
        return {_sound(key): _sound(each) for key, each in value.items()}
    return value
