"""Sections about parameters, results and errors, in the style that the file's own documentation has."""

import re
import textwrap
from dataclasses import dataclass, field

from hearth.engine.code_actions.signatures import parameter_names
from hearth.engine.code_actions.targets import Target
from hearth.engine.errors import EditRefused

_SCRIPT = ("javascript", "typescript", "tsx", "java", "php", "kotlin", "scala", "c", "cpp")
# How a style is recognised in a file, and by that name written; the first that fits counts.
_SIGNS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("google", ("python",), r"^[ \t]+(?:Args|Arguments|Returns|Raises|Yields):[ \t]*$"),
    ("numpy", ("python",), r"^[ \t]+(?:Parameters|Returns|Raises)[ \t]*\r?\n[ \t]+-{4,}"),
    ("rest", ("python",), r"^[ \t]+:(?:param|returns?|raises)\b"),
    ("doxygen", ("c", "cpp"), r"[\\]param\b"),
    ("javadoc", _SCRIPT, r"^[ \t]*(?:\*|///)[ \t]*@(?:param|returns?)\b"),
    ("xml", ("csharp",), r"<param name="),
    ("rustdoc", ("rust",), r"^[ \t]*///[ \t]*# (?:Arguments|Parameters|Errors|Panics|Returns)\b"),
)
_NOT_A_NAME = r"[`*_{}\[\]()<>]"
_RETURNS = re.compile(
    r"^[-*:@\\ \t]*(?:returns?|yields)\b(?:[ \t]*\{[^}]*\})?[ \t]*[:–—-]?[ \t]*(\S.*)$", re.IGNORECASE
)
_RAISES = re.compile(
    r"^[-*:@\\ \t]*(?:raises?|throws?|exception|errors?)\b[ \t:]*"
    r"(?:\{?`?(\w+(?:\.\w+)*)`?\}?)?[ \t]*[:–—-]?[ \t]*(.*)$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Parts:
    """What an answer says of each parameter, of the result, and of errors (name, text)."""

    parameters: dict[str, str] = field(default_factory=dict)
    returns: str = ""
    raises: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.parameters or self.returns or self.raises)


def section_style(target: Target) -> str:
    """The style of the sections in the file's documentation; "" where it has none."""
    language = target.code.language.name if target.code.language else ""
    for name, languages, sign in _SIGNS:
        if language in languages and re.search(sign, target.code.text, re.MULTILINE):
            return name
    return ""


def how_to_answer(target: Target) -> str:
    """What is asked for, in words for the model."""
    names = parameter_names(target.code, target.definition) if target.definition else []
    if not section_style(target) or target.definition is None or target.definition.kind in ("class", "type"):
        return "In one or two plain sentences: what does `{name}` do, and what does it return? "
    lines = "".join(f"{name}: <what it is>\n" for name in names)
    return (
        "Say in one plain sentence what `{name}` does. Then write, each on a line of its own:\n"
        f"{lines}returns: <what it returns>\n"
    )


def parts_of(target: Target, answer: str) -> tuple[str, Parts]:
    """(the answer without the lines about parameters and the like, those lines)."""
    names = parameter_names(target.code, target.definition) if target.definition else []
    parts, rest = Parts(), []
    waiting = ""  # for its text on the next line, as NumPy has it
    for line in answer.split("\n"):
        said = line.strip().strip("*").strip()
        plain = re.sub(_NOT_A_NAME, "", said)
        found = next((name for name in names if _is_about(name, plain)), "")
        if found:
            parts.parameters[found] = _text(plain, found)
            waiting = "" if parts.parameters[found] else found
        elif waiting and said:
            parts.parameters[waiting], waiting = said, ""
        elif (raised := _RAISES.match(said)) and (":" in said or said[:1] in "@\\:") and raised[2]:
            parts.raises.append((raised[1] or "", _ended(raised[2])))
        elif (returned := _RETURNS.match(said)) and re.match(
            r"[-*@\\: \t]*(?:returns?|yields)[ \t]*[:({–—-]|[@\\]", said
        ):
            parts.returns = _ended(returned[1])
        elif not re.fullmatch(r"(?:args|arguments|parameters|returns|raises|-{3,}|# \w+):?|", said, re.IGNORECASE):
            rest.append(line)
        else:
            rest.append("")
    parts.parameters = {name: _ended(parts.parameters[name]) for name in names if parts.parameters.get(name)}
    return "\n".join(rest), parts


def sections(style: str, parts: Parts, width: int) -> list[str]:
    """The lines of the sections, without any comment marks."""
    if style == "google":
        return _titled(parts, "{}:", "    {}: {}", "    {}", width, ("Args", "Returns", "Raises"))
    if style == "numpy":
        titles = ("Parameters", "Returns", "Raises")
        return _titled(parts, "{0}\n{1}", "{}\n    {}", "{}", width, titles)
    if style == "rustdoc":
        titles = ("# Arguments", "# Returns", "# Errors")
        return _titled(parts, "{}\n", "* `{}` - {}", "{}", width, titles)
    forms = {
        "rest": (":param {}: {}", ":returns: {}", ":raises {}: {}"),
        "doxygen": ("\\param {} {}", "\\return {}", "\\throws {} {}"),
        "javadoc": ("@param {} {}", "@returns {}", "@throws {} {}"),
        "javadoc-return": ("@param {} {}", "@return {}", "@throws {} {}"),
        "xml": ('<param name="{}">{}</param>', "<returns>{}</returns>", '<exception cref="{}">{}</exception>'),
    }
    if style not in forms:
        raise EditRefused("Hearth knows no such documentation style")
    parameter, result, error = forms[style]
    lines = [parameter.format(name, text) for name, text in parts.parameters.items()]
    lines += [result.format(parts.returns)] if parts.returns else []
    lines += [error.format(name, text) for name, text in parts.raises if name]
    return [wrapped for line in lines for wrapped in textwrap.wrap(line, width, subsequent_indent="    ")]


def _titled(
    parts: Parts, title: str, item: str, plain: str, width: int, titles: tuple[str, str, str]
) -> list[str]:
    found: list[str] = []
    groups = (
        [item.format(name, text) for name, text in parts.parameters.items()],
        [plain.format(parts.returns)] if parts.returns else [],
        [item.format(name, text) for name, text in parts.raises if name],
    )
    for name, lines in zip(titles, groups, strict=True):
        if lines:
            found += ["", *title.format(name, "-" * len(name)).split("\n")]
            for line in "\n".join(lines).split("\n"):
                indent = line[: len(line) - len(line.lstrip())] + "    "
                found += textwrap.wrap(line, width, subsequent_indent=indent)
    return found


def _is_about(name: str, line: str) -> bool:
    start = rf"(?:[-•]\s*|:param\s+(?:\w+\s+)?|[@\\]param\s+(?:\S+\s+)?)?{re.escape(name)}"
    return bool(re.match(rf"{start}\s*(?:[:,–—-]|\w+\s*:|$)|[@\\]param\s+(?:\S+\s+)?{re.escape(name)}\b", line))


def _text(line: str, name: str) -> str:
    rest = line[line.index(name) + len(name) :]
    if ":" in rest and len(rest.split(":", 1)[0].split()) <= 3:
        rest = rest.split(":", 1)[1]
    return rest.strip(" \t:–—-,")


def _ended(text: str) -> str:
    text = text.strip().replace("*/", "* /").replace('"""', '"')
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "。", "！", "？")) or not text else text + "."
