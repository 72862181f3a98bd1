"""Texts that nest, of every language that has a grammar, and a throw-away process for each of them.

`python -m tests.reliability.adversarial.nests` tries some 60,000 of them. It fails on a crash, on more than a
second of processor time for one, and on more than 300 MB.
"""

import argparse
import asyncio
import faulthandler
import gc
import json
import os
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hearth.engine import languages
from hearth.engine.completion.cursor import Cursor
from hearth.engine.completion.fitting import fitted
from hearth.engine.context import syntax
from hearth.engine.context.documents import Document
from hearth.engine.context.gathering import prepare
from hearth.engine.context.symbols import references, symbols
from hearth.engine.languages import LANGUAGES, Language
from tests.pace import is_over

LENGTHS = (300, 3_000, 30_000)  # times
MAX_CPU = 1.0  # seconds, for all that is asked about a text
MAX_MIB = 300.0
MAX_STEP = 0.1  # seconds that an event loop is held up
_CPU_LIMIT = 20  # seconds, after which a try is ended
_ADDRESS_SPACE = 4 << 30
_TRIES = 3

# What opens, closes, separates, continues or begins something in one language or another.
MARKS = (
    *"()[]{}<>,;:.=+-*/%!?&|^~@#$\\'\"`_\t\u00e9",
    *("- ", "? ", ": ", "> ", "# ", "* ", "1. ", "+ ", "| ", "a: ", "a:\n", "-\n", "?\n", "!a ", "&a ", "*a "),
    *("a<", "a[", "a(", "a{", "<a>", "</a>", "<a ", "<a/>", "<div>", "<p>", "<!--", "<![CDATA[", "<?", "?>", "<%"),
    *("a.", "a->", "a::", "a?.", "a ? b : ", "a => ", "a -> ", "-> ", "=> ", "() => ", "a => {", "|a| ", "a\n"),
    *('"""', "'''", "```", "~~~", "$(", "${", "#{", "$((", "<<", "<<A\n", "<<~A\n", "<<-A\n", "[[", "{{"),
    *("f(", "f {", "f[", "a=", "a,", "a;", "a b ", "if (", "if a {", "else if a ", "for (", "while (a) ", "do "),
    *("fn(", "func(", "function() {", "class A {", "def a(", "def a\n", "do |a| ", "begin ", "case a ", "end "),
    *("if a then ", "elif a:\n", "lambda: ", "not ", "await ", "yield ", "new ", "async ", "return ", "\\("),
    *('"\\(', '"${', "`${", '$"{', 'f"{', "@{", "@(", "[a](", "![", "**", "__", "~~", "$$", "//", "/*", "*/"),
    *("--[[", "--[=[", "[=[", "]]", "r#", 'r#"', 'R"(', '$"""', '"""{', "%w(", "%(", "%{", "?a", "\U0001f600"),
    *("#if a\n", "#endif\n", "#define a \\\n", "<?php ", "@a ", "#[a]", "[a]\n", "[[a]]\n", "a = [", "a = {"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One text: `unit` is said so many times, in the way of `shape`."""

    language: str
    unit: str
    shape: str
    times: int

    @property
    def text(self) -> str:
        return SHAPES[self.shape](self.unit, self.times)


@dataclass(frozen=True, slots=True)
class Outcome:
    case: Case
    cpu: float  # seconds
    mib: float  # by which the process grew
    step: float = 0.0  # seconds, the longest of the event loop
    signal: str = ""  # that ended it

    @property
    def is_bad(self) -> bool:
        is_slow = is_over(self.cpu, MAX_CPU) or is_over(self.step, MAX_STEP)
        return bool(self.signal) or is_slow or self.mib > MAX_MIB


def _stairs(unit: str, times: int) -> str:
    """Each line one blank deeper; not as long as the others, for its length is a square."""
    return "".join(f"{' ' * row}{unit.rstrip()}\n" for row in range(min(times, 1_500)))


SHAPES: dict[str, Callable[[str, int], str]] = {
    "run": lambda unit, times: unit * times,
    "spaced": lambda unit, times: f"{unit} " * times,
    "lines": lambda unit, times: f"{unit}\n" * times,
    "stairs": _stairs,
    "inside": lambda unit, times: f"x = {unit * times}1{_closed(unit) * times}\n",
    "long": lambda unit, times: f"{unit}{'a' * times}\n{'a' * times}{unit}\n",
}


def _closed(unit: str) -> str:
    pairs = {"(": ")", "[": "]", "{": "}", "<": ">"}
    return "".join(pairs.get(char, "") for char in reversed(unit))


def tokens(language: Language) -> list[str]:
    """Every bracket, operator and keyword that the grammar knows."""
    grammar = languages.grammar(language)
    assert grammar is not None, f"the grammar of {language.name} is not installed"
    kinds = range(grammar.node_kind_count)
    names = {grammar.node_kind_for_id(id) or "" for id in kinds if not grammar.node_kind_is_named(id)}
    return sorted(name for name in names if name and name != "end" and len(name) <= 24 and "\0" not in name)


def units(language: Language) -> list[str]:
    own = tokens(language)
    words = [f"{token} " for token in own if token[-1:].isalnum()]
    led = [f"a{token}" for token in own if not token[-1:].isalnum()]
    return list(dict.fromkeys([*MARKS, *own, *words, *led]))


def cases(language: Language, count: int, seed: int, longest: int = LENGTHS[-1]) -> Iterator[Case]:
    """So many at random: half of them a token by itself in one of the shapes, half two tokens in turn."""
    rng, alone, found = random.Random(f"{language.name} {seed}"), units(language), [*MARKS, *tokens(language)]
    lengths = [times for times in LENGTHS if times <= longest]
    for number in range(count):
        if number % 2:
            yield Case(language.name, rng.choice(alone), rng.choice(list(SHAPES)), rng.choice(lengths))
        else:
            blank = rng.choice(("", " "))
            unit = f"{rng.choice(found)}{blank}{rng.choice(found)}{blank}"
            yield Case(language.name, unit, "run", rng.choice(lengths))


def ask(text: str, language: Language) -> float:
    """What the engine asks of a document that is opened, and then completed at its end and in its middle.

    Returns the longest of the steps that an event loop takes for that, in seconds of processor time.
    """
    document = Document("file:///a", text, language.lsp_ids[0])
    prepare(document)  # in a thread, which has more time
    return asyncio.run(_complete(document))


async def _complete(document: Document) -> float:
    longest, text = 0.0, document.text
    for offset in (len(text), len(text) // 2):
        began = time.thread_time()
        symbols(document.code)
        code, start = document.code_near(offset)
        at = offset - start
        references(code, max(0, at - 2000), at)
        longest, began = max(longest, time.thread_time() - began), time.thread_time()
        place = Cursor(text, offset, code, start)
        syntax.block_expected(code, at)
        syntax.enclosing_definition(code, at)
        if not place.is_text and place.tail.text:
            syntax.errors(code)
        longest, began = max(longest, time.thread_time() - began), time.thread_time()
        fitted(place, "f(a, [b])\n}\nreturn x\n")
        longest = max(longest, time.thread_time() - began)
    return longest


def attempt(case: Case, work: Callable[[str, Language], float]) -> Outcome:
    """Do the work on the text in a process of its own. Load the grammar before, or it is measured too.

    What is too much is tried three times and the best counts: neighbours on the machine cost caches, too.
    """
    for _ in range(_TRIES - 1):
        if not (outcome := _attempt(case, work)).is_bad or outcome.signal:
            return outcome
    return _attempt(case, work)


def _attempt(case: Case, work: Callable[[str, Language], float]) -> Outcome:
    language = languages.named(case.language)
    assert language is not None
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _child(case, language, work, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    _, status, usage = os.wait4(child, 0)
    mib, step = (float(figure) for figure in (said or b"0 0").split())
    if os.WIFSIGNALED(status):
        return Outcome(case, usage.ru_utime + usage.ru_stime, mib, step, signal.Signals(os.WTERMSIG(status)).name)
    code = os.waitstatus_to_exitcode(status)
    return Outcome(case, usage.ru_utime + usage.ru_stime, mib, step, f"exit {code}" if code else "")


def _child(case: Case, language: Language, work: Callable[[str, Language], float], writer: int) -> None:
    code = 1
    try:
        faulthandler.disable()  # its report would be no news
        gc.freeze()  # what the tests before have left is not the text's to look through
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_LIMIT, _CPU_LIMIT))
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
        text = case.text
        before = _resident_mib()
        step = work(text, language)
        os.write(writer, b"%f %f" % (_peak_mib() - before, step))
        code = 0
    except BaseException as error:
        os.write(2, f"{case}: {error!r}\n".encode("utf-8", "replace")[:400])
    finally:
        os._exit(code)


def _resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def _peak_mib() -> float:
    """A forked process begins with its own peak; ru_maxrss would begin with its parent's."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--language", action="append", help="only this one; may be given more than once")
    parser.add_argument("--out", type=Path, default=Path("build/soak"))
    options = parser.parse_args()
    rows = [row for row in LANGUAGES if row.grammar and row.name in (options.language or [row.name])]
    results = {row.name: _tried(row, options.cases // len(rows), options.seed) for row in rows}
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "grammars.json").write_text(json.dumps(results, indent=1), "utf-8")
    if bad := [outcome for result in results.values() for outcome in result["bad"]]:
        raise SystemExit(f"{len(bad)} were too much")


def _tried(language: Language, count: int, seed: int) -> dict[str, Any]:
    load(language)
    began = time.monotonic()
    outcomes = [attempt(case, ask) for case in cases(language, count, seed)]
    bad = [str(outcome) for outcome in outcomes if outcome.is_bad]
    figures = (lambda found: found.cpu, lambda found: found.mib, lambda found: found.step)
    most = [str(max(outcomes, key=figure)) for figure in figures]
    print(language.name, f"{len(outcomes)} cases in {time.monotonic() - began:.0f} s", flush=True)
    for outcome in [*bad, *most]:
        print("   ", outcome, flush=True)
    return {"cases": len(outcomes), "bad": bad, "most": most}


def load(language: Language) -> None:
    """What is the same for every text."""
    ask("a\nb\n", language)


if __name__ == "__main__":
    main()
