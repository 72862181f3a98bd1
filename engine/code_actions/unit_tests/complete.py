"""How much of an answer with tests is wanted, and how much of it is complete."""

import re

from hearth.engine.code_actions.targets import Target

ASKED_FOR = 3  # tests; small models write on and on, and a user waits
_HEAD = re.compile(
    r"^[ \t]{0,16}+(?:(?:async )?def test_|func Test|(?:test|it)\(|@(?:Parameterized)?Test\b|#\[(?:tokio::)?test\]"
    r"|TEST(?:_F|_P|_CASE)?\(|\[(?:Fact|Theory|Test|TestMethod)\b)",
    re.MULTILINE,
)


def has_enough(target: Target, answer: str) -> bool:
    """Whether the model may be stopped: one more test than was asked for has begun."""
    return len(_HEAD.findall(answer)) > ASKED_FOR


def complete_tests(answer: str, cut_off: bool) -> str:
    """The answer up to the last test that is known to be complete, with the brackets around it closed."""
    heads = [found.start() for found in _HEAD.finditer(answer)]
    if len(heads) <= ASKED_FOR and (not cut_off or len(heads) < 2):
        return answer
    lines = answer[: heads[min(ASKED_FOR, len(heads) - 1)]].rstrip().split("\n")
    while lines and lines[-1].lstrip().startswith(("@", "#", "//")):  # they belong to the test that is left out
        lines.pop()
    # Tests that stand inside of something: a class, a module, `describe(…)`.
    indent = len(lines[-1]) - len(lines[-1].lstrip()) if lines else 0
    for line in reversed(lines):
        width = len(line) - len(line.lstrip())
        if line.rstrip().endswith("{") and width < indent:
            call = line.count("(") > line.count(")")
            lines.append(" " * width + ("});" if call else "}"))
            indent = width
    return "\n".join(lines)
