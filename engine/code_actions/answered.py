"""The code, or the text, that an answer holds among chatter and fences."""

import re

from hearth.engine.errors import EditRefused
from hearth.engine.languages import Language

_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n`]*$", re.MULTILINE)
_SHELL = {"bash", "sh", "shell", "console", "text", "plaintext", "output", "diff", "patch"}
# Signs at the very beginning of lines; code that stands there never begins with them.
_TAKEN = re.compile(r"^-(?!-)|^--- ", re.MULTILINE)
_ADDED = re.compile(r"^\+(?!\+)|^\+\+\+ ", re.MULTILINE)
_DIFF = "the answer is a diff instead of the complete code"
_CHATTER = re.compile(
    r"^(sure|certainly|of course|okay|ok|here|below|the following|this|these|in this|note|explanation|i|we|you)\b",
    re.IGNORECASE,
)
_TEXT = ("markdown", "md", "mdx", "text", "txt", "plaintext")  # tags of a fence around prose
# Languages whose files are prose: everything in an answer is text, and a fence in it belongs to it.
_PROSE = ("markdown", "plaintext", "restructuredtext", "asciidoc", "org", "latex")


def is_prose(language: Language | None) -> bool:
    return language is None or language.name in _PROSE


def code_in(answer: str, language: Language | None = None) -> str:
    """The code of an answer: the first fenced block of the language, else what is left without chatter.

    Raises `EditRefused` when there is none.
    """
    return codes_in(answer, language)[0]


def codes_in(answer: str, language: Language | None = None) -> list[str]:
    """All blocks of an answer that may be the code, those of the language first. Raises `EditRefused`."""
    blocks = _blocks(answer)
    names = _names(language)
    ours = [_trimmed(block) for tag, block in blocks if tag in names and block.strip()]
    others = [_trimmed(block) for tag, block in blocks if tag not in names | _SHELL and block.strip()]
    if any(map(_is_diff, ours + others)) and (language is None or language.name != "yaml"):
        raise EditRefused(_DIFF)
    if ours or others:
        return ours + others
    if any(tag in ("diff", "patch") for tag, _ in blocks):
        raise EditRefused(_DIFF)
    code = _without_chatter(answer) if not blocks else ""
    if _is_diff(code) and (language is None or language.name != "yaml"):
        raise EditRefused(_DIFF)
    if not code.strip():
        raise EditRefused("the answer contains no code")
    return [_trimmed(code)]


def prose_in(answer: str, original: str, language: Language | None = None) -> str:
    """The text of an answer for a file of prose. Only a fence around the whole of it is taken off."""
    lines = answer.replace("\r\n", "\n").strip("\n").split("\n")
    tags = {*_TEXT, *_names(language)}
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not original.lstrip().startswith(("```", "~~~")) and (inside := _unwrapped(lines, first, tags)):
        return _trimmed("\n".join(inside))
    # "Here is the text:" is said to the user, unless the text itself begins so.
    said = lines[first].strip()
    if said.endswith(":") and _CHATTER.match(said) and not original.lstrip().startswith(said):
        lines = lines[first + 1 :]
        first = next((number for number, line in enumerate(lines) if line.strip()), 0)
        if lines and not original.lstrip().startswith(("```", "~~~")):
            lines = _unwrapped(lines, first, tags) or lines
    text = _trimmed("\n".join(lines))
    if not text.strip():
        raise EditRefused("the answer contains no text")
    return text


def _unwrapped(lines: list[str], first: int, tags: set[str]) -> list[str]:
    """The lines inside a fence around the whole text; none if it has no such fence."""
    opened = _FENCE.fullmatch(lines[first]) if lines else None
    if opened is None or (opened[3] and opened[3].lower() not in tags):
        return []
    inside: list[str] = []
    nested: re.Match[str] | None = None
    for number, line in enumerate(lines[first + 1 :], first + 1):
        fence = _FENCE.fullmatch(line)
        if fence is not None and nested is not None:
            if _closes(nested, fence):
                nested = None
        elif fence is not None and _closes(opened, fence):
            rest = "\n".join(lines[number + 1 :])
            # What follows may be the model's own words, or the rest of a text whose fences have no tags.
            if not opened[3] and len(_FENCE.findall(rest)) % 2:
                return []
            return inside if not opened[3] or not _FENCE.search(rest) else [*inside, line, *_until_last(rest)]
        elif fence is not None:
            nested = fence
        inside.append(line)
    return inside


def _names(language: Language | None) -> set[str]:
    """What may stand behind a fence around code of the language."""
    if language is None:
        return set()
    return {language.name, *language.lsp_ids, *(suffix[1:] for suffix in language.suffixes)}


def _until_last(rest: str) -> list[str]:
    lines = rest.split("\n")
    last = max((number for number, line in enumerate(lines) if _FENCE.fullmatch(line)), default=len(lines))
    return lines[:last]


def _blocks(answer: str) -> list[tuple[str, str]]:
    """(language tag, text) of each fenced block; one that is never closed goes to the end."""
    blocks: list[tuple[str, str]] = []
    opened: re.Match[str] | None = None
    for fence in _FENCE.finditer(answer):
        if opened is None:
            opened = fence
        elif _closes(opened, fence):
            blocks.append((opened[3].lower(), answer[opened.end() + 1 : fence.start()]))
            opened = None
    if opened is not None:
        blocks.append((opened[3].lower(), answer[opened.end() + 1 :]))
    return [inner for tag, text in blocks for inner in _within(tag, text)]


def _within(tag: str, text: str) -> list[tuple[str, str]]:
    """The blocks of an answer that is fenced as a whole, or the block itself."""
    is_answer = tag in ("markdown", "md") or _FENCE.match(text.lstrip("\n")) is not None
    return (_blocks(text) if is_answer else []) or [(tag, text)]


def _is_diff(code: str) -> bool:
    """Whether lines of the code are marked as taken away and as added."""
    return bool(_TAKEN.search(code) and _ADDED.search(code))


def _closes(opened: re.Match[str], fence: re.Match[str]) -> bool:
    """A fence inside a docstring has a language behind it, or stands further right."""
    same = fence[2][0] == opened[2][0] and len(fence[2]) >= len(opened[2])
    return same and not fence[3] and len(fence[1]) <= len(opened[1])


def _without_chatter(answer: str) -> str:
    paragraphs = re.split(r"\n[ \t]*\n", answer.strip("\n"))
    first, _, rest = paragraphs[0].partition("\n")
    if _CHATTER.match(first):
        paragraphs[0] = rest
    while paragraphs and _CHATTER.match(paragraphs[-1]):
        paragraphs.pop()
    return "\n\n".join(paragraphs)


def _trimmed(code: str) -> str:
    """Without blank lines around it and blanks at the ends of lines, which models add."""
    lines = [line.rstrip() for line in code.replace("\r\n", "\n").split("\n")]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)
