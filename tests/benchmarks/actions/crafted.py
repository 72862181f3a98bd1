"""Answers that a model might give about real functions: right ones in many shapes, and ones that lose code.

`python -m tests.benchmarks crafted`; no model. Functions, statements and losses are found by trees of our own.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rich.progress import track

from hearth.engine.errors import EditRefused
from tests.benchmarks import machine
from tests.benchmarks.actions import pairs
from tests.benchmarks.actions.code import Code, Function
from tests.benchmarks.options import Options
from tests.benchmarks.results import Sheet, console, number, percent, publish
from tests.engine.code_actions.asked import acted, place
from tests.engine.code_actions.crafted import PLACEHOLDERS

_SHORTEST, _LONGEST = 6, 40  # lines of a function
_PER_FILE = 6
_FILES = 30_000  # characters of a file, at most
_PER_LANGUAGE = 30  # functions
_SLIPS = {
    "<": "<=", ">": ">=", "<=": "<", ">=": ">", "==": "!=", "!=": "==", "===": "!==", "!==": "===",
    "+": "-", "-": "+", "&&": "||", "||": "&&", "and": "or", "or": "and", "+=": "-=", "true": "false",
    "false": "true", "True": "False", "False": "True", "0": "1", "1": "2",
}  # fmt: skip
_SHAPES = {
    "fenced": "```{language}\n{code}\n```",
    "with words": "Sure! Here is the code:\n\n```\n{code}\n```\n\nThis mends it.",
    "a longer fence": "````{language}\n{code}\n````",
    "a fence in a fence": "````markdown\n```{language}\n{code}\n```\n````",
    "with another one behind": "```{language}\n{code}\n```\n\nRun it:\n\n```sh\nmake run\n```",
    "not closed": "```{language}\n{code}\n",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A function of a real file; `wrong` is the file with one slip in it."""

    language: str
    file: str
    text: str
    wrong: str
    function: Function

    @property
    def lines(self) -> str:
        """The whole lines of the function."""
        start = self.text.rfind("\n", 0, self.function.start) + 1
        return self.text[start : self.function.end]


@dataclass(frozen=True, slots=True)
class Answer:
    """`lost` are the tokens that a wrong answer lacks; () where it is right."""

    sample: Sample
    kind: str
    text: str
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`why` is a reason to refuse, or what is wrong with what was applied."""

    answer: Answer
    is_applied: bool
    why: str

    @property
    def is_good(self) -> bool:
        return not self.why if not self.answer.lost else not (self.is_applied and self.why)


async def run(options: Options, model: Path) -> None:
    found = samples(4 if options.quick else _PER_LANGUAGE)
    outcomes = [
        await outcome(answer)
        for answer in track([*right_answers(found), *wrong_answers(found)], "crafted", console=console)
    ]
    bad = [each for each in outcomes if not each.is_good]
    notes = [f"{'lost' if each.answer.lost else 'not applied'}: {_label(each.answer)}: {each.why}" for each in bad]
    columns = ("", "right", "applied", "share", "wrong", "applied with a loss")
    data = {"bad": [{"label": _label(each.answer), "answer": each.answer.text, "why": each.why} for each in bad]}
    sheet = Sheet("Crafted answers about real functions", columns, tuple(_rows(outcomes)))
    publish(options.out, "crafted", machine.describe(options), sheet, data, notes[:100])


def samples(per_language: int) -> list[Sample]:
    """The functions of the packages of the pairs, as many of each file as of the others."""
    found: dict[str, list[Sample]] = {}
    for package, file in sorted({(pair.package, pair.file) for pair in pairs.load()}):
        path = pairs.PACKAGES[package], pairs.root_of(package) / file
        for other in sorted(each for each in path[1].parent.iterdir() if each.suffix == path[1].suffix):
            if other.stat().st_size < _FILES and "test" not in other.name:
                own = in_file(path[0].language, other.name, other.read_text("utf-8"))
                found.setdefault(path[0].language, []).extend(islice(own, _PER_FILE))
    return [sample for own in found.values() for sample in own[:: max(1, len(own) // per_language)][:per_language]]


def in_file(language: str, name: str, text: str) -> Iterator[Sample]:
    code = Code(language, text)
    if "\r" in text or code.errors:
        return
    functions = code.functions()
    for each in functions:
        lines = text.count("\n", each.start, each.end) + 1
        alone = not any(other is not each and other.start <= each.start < other.end for other in functions)
        begins = text[text.rfind("\n", 0, each.start) + 1 : each.start].strip() in ("", "export", "export default")
        if not (_SHORTEST <= lines <= _LONGEST and alone and begins):
            continue
        for token in code.tokens(each.body_start, each.body_end):
            if token.text in _SLIPS:
                wrong = text[: token.start] + _SLIPS[token.text] + text[token.start + len(token.text) :]
                if not Code(language, wrong).errors:
                    yield Sample(language, name, text, wrong, each)
                    break


def right_answers(found: Sequence[Sample]) -> Iterator[Answer]:
    """The published function, as an answer about the one with a slip."""
    for sample in found:
        flat = textwrap.dedent(sample.lines)
        for shape in _SHAPES:
            yield Answer(sample, shape, _shaped(sample, shape, flat))
        yield Answer(sample, "indented as in the file", _shaped(sample, "fenced", sample.lines))
        yield Answer(sample, "indented once more", _shaped(sample, "fenced", textwrap.indent(flat, "    ")))


def wrong_answers(found: Sequence[Sample]) -> Iterator[Answer]:
    """The published function without a statement, or with a placeholder in its place; and an emptied one."""
    for number_, sample in enumerate(found):
        start = sample.text.rfind("\n", 0, sample.function.start) + 1
        code = Code(sample.language, sample.text)
        for index, (begin, end) in enumerate(code.statements(sample.function)):
            lost = tuple(token.text for token in code.tokens(begin, end))
            rest = sample.text[start:begin], sample.text[end : sample.function.end]
            said = PLACEHOLDERS[(number_ + index) % len(PLACEHOLDERS)]
            comment = "#" if sample.language == "python" else "//"
            shape = tuple(_SHAPES)[(number_ + index) % len(_SHAPES)]
            for kind, instead in (("dropped", ""), ("placeholder", f"{comment} {said}")):
                code_left = textwrap.dedent(instead.join(rest))
                if kind == "placeholder" or not Code(sample.language, code_left).errors:
                    yield Answer(sample, f"{kind}, {shape}", _shaped(sample, shape, code_left), lost)


async def outcome(answer: Answer) -> Outcome:
    sample = answer.sample
    name = sample.wrong.index(sample.function.name.rpartition("::")[2], sample.function.start)
    marked = f"{sample.wrong[:name]}‸{sample.wrong[name:]}"
    try:
        text = await acted("bug", place(marked, sample.language), answer.text)
    except EditRefused as refused:
        return Outcome(answer, False, str(refused))
    if not answer.lost:
        return Outcome(answer, True, "" if _same(sample, text) else "the text is not the published one")
    before = Counter(token.text for token in Code(sample.language, sample.text).tokens())
    after = Counter(token.text for token in Code(sample.language, text).tokens())
    gone = [word for word in (before - after).elements() if word in answer.lost and re.search(r"\w", word)]
    return Outcome(answer, True, f"lost {' '.join(gone[:8])}" if gone else "")


def _same(sample: Sample, text: str) -> bool:
    return [line.rstrip() for line in text.split("\n")] == [line.rstrip() for line in sample.text.split("\n")]


def _shaped(sample: Sample, shape: str, code: str) -> str:
    return _SHAPES[shape].format(language=sample.language, code=code)


def _label(answer: Answer) -> str:
    return f"{answer.sample.language}, {answer.sample.file}, {answer.sample.function.name}, {answer.kind}"


def _rows(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    yield _row("all", outcomes)
    for language in dict.fromkeys(each.answer.sample.language for each in outcomes):
        yield _row(language, [each for each in outcomes if each.answer.sample.language == language])


def _row(title: str, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    right = [each for each in outcomes if not each.answer.lost]
    wrong = [each for each in outcomes if each.answer.lost]
    applied = sum(each.is_good for each in right)
    lost = sum(not each.is_good for each in wrong)
    return (
        title,
        number(len(right)),
        number(applied),
        percent(applied / max(1, len(right))),
        number(len(wrong)),
        number(lost),
    )
