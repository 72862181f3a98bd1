"""Answers that a model might give: right ones in many shapes, and mutations of them that lose code."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from hearth.engine.context.parsed import parse
from hearth.engine.languages import language_of
from tests.engine.code_actions.samples import SAMPLES, SIMPLIFIED, Sample

# What models write where they leave code out, in twelve languages, and some that only look like code.
PLACEHOLDERS = (
    "... rest of the code ...",
    "your code here",
    "same as above",
    "hier der restliche Code wie bisher",
    "le reste du code est inchangé",
    "el resto del código sigue igual",
    "il resto del codice rimane invariato",
    "o restante do código continua igual",
    "остальной код без изменений",
    "其余代码保持不变",
    "残りのコードはそのまま",
    "나머지 코드는 동일합니다",
    "geri kalan kod aynı",
    "reszta kodu bez zmian",
    "बाकी कोड वैसा ही",
    "بقية الكود كما هو",
    "…",
)
_LINE = {"python": "#", "ruby": "#"}


@dataclass(frozen=True, slots=True)
class Crafted:
    """`lost`: lines that must be there after a wrong answer all the same. `gives`: the file after a right one."""

    action: str
    language: str
    marked: str
    answer: str
    kind: str
    lost: tuple[str, ...] = ()
    gives: str = ""


def wrong_answers() -> Iterator[Crafted]:
    for sample in SAMPLES:
        for kind, code, lost in _losing(sample):
            for shape, answer in _wrapped(sample, code):
                yield Crafted("bug", sample.language, sample.text, answer, f"{kind}, {shape}", lost)


def right_answers() -> Iterator[Crafted]:
    for sample in SAMPLES:
        text = sample.text.replace("‸", "").replace(sample.wrong, sample.right, 1)
        code = sample.function.replace(sample.wrong, sample.right, 1)
        for shape, answer in [*_wrapped(sample, code), *_reindented(sample, code)]:
            for action in ("bug", "instruct", "fix"):
                yield Crafted(action, sample.language, sample.text, answer, shape, gives=text)
        for kind, shorter in _without_comments(sample, code):
            yield Crafted("bug", sample.language, sample.text, shorter, kind, gives=text)
    for language, before, after in SIMPLIFIED:
        for action in ("simplify", "instruct"):
            yield Crafted(action, language, before, f"```{language}\n{after}\n```", "fewer statements", gives="?")


def _losing(sample: Sample) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(what is done, the function with that done, the lines that are lost by it)."""
    changed = sample.function.replace(sample.wrong, sample.right, 1)
    comment = _LINE.get(sample.language, "//")
    for base, about in ((changed, "and the bug fixed"), (sample.function, "and nothing else")):
        for number, (start, end) in enumerate(_statements(sample, base)):
            lines = base.split("\n")
            lost = tuple(line.strip() for line in lines[start:end])
            if sample.right in "".join(lines[start:end]) or sample.wrong in "".join(lines[start:end]):
                continue
            indent = lines[start][: len(lines[start]) - len(lines[start].lstrip())]
            yield f"statement dropped {about}", "\n".join(lines[:start] + lines[end:]), lost
            said = PLACEHOLDERS[number % len(PLACEHOLDERS)]
            for mark in (f"{comment} {said}", f"{comment} ({said})", "..." if comment == "#" else f"/* {said} */"):
                placed = [f"{indent}{mark}"]
                yield f"placeholder {about}", "\n".join(lines[:start] + placed + lines[end:]), lost
    for said in PLACEHOLDERS:
        lines = sample.function.split("\n")
        body = [line for line in lines[1:] if line.strip()]
        unit = body[-2][: len(body[-2]) - len(body[-2].lstrip())] or "    "
        opens = next(number for number, line in enumerate(lines) if line.rstrip().endswith(("{", ":", ")")))
        closing = lines[-1:] if lines[-1].strip() in ("}", "end") else []
        if sample.language == "csharp":
            opens += 1
        lost = tuple(line.strip() for line in body if line.strip().endswith(";") or "(" in line)[-2:]
        yield "emptied", "\n".join([*lines[: opens + 1], f"{unit}{comment} {said}", *closing]), lost


def _statements(sample: Sample, code: str) -> list[tuple[int, int]]:
    """The lines of each statement whose loss leaves a valid function."""
    lines = code.split("\n")
    found: list[tuple[int, int]] = []
    language = language_of(sample.language)
    around = "<?php class _ {\n" if sample.language == "php" else "class _ {\n"
    for start in range(1, len(lines)):
        line = lines[start].strip()
        if not line or line.startswith(("#", "//", "/*", "}", "{", '"""', "else", "elif", "except", "end", ")")):
            continue
        width = len(lines[start]) - len(lines[start].lstrip())
        end = start + 1
        while end < len(lines) and (not lines[end].strip() or _width(lines[end]) > width):
            end += 1
        if end < len(lines) and lines[end].strip() in ("{",):
            end += 1
            while end < len(lines) and (not lines[end].strip() or _width(lines[end]) > width):
                end += 1
        closes = ("}", "end", ")", "};", "})", "});")
        if end < len(lines) and _width(lines[end]) == width and lines[end].strip() in closes and end > start + 1:
            end += 1
        if (
            end < len(lines)
            and _width(lines[end]) == width
            and lines[end].strip().startswith(("else", "elif", "exc"))
        ):
            continue
        rest = textwrap.dedent("\n".join(lines[:start] + lines[end:]))
        trees = [parse(rest, language), parse(f"{around}{rest}\n}}", language)]
        if end < len(lines) + (sample.language == "python") and any(
            each.tree is not None and not each.tree.root_node.has_error for each in trees
        ):
            found.append((start, end))
    return found


def _width(line: str) -> int:
    return len(line) - len(line.lstrip())


def _wrapped(sample: Sample, code: str) -> Iterator[tuple[str, str]]:
    flat = textwrap.dedent(code)
    yield "fenced", f"```{sample.language}\n{flat}\n```"
    yield "with words", f"Sure! Here is the code:\n\n```\n{flat}\n```\n\nThis fixes it."
    yield "a longer fence", f"````{sample.language}\n{flat}\n````"
    if (head := _class_of(sample)) is not None:
        closing = "" if sample.language == "python" else ("\nend" if sample.language == "ruby" else "\n}")
        opening = "<?php\n" if sample.language == "php" else ""
        yield (
            "in its class",
            f"```{sample.language}\n{opening}{head}\n{textwrap.indent(flat, '    ')}{closing}\n```",
        )


def _reindented(sample: Sample, code: str) -> Iterator[tuple[str, str]]:
    yield "indented as in the file", f"```{sample.language}\n{code}\n```"
    yield "indented once more", f"```{sample.language}\n{textwrap.indent(textwrap.dedent(code), '    ')}\n```"
    yield "in an indented fence", textwrap.indent(f"```{sample.language}\n{textwrap.dedent(code)}\n```", "  ")
    yield (
        "with another one behind",
        (f"```{sample.language}\n{textwrap.dedent(code)}\n```\n\nRun it:\n\n```sh\nmake run\n```"),
    )


def _without_comments(sample: Sample, code: str) -> Iterator[tuple[str, str]]:
    lines = textwrap.dedent(code).split("\n")
    alone = [line for line in lines if not line.strip().startswith(("#", "//", "/*"))]
    if alone != lines:
        yield "without its comments", f"```{sample.language}\n" + "\n".join(alone) + "\n```"
    if sample.language == "python" and '"""' in code:
        without = [line for line in lines if '"""' not in line]
        yield "without its docstring", "```python\n" + "\n".join(without) + "\n```"
    if sample.language == "java":
        without = [line for line in lines if not line.startswith("@")]
        yield "without its annotations", "```java\n" + "\n".join(without) + "\n```"


def _class_of(sample: Sample) -> str | None:
    heads = ("class ", "export class ", "public class ", "impl ")
    lines = sample.text[: sample.text.index("‸")].split("\n")
    found = [line.strip() for line in lines if line.strip().startswith(heads)]
    if not found or not sample.function.startswith((" ", "\t")):
        return None
    return found[-1] if found[-1].endswith(("{", ":")) or sample.language == "ruby" else f"{found[-1]} {{"
