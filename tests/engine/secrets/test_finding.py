"""How secrets are found again after an edit, and that no text takes long."""

import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

from hearth.engine import logs
from hearth.engine.secrets import finding, halves, named
from hearth.engine.secrets.finding import find, find_again
from hearth.engine.secrets.kinds import KINDS, ROWS
from tests.engine.secrets.examples import BLOCKS, INNOCENT, ISSUED, NAMED

_MOST_LINES = 300_000
_SMALL, _TIMES = 2_500, 4
_ROOM = 2.2  # how much more than in proportion a longer text may cost: a quadratic one costs 4 times that

HOSTILE = (
    *(
        "sk-",
        "eyJ-",
        "eyJ-eyJ-.",
        "a-",
        "a.",
        "A",
        "a",
        "0",
        "/",
        "=",
        ":",
        "-",
        "_",
        '"',
        "'",
        "\\",
        "\\n",
        "{",
        "(",
        " ",
    ),
    *(
        "://",
        "://a:",
        "://a:b@",
        "a:b@",
        "password",
        "password=",
        'password="',
        "password='",
        "password: ",
        "password,",
    ),
    *(
        '"password":',
        "password\n",
        "password =\n",
        "passwordpassword",
        "token_",
        "token=token",
        "key-",
        "api_key = (",
    ),
    *(
        "Bearer ",
        "Basic a",
        "token ",
        "bearer a",
        "-u a:",
        "--user a",
        "sig=",
        "sig=%",
        "AccountKey=",
        "@o",
        ".ingest.",
    ),
    *(
        "hooks.slack.com/",
        "/api/webhooks/1",
        "/IncomingWebhook/",
        ":AA",
        "1:AA",
        "MT.",
        "MTMT",
        "SG.",
        "SG.a",
        "AZDO",
    ),
    *(
        "7Q~",
        "8Q~a",
        "_mmk",
        "a_mmk",
        "1//0",
        "1/1",
        "0/1:",
        "-us",
        "a-us",
        ".atlasv1.",
        "pat.",
        "AKIA",
        "ghp_",
        "glpat-",
    ),
    *(
        "-----BEGIN PRIV" + "ATE KEY-----",
        "-----BEGIN ",
        "-----BEGIN A PRIV" + "ATE KEY-----\nA\n",
        "-----END",
        "Private-Lines: 1\n",
    ),
    *(
        "A" * 64 + "\n",
        "pass ",
        "pass: str = ",
        "key: a a",
        "password: 'a' '",
        'key = "a" + "',
        "<password>",
        "secret [",
    ),
    *(
        "access_token$production$",
        "dt0c01.",
        "xoxb-",
        "hvs.",
        "ya29.",
        "EAAC",
        "oy2",
        "cio",
        "cmVmdGtu",
        "é",
        "密",
        "\t",
        "\r",
    ),
)


def cpu(run: Callable[[str], object], text: str) -> float:
    """The least seconds of two."""
    taken: list[float] = []
    for _ in range(2):
        began = time.thread_time()
        run(text)
        taken.append(time.thread_time() - began)
    return min(taken)


def too_slow(run: Callable[[str], object], unit: str) -> bool:
    """Whether four times as much text takes much longer than four times; what takes nothing does not count."""
    short = unit * (_SMALL // len(unit))
    long = cpu(run, short * _TIMES)
    return long > 0.002 and long > _ROOM * _TIMES * max(cpu(run, short), 0.0002)


@pytest.mark.parametrize("unit", HOSTILE)
def test_no_text_is_slow_to_look_through(unit: str) -> None:
    runs: dict[str, Callable[[str], object]] = {
        "find": lambda text: find(text),
        "find in a log": logs.redacted,
        "typed": lambda text: halves.is_being_typed(text, len(text), "yaml"),
    }
    assert [name for name, run in runs.items() if too_slow(run, unit) and too_slow(run, unit)] == []


def test_each_expression_is_linear() -> None:
    expressions = {f"{kind.name}, exact": kind.exact for kind in KINDS} | {
        f"{kind.name}, half": kind.half for kind in KINDS
    }
    for module in (finding, named, halves, logs):
        expressions |= {
            f"{module.__name__}.{name}": each
            for name, each in vars(module).items()
            if isinstance(each, re.Pattern)
        }
    assert len(expressions) > 200
    slow = []
    for name, expression in expressions.items():
        own = name.split(",")[0]
        signs = [sign for row in ROWS if row.name == own for sign in row.signs]
        units = [*signs, *(sign + "-" for sign in signs), *(sign + "a1." for sign in signs), "a-", 'key="', "a:b@"]
        for unit in units:
            run = lambda text, expression=expression: [0 for _ in expression.finditer(text)]  # noqa: E731
            if too_slow(run, unit) and too_slow(run, unit):
                slow.append((name, unit))
    assert slow == []


def test_a_word_of_a_million_letters_is_read_in_proportion() -> None:
    assert not too_slow(lambda text: find(text * 10), "sk-proj-") or not too_slow(
        lambda text: find(text * 10), "sk-proj-"
    )


@pytest.mark.parametrize("seed", range(6))
def test_after_an_edit_the_same_is_found_as_anew(seed: int) -> None:
    chance = random.Random(seed)
    parts = [*(example for _, example in ISSUED[::7]), *(text for text, _ in NAMED), *BLOCKS[:3], *INNOCENT]
    text = "".join(chance.choice(parts) + "\n" + "x = 1\n" * chance.randrange(9) for _ in range(60))
    found = find(text)
    for _ in range(60):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.choice((0, 0, 1, 3, 40, 400)))
        new = (
            text[:start]
            + chance.choice(("", "a", '"', "\n", "key", "password = ", chance.choice(parts)))
            + text[end:]
        )
        again = find_again(new, text, found)
        covered = [(span.start, span.end) for span in again]
        for span in find(new):
            assert any(first <= span.start and span.end <= last for first, last in covered), (
                seed,
                new[span.start - 40 : span.end],
            )
        text, found = new, again


def test_a_name_that_stands_above_what_is_looked_at_again_counts() -> None:
    """Eight lines above a change begins what is looked at: between the name and its value."""
    value = "CA7aMUzB9B6f" + "t0X5mW5y"
    for lines in range(20):
        text = f'API_KEY = (\n    "{value}"\n)\n' + "x = 1\n" * lines + "y = 2\n" + "z = 3\n" * 12
        found = find(text)
        assert len(found) == 1
        assert find_again(text.replace("y = 2", "y = 22"), text, found) == found


def _packages() -> Iterator[tuple[str, list[Path]]]:
    """The installed ones, the same order everywhere."""
    for package in sorted(distributions(), key=lambda each: each.metadata["Name"] or ""):
        files = [
            Path(str(package.locate_file(file)))
            for file in package.files or ()
            if file.suffix in (".py", ".pyi", ".md")
        ]
        if len(files) >= 10:
            yield package.metadata["Name"], files


def test_ordinary_packages_hold_next_to_no_keys() -> None:
    """At most one in 10,000 lines; keys that stand there as examples count, too."""
    lines = found = 0
    names: list[str] = []
    for name, files in _packages():
        if lines > _MOST_LINES and len(names) >= 20:
            break
        names.append(name)
        for file in files[:60]:
            try:
                text = file.read_text("utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            if len(text) <= 200_000:
                lines += text.count("\n")
                found += len(find(text))
    assert len(names) >= 20 and lines > 50_000, sys.path
    assert found <= lines / 10_000, f"{found} in {lines} lines of {', '.join(names)}"
