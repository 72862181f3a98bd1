"""Bugs seeded into correct functions (HumanEval's own solutions): one small change each, always the same."""

import io
import random
import tokenize
from pathlib import Path

from tests.benchmarks import judge, tasks
from tests.benchmarks.edits.tasks import Task
from tests.e2e.editor import MARK

_LONGEST = 600  # characters of a program: a model on one thread has to write it again
_SHORTEST = 2  # lines of a solution
_SECONDS = 3.0
# What a typical slip makes of a token. A number becomes the next one.
_SLIPS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "+": "-",
    "-": "+",
    "*": "+",
    "//": "/",
    "+=": "-=",
    "and": "or",
    "or": "and",
    "True": "False",
    "False": "True",
    "min": "max",
    "max": "min",
    "not": "",
}


def load(folder: Path, count: int, seed: int) -> list[Task]:
    """So many tasks whose function passes its tests without the bug, and fails them with it."""
    whole = {task.id.split("/L")[0]: task for task in reversed(tasks.load(folder, tasks.SINGLE_LINE, None, seed))}
    names = sorted(whole)
    random.Random(seed).shuffle(names)
    found: list[Task] = []
    for name in names:
        if len(found) == count:
            break
        if (task := _seeded(whole[name], seed)) is not None:
            found.append(task)
    return found


def _seeded(whole: tasks.Task, seed: int) -> Task | None:
    text = whole.completed(whole.solution)
    head = text.rfind(f"def {whole.entry_point}")
    if len(text) > _LONGEST or head < 0 or not judge.passes(whole.program(text), _SECONDS):
        return None
    slips = list(_slips(text, head))
    random.Random(f"{seed} {whole.id}").shuffle(slips)
    for start, end, new in slips:
        wrong = text[:start] + new + text[end:]
        if not _compiles(wrong) or judge.passes(whole.program(wrong), _SECONDS):
            continue
        id = whole.id.removeprefix("SingleLineInfilling/").rpartition("/")[0]
        check = f"{whole.test}\ncheck({whole.entry_point})\n"
        return Task("bug", id, "python", wrong[: head + 4] + MARK + wrong[head + 4 :], check=check)
    return None


def _slips(text: str, head: int) -> list[tuple[int, int, str]]:
    """(start, end, replacement) of all that can go wrong in the body of the function at `head`."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    found: list[tuple[int, int, str]] = []
    inside = False
    for token in tokens:
        start = starts[token.start[0] - 1] + token.start[1]
        inside = inside or (start > head and token.type == tokenize.INDENT)
        if not inside:
            continue
        end = start + len(token.string)
        if token.string in _SLIPS:
            found.append((start, end, _SLIPS[token.string]))
        elif token.type == tokenize.NUMBER and token.string.isdigit():
            found.append((start, end, str(int(token.string) + 1)))
    lines = text.count("\n", head)
    return found if lines > _SHORTEST else []


def _compiles(text: str) -> bool:
    try:
        compile(text, "sample.py", "exec")
    except SyntaxError:
        return False
    return True
