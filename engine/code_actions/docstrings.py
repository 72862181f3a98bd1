"""Documentation of a definition, in the style of its language: the model writes sentences, nothing else."""

import re
import textwrap
from dataclasses import dataclass, replace

from hearth.engine.code_actions.doc_sections import Parts, parts_of, section_style, sections
from hearth.engine.code_actions.edits import Edit, line_end, refuse_errors
from hearth.engine.code_actions.targets import Target
from hearth.engine.errors import EditRefused
from hearth.engine.languages import Language
from hearth.engine.text import start_of_line

_WIDTH = 100
_MAX_CHARS = 400
_MAX_SENTENCES = 2
_DECORATION = ("@", "#[", "[")
_ENDS = (".", "!", "?", "…", "。", "！", "？")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|z\.\s?B|d\.\s?h|bzw)\.)$", re.IGNORECASE)
_DIRECTIVE = re.compile(
    r"go:\w|\+build|eslint-|@ts-|noqa|NOLINT|nolint|type:\s*ignore|pylint:|ruff:|pragma\b|prettier-|istanbul\b"
    r"|clang-format|biome-|shellcheck|rubocop:|export \w+$|cgo\b"
)
_SUBJECT = re.compile(
    r"(?:the|this)\s+(?:`?\w+`?\s+)?(?:function|method|class|code)(?:\s+`?[\w.]+`?)?\s+(?=\w+s\b)"
    r"|`?\w+\(?\)?`?\s+(?=(?:returns|takes|calculates|computes)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DocStyle:
    """`first` and `last` stand alone around several lines; `line` begins each. `inside`: below the head."""

    first: str
    line: str
    last: str
    inside: bool = False


_BLOCK = DocStyle("/**", " * ", " */")
DOC_STYLES: dict[str, DocStyle] = {
    "python": DocStyle('"""', "", '"""', inside=True),
    "javascript": _BLOCK,
    "typescript": _BLOCK,
    "tsx": _BLOCK,
    "java": _BLOCK,
    "c": _BLOCK,
    "cpp": _BLOCK,
    "php": _BLOCK,
    "kotlin": _BLOCK,
    "scala": _BLOCK,
    "csharp": DocStyle("/// <summary>", "/// ", "/// </summary>"),
    "go": DocStyle("", "// ", ""),
    "rust": DocStyle("", "/// ", ""),
    "swift": DocStyle("", "/// ", ""),
    "ruby": DocStyle("", "# ", ""),
    "bash": DocStyle("", "# ", ""),
    "powershell": DocStyle("", "# ", ""),
    "lua": DocStyle("", "--- ", ""),
}


def doc_style(language: Language) -> DocStyle | None:
    return DOC_STYLES.get(language.name)


def documentation(target: Target, answer: str) -> tuple[Edit, ...]:
    """The answer's sentences as a docstring or a comment; no other character of the file is touched."""
    language, definition = target.code.language, target.definition
    style = doc_style(language) if language else None
    if language is None or style is None or definition is None:
        raise EditRefused("Hearth knows no documentation style for this language")
    said, parts = answer, Parts()
    sectioned = section_style(target)
    if sectioned:
        said, parts = parts_of(target, answer)
        if language.name == "java" or (sectioned == "javadoc" and "@returns" not in target.code.text):
            sectioned = "javadoc-return" if sectioned == "javadoc" else sectioned
    sentences = _sentences(said)
    if language.name == "go" and sentences.split()[0] != definition.name:
        sentences = f"{definition.name} {_lower_first(_without_subject(sentences))}"
    text = target.code.text
    newline = line_end(text)
    if style.inside:
        line_start = start_of_line(text, definition.body)
        indent = text[line_start : definition.body]
        if indent.strip():
            raise EditRefused(f"{definition.name} has its body on the same line as its head")
        more = sections(sectioned, parts, _WIDTH - len(indent)) if parts else []
        quotes = style if '"""' in text or "'''" not in text else replace(style, first="'''", last="'''")
        edits = (Edit(line_start, line_start, _docstring(sentences, more, quotes, indent, newline) + newline),)
    else:
        start = _above_decoration(text, min(definition.start, target.outer[0]))
        start, directives = _above_directives(text, start)
        line = text[start:]
        blank = line[: len(line) - len(line.lstrip(" \t"))]
        more = sections(sectioned, parts, _WIDTH - len(blank) - 4) if parts else []
        # Go sets a directive apart from the documentation above it.
        apart = f"{blank}//{newline}" if directives and language.name == "go" else ""
        edits = (Edit(start, start, _comment(sentences, more, style, blank, newline) + newline + apart),)
    refuse_errors(target.code, edits)
    return edits


def is_directive(doc: str) -> bool:
    """Whether a comment above a definition is for a tool and says nothing to people."""
    return bool(_DIRECTIVE.match(doc.strip()))


def _sentences(answer: str) -> str:
    """The answer's prose in one line: no code, no quotes, no "The function `f`"."""
    prose = re.sub(r"```.*?(```|\Z)", " ", answer, flags=re.DOTALL)
    if not prose.strip():
        quoted = re.search(r'"""(.*?)(?:"""|\Z)|/\*\*(.*?)(?:\*/|\Z)', answer, re.DOTALL)
        prose = (
            re.sub(r"^[ \t]*+\*", "", next(filter(None, quoted.groups()), ""), flags=re.MULTILINE)
            if quoted
            else ""
        )
    paragraph = re.split(r"\n\s*\n", prose.strip())[0]
    line = " ".join(word for word in paragraph.split()).strip("\"'` *#/")
    line = line.replace("*/", "* /").replace("`", "").replace('"""', '"')
    if not re.search(r"\w{3}|[^\x00-\x7f]{2}", line):
        raise EditRefused("the answer contains no sentence")
    if len(line) > _MAX_CHARS:
        cut = line[:_MAX_CHARS].rfind(". ")
        line = line[: cut + 1] if cut > 0 else textwrap.shorten(line, _MAX_CHARS, placeholder=" …")
    line = _separator(line).join(_split(_without_subject(line))[:_MAX_SENTENCES])
    return line if line.endswith(_ENDS) else line + "."


def _split(line: str) -> list[str]:
    """The sentences; "e.g." ends none."""
    found: list[str] = []
    for piece in re.findall(r"\S.*?(?:[.!?](?=\s|$)|[。！？])|\S.*$", line):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] += " " + piece
        else:
            found.append(piece)
    return found


def _separator(line: str) -> str:
    return "" if re.search("[。！？]", line) else " "


def _without_subject(line: str) -> str:
    """Of "The function `add` returns" only "Returns" says something."""
    found = _SUBJECT.match(line)
    rest = line[found.end() :] if found else line
    return rest[:1].upper() + rest[1:]


def _lower_first(line: str) -> str:
    return line[:1].lower() + line[1:]


def _docstring(sentences: str, more: list[str], style: DocStyle, indent: str, newline: str) -> str:
    sentences = sentences.replace("\\", "\\\\")
    more = [line.replace("\\", "\\\\") for line in more]
    one_line = f"{indent}{style.first}{sentences}{style.last}"
    if not more and len(one_line) <= _WIDTH and not sentences.endswith(style.first[0]):
        return one_line
    summary, _, rest = _summary(sentences)
    width = _WIDTH - len(indent)
    lines = textwrap.wrap(style.first + summary, width)
    if rest:
        lines += ["", *textwrap.wrap(rest, width)]
    if more and more[0]:
        lines.append("")
    return newline.join(indent + line if line else "" for line in [*lines, *more, style.last])


def _summary(sentences: str) -> tuple[str, str, str]:
    first, *rest = _split(sentences)
    return (first, " ", _separator(sentences).join(rest)) if rest else (sentences, "", "")


def _comment(sentences: str, more: list[str], style: DocStyle, indent: str, newline: str) -> str:
    if style.first == "/**" and not more and len(indent) + len(sentences) + 7 <= _WIDTH:
        return f"{indent}/** {sentences} */"
    wrapped = textwrap.wrap(sentences, _WIDTH - len(indent) - len(style.line))
    tagged = style.first.endswith("<summary>")
    if more and more[0] and not tagged:
        wrapped.append("")
    inside = wrapped if tagged else [*wrapped, *more]
    lines = (
        [style.first] * bool(style.first)
        + [style.line + line for line in inside]
        + [style.last] * bool(style.last)
        + [style.line + line for line in more if tagged]
    )
    return newline.join((indent + line).rstrip() for line in lines)


def _above_directives(text: str, start: int) -> tuple[int, bool]:
    """The start of the first of the comments for tools that stand right above."""
    found = False
    while start > 0:
        above = start_of_line(text, start - 1)
        line = text[above:start].strip()
        if not line.startswith(("//", "#")) or not is_directive(line.lstrip("/#")):
            break
        start, found = above, True
    return start, found


def _above_decoration(text: str, offset: int) -> int:
    """The start of the definition's first line, decorators and attributes included."""
    start = start_of_line(text, offset)
    while start > 0:
        above = start_of_line(text, start - 1)
        if not text[above:start].strip().startswith(_DECORATION):
            break
        start = above
    return start
