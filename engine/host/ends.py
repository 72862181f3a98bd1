"""How far a model's own end is trusted: measured once for each model, and learned on with every answer.

Large models give their end tokens nearly all where a missing piece ends (measured, Qwen2.5-Coder 1.5B Instruct:
over 0.5 at 14 of 19 true ends, never before). Small ones run on into what stands below (0.5B Instruct: at 1 of
32), so their answers are cut by rules.
"""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from hearth.engine import paths, state
from hearth.engine.files import NOTES, read_json, read_text
from hearth.engine.types import FimPrompt

_SHARE = 0.4  # of the known ends: an answer of a model that finds so many is cut only where it is certainly wrong
_TOLD = 12  # answers that a row of the catalog is worth
_MOST = 60  # answers that count; what was learned earlier counts less


class Ends(msgspec.Struct, frozen=True):
    """At `found` of `of` known ends the model would have ended by itself."""

    found: float = 0.0
    of: float = 0.0

    @property
    def are_known(self) -> bool:
        return self.of > 0 and self.found / self.of >= _SHARE

    def learned(self, found: bool) -> "Ends":
        """With one more: whether the model ended an answer where it had to end."""
        kept = min(1.0, (_MOST - 1) / self.of) if self.of else 1.0
        return Ends(kept * self.found + found, kept * self.of + 1)


def told(knows_end: bool | None) -> Ends | None:
    """What the catalog tells, in the place of a measurement."""
    return None if knows_end is None else Ends(float(_TOLD if knows_end else 0), _TOLD)


_decoder = msgspec.json.Decoder(dict[str, Ends])


@cache
def known_ends() -> tuple[FimPrompt, ...]:
    """Prompts behind which an answer ends: what is missing stands there already, as if it were typed."""
    rows = tomllib.loads(read_text(Path(__file__).with_name("known_ends.toml"), NOTES))["gap"]
    return tuple(FimPrompt(above=row["above"], below=row["below"], typed=row["missing"]) for row in rows)


def read(id: str) -> Ends | None:
    """What is known of that model; None before it was measured."""
    return _all().get(id)


def write(id: str, ends: Ends) -> None:
    state.keep(_file(), msgspec.json.encode({**_all(), id: ends}))  # without it, it is measured again


def _all() -> dict[str, Ends]:
    try:
        return read_json(_file(), NOTES, _decoder)
    except OSError:
        return {}


def _file() -> Path:
    return paths.state_dir() / "ends.json"
