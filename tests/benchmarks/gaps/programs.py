"""The programs, the gaps that are cut into them, and whether a filled one passes its tests.

A gap is what somebody asks about by hand: some whole lines that are missing, where the cursor stands on a line of
its own with the indentation that an editor puts there, or in front of the lines that follow; or a span between
two places of a line or of neighbouring lines.
"""

import random
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.benchmarks import judge

Kind = Literal["lines", "span"]

_FOLDER = Path(__file__).parent / "programs"
_MARK = "--- tests ---"
_LANGUAGES = {"python": ".py", "javascript": ".js", "cpp": ".cpp"}
_LINES = (2, 8)  # of a gap of whole lines
_SPAN = (8, 120)  # characters of a span
_MIN_ABOVE = 4  # lines of code above a gap


@dataclass(frozen=True, slots=True)
class Gap:
    """`solution` is missing between `above` and `below`; `test` follows the code."""

    id: str
    kind: Kind
    language: str
    name: str
    above: str
    solution: str
    below: str
    test: str

    def passes(self, completed: str) -> bool:
        """Whether the code, once completed, passes its tests."""
        return passes(self.language, f"{completed}{self.test}")


def gaps(kind: Kind, count: int, seed: int) -> list[Gap]:
    """So many gaps of that kind, the languages in turn, each in another program while there are enough."""
    rng = random.Random(f"{seed} {kind}")
    by_language = [_programs(language, rng) for language in _LANGUAGES if is_here(language)]
    found: list[Gap] = []
    turn = 0
    while by_language and len(found) < count:
        programs = by_language[turn % len(by_language)]
        gap = _gap(programs[turn // len(by_language) % len(programs)], kind, len(found), rng)
        if not gap.passes(gap.above + gap.below):  # else nothing is missing that the tests would see
            found.append(gap)
            turn += 1
    return found


def is_here(language: str) -> bool:
    """Whether programs in that language can be run on this machine."""
    return language == "python" or shutil.which({"javascript": "node", "cpp": "c++"}[language]) is not None


def passes(language: str, program: str) -> bool:
    """Whether a program runs to its end; it has the same limits on time as one in Python, and no others."""
    if language == "python":
        return judge.passes(program)
    with tempfile.TemporaryDirectory(prefix="hearth-gap-", ignore_cleanup_errors=True) as folder:
        file, binary = Path(folder, "program" + _LANGUAGES[language]), Path(folder, "program")
        file.write_text(program, "utf-8", "replace")
        if language == "javascript":
            return _runs(["node", str(file)], folder)
        compiled = _runs(["c++", "-std=c++17", "-O0", "-w", str(file), "-o", str(binary)], folder, 60)
        return compiled and _runs([str(binary)], folder)


def _runs(command: list[str], folder: str, seconds: float = judge.SECONDS) -> bool:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _programs(language: str, rng: random.Random) -> list[Path]:
    paths = sorted((_FOLDER / language).glob(f"*{_LANGUAGES[language]}"))
    rng.shuffle(paths)
    return paths


def parts(path: Path) -> tuple[str, str]:
    """(the code, the line that begins the tests with all that follows)."""
    text = path.read_text("utf-8")
    start = text.rfind("\n", 0, text.index(_MARK)) + 1
    return text[:start], text[start:]


def _gap(path: Path, kind: Kind, number: int, rng: random.Random) -> Gap:
    code, test = parts(path)
    start, end = _lines(code, rng) if kind == "lines" else _span(code, rng)
    above, solution, below = code[:start], code[start:end], code[end:]
    if kind == "lines" and number % 2:  # on a line of its own, with the indentation that an editor puts there
        indent = solution[: len(solution) - len(solution.lstrip(" "))]
        above, solution, below = above + indent, solution[len(indent) :].removesuffix("\n"), f"\n{below}"
    language = path.parent.name
    line = above.count("\n") + 1
    return Gap(f"{language}/{path.stem}:{line} {kind}", kind, language, path.name, above, solution, below, test)


def _lines(code: str, rng: random.Random) -> tuple[int, int]:
    """Some whole lines inside a function or a class; neither the first nor the last of them is blank."""
    lines = code.splitlines(keepends=True)
    while True:
        size = rng.randint(*_LINES)
        first = rng.randint(_MIN_ABOVE, len(lines) - size)
        chosen = lines[first : first + size]
        said = [line for line in chosen if line.strip()]
        is_inside = all(line.startswith((" ", "\t")) for line in said)
        if is_inside and chosen[0].strip() and chosen[-1].strip() and len(said) > 1:
            start = sum(map(len, lines[:first]))
            return start, start + sum(map(len, chosen))


def _span(code: str, rng: random.Random) -> tuple[int, int]:
    """Some characters, between any two places."""
    least = len("".join(code.splitlines(keepends=True)[:_MIN_ABOVE]))
    while True:
        start = rng.randint(least, len(code) - _SPAN[0])
        end = min(len(code), start + rng.randint(*_SPAN))
        if code[start:end].strip() and code[start:end].count("\n") <= 3:
            return start, end
