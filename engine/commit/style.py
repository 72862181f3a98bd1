"""How a repository words its messages, read from the last ones."""

import re
from dataclasses import dataclass

from hearth.engine.characters import one_line

LINE = 72  # characters, as is usual
_EXAMPLES = 8
_LONGEST_EXAMPLE = 120
_TYPES = "feat fix docs style refactor perf test tests build ci chore revert wip deps release".split()
CONVENTIONAL = re.compile(rf"(?:{'|'.join(_TYPES)})(?:\([^()\n]{{1,40}}\))?!?: ", re.IGNORECASE)
TRAILER = re.compile(r"[a-z]{1,20}(?:-[a-z]{1,20}){0,3}-by: |change-id: |\(cherry picked from ", re.IGNORECASE)
_MOST_LINES = 200  # of one message


@dataclass(frozen=True, slots=True)
class Style:
    """`examples` are subjects, the newest first. `has_body`: a subject alone is the exception."""

    examples: tuple[str, ...] = ()
    is_conventional: bool = False
    has_body: bool = False
    ends_with_stop: bool = False


def style(messages: tuple[str, ...]) -> Style:
    """That of most of these messages."""
    subjects = [message.split("\n", 1)[0].strip() for message in messages]
    subjects = [one_line(each, _LONGEST_EXAMPLE) for each in subjects if each]
    if not subjects:
        return Style()
    examples = tuple(dict.fromkeys(subjects))[:_EXAMPLES]

    def most(count: int) -> bool:
        return 2 * count > len(subjects)

    return Style(
        examples,
        most(sum(CONVENTIONAL.match(each) is not None for each in subjects)),
        most(sum(bool(_body(each)) for each in messages)),
        most(sum(each.endswith(".") for each in subjects)),
    )


def _body(message: str) -> str:
    """What is below the subject, without trailers such as Signed-off-by."""
    lines = message.split("\n")[1:_MOST_LINES]
    return "\n".join(line for line in lines if not TRAILER.match(line)).strip()
