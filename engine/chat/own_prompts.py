"""Prompts of the user's own: a Markdown file each, called by `/name` in a question.

They lie in the folder of the user's settings, and in `.hearth/prompts` of projects that the user trusts: a project
may be anybody's, and a prompt tells the model what to do.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hearth.engine import paths
from hearth.engine.files import SETTINGS, read_text
from hearth.engine.trust import is_trusted

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_CALLED = re.compile(r"\s{0,40}+/([A-Za-z0-9_-]{1,40}+)(?:\s++|$)")
_INPUT = "{input}"
_MOST = 200  # files of one folder
_SUMMARY = 120  # characters


@dataclass(frozen=True, slots=True)
class OwnPrompt:
    """`text` is what the model is told; `{input}` in it stands for what is typed behind the name."""

    name: str
    text: str
    path: Path

    @property
    def summary(self) -> str:
        first = next((line.strip("# \t") for line in self.text.splitlines() if line.strip("# \t")), "")
        return first[:_SUMMARY]


def own_prompts(roots: Sequence[str], trusted: Sequence[str]) -> dict[str, OwnPrompt]:
    """By name; those of a project go before the user's. This reads files, so it is no work for an event loop."""
    # What others can write is no setting of the user's.
    folders = [] if paths.config_trouble() else [paths.config_file().parent / "prompts"]
    folders += [Path(root) / ".hearth" / "prompts" for root in roots if is_trusted(root, trusted)]
    return {prompt.name: prompt for folder in folders for prompt in _of_folder(folder)}


def meant(question: str, prompts: dict[str, OwnPrompt]) -> str:
    """The question with the prompt that it calls in the place of the name; as it is where it calls none."""
    called = _CALLED.match(question)
    if called is None or called[1] not in prompts:
        return question
    text, rest = prompts[called[1]].text.strip(), question[called.end() :].strip()
    return text.replace(_INPUT, rest) if _INPUT in text else f"{text}\n\n{rest}".rstrip()


def calls(question: str) -> bool:
    """Whether the question may call a prompt, so that it is worth looking for it."""
    return _CALLED.match(question) is not None


def _of_folder(folder: Path) -> list[OwnPrompt]:
    try:
        files = sorted(folder.glob("*.md"))[:_MOST]
    except OSError:
        return []
    found: list[OwnPrompt] = []
    for file in files:
        try:
            text = read_text(file, SETTINGS)
        except OSError:
            continue
        if _NAME.fullmatch(file.stem) and text.strip():
            found.append(OwnPrompt(file.stem, text, file))
    return found
