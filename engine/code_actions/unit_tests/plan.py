"""What is decided before a model is asked for tests, and what a language says about them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hearth.engine.code_actions.edits import Edit
from hearth.engine.code_actions.unit_tests.pieces import Piece
from hearth.engine.context.parsed import ParsedText


@dataclass(frozen=True, slots=True)
class Style:
    """How tests stand in a file of one language.

    `pieces` takes an answer apart, `place` says where new ones go, `gap` stands between two of them.
    `imports_inside`: what they import stands beside them, inside of a module. `lenient`: the grammar takes the
    macros of a test for errors.
    """

    pieces: Callable[[ParsedText], list[Piece]]
    place: Callable[[ParsedText, str], Edit]
    gap: str = "\n\n"
    imports_inside: bool = False
    lenient: bool = False


def _as_it_is(answer: str) -> str:
    return answer


def _never(statement: str) -> bool:
    return False


def _none(names: Sequence[str]) -> tuple[str, ...]:
    return ()


def _no_module(name: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`old_text` is None for a file that is to be made; then `head` is what it has before any test.

    `imports` are what each file of such tests needs. `own` are the statements that bring in names of the tested
    file, `names` those that it can bring in, `wanted` the one that the tests are about; `whole` is the statement
    that brings in the file under a name of its own, and `stem` what models guess that name to be. `forgotten` are
    the imports of those of some names that models forget to import, and `told` what the model is told besides.
    `prelude` stands before the first test. `prepared` changes an answer before it is taken apart, and
    `is_left_out` tells an import that those above take the place of.
    """

    path: Path
    old_text: str | None
    framework: str
    style: Style
    imports: tuple[str, ...]
    own: Callable[[Sequence[str]], tuple[str, ...]]
    names: frozenset[str]
    wanted: str
    stem: str = ""
    whole: Callable[[str], str] = _no_module
    forgotten: Callable[[Sequence[str]], tuple[str, ...]] = _none
    told: tuple[str, ...] = ()
    head: str = ""
    prelude: str = ""
    prepared: Callable[[str], str] = _as_it_is
    is_left_out: Callable[[str], bool] = _never

    @property
    def shown(self) -> tuple[str, ...]:
        """The lines that the model is told the file begins with."""
        return tuple(filter(None, (*self.told, *self.imports, *self.own((self.wanted,)), self.prelude)))
