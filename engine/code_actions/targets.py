"""Where an action was asked for, and what it is going to rewrite."""

from dataclasses import dataclass

from hearth.engine.code_actions.syntax_nodes import outer_range
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import Definition
from hearth.engine.text import start_of_line


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic: offsets, what the tool says, and what it says about related places."""

    start: int
    end: int
    message: str
    code: str = ""
    source: str = ""
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionContext:
    """A selection (`start == end` for a mere cursor) with the problems that touch it."""

    code: ParsedText
    start: int
    end: int
    problems: tuple[Problem, ...] = ()
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The text `start:end` that is shown to the model, and the definition that it is, if it is one."""

    code: ParsedText
    start: int
    end: int
    name: str = ""
    definition: Definition | None = None
    problem: Problem | None = None
    instruction: str = ""
    around: Definition | None = None  # the function that a selection or a statement stands in
    statement: bool = False  # it is one statement of the file, or one member of a class

    @property
    def outer(self) -> tuple[int, int]:
        """With the decorators, attributes, `export` and `template` that belong to the definition."""
        return outer_range(self.code, self.definition) if self.definition else (self.start, self.end)

    @property
    def text(self) -> str:
        return self.code.text[self.start : self.end]

    @property
    def indent(self) -> str:
        """The indentation of the text's first line."""
        line = self.code.text[start_of_line(self.code.text, self.start) :]
        return line[: len(line) - len(line.lstrip(" \t"))]
