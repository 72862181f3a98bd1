"""What a raw fill-in-the-middle prompt says: the way back from `fim.raw`.

Editors that drive a model themselves send such prompts. `taken_apart` finds what stands above and below the
cursor, so that the prompt is answered like any other place in a document, whatever model runs.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from hearth.engine.fim import FIM_TEMPLATES
from hearth.engine.languages import language_of
from hearth.engine.types import ContextFile


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor between `above` and `below`. `path` is "" where nothing names the file; `language` is an LSP id.

    `files` are passages of other files that came along.
    """

    above: str
    below: str
    path: str = ""
    files: tuple[ContextFile, ...] = ()
    language: str = ""


class Form(NamedTuple):
    """The marks of one family. `spaced`: a blank belongs to each mark (CodeLlama)."""

    pre: str
    suf: str
    mid: str
    spaced: bool = False


# The families of `fim`, and those that Hearth's catalogue has no model of but editors know how to ask.
FORMS: tuple[Form, ...] = (
    *dict.fromkeys(Form(row.pre, row.suf, row.mid) for row in FIM_TEMPLATES.values() if row.mid),
    Form("<PRE>", "<SUF>", "<MID>", spaced=True),  # CodeLlama
    Form("<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"),  # GLM
    Form("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),  # SantaCoder
)
_CODESTRAL = FIM_TEMPLATES["codestral"]
_SEPARATORS = tuple(dict.fromkeys(row.sep for row in FIM_TEMPLATES.values() if row.sep))
_REPOSITORIES = tuple(dict.fromkeys(row.repo for row in FIM_TEMPLATES.values() if row.repo))
# What a tokenizer puts in front of everything, and some clients write.
_BEGINNINGS = ("<s>", "<|begin_of_text|>", "<｜begin▁of▁sentence｜>", "<bos>")

_PATH_LINE = re.compile(
    r"[ \t]{0,8}(?:#|//|--|;|%|<!--|/\*|\+{5})?[ \t]{0,8}([^\s<>*|?\"]{1,300})[ \t]{0,8}(?:-->|\*/)?"
)
_CODESTRAL_FILE = re.compile(r"^\+{5} ([^\n]{1,300})\n", re.MULTILINE)
_LANGUAGE_LINE = re.compile(r"\W{1,8}language: ([\w+#-]{1,30})", re.IGNORECASE)
_MOST_FILES = 32
_BEGINNING = 1_000  # characters, some of which may be blank


def taken_apart(prompt: str, anywhere: bool = True) -> Place | None:
    """The place that the prompt asks about; None where it is none of the known forms.

    Unless `anywhere`, the prompt must begin with a mark: a person may ask about a text that quotes some.
    """
    beginning = next((each for each in _BEGINNINGS if prompt.startswith(each)), "")
    text = prompt[len(beginning) :]
    if text.startswith(_CODESTRAL.suf) and (found := _codestral(text)):
        return found
    if not (anywhere or _begins_with_a_mark(text)):
        return None
    places = ((start, form) for form in FORMS if (start := _start(text, form)) is not None)
    start, form = min(places, default=(0, None), key=lambda each: each[0])
    return _place(text, form) if form is not None else None


def place(above: str, below: str, path: str = "", files: tuple[ContextFile, ...] = ()) -> Place:
    """A place whose first lines may name its file or its language, as clients write them in front of the text."""
    first, line_end, rest = above.partition("\n")
    if not path and line_end and (named := _named_path(first)):
        return Place(rest, below, named, files)
    language = _LANGUAGE_LINE.match(first)
    return Place(above, below, path, files, language[1].lower() if language else "")


def _start(text: str, form: Form) -> int | None:
    """Where the form begins; None where the text is not of that form."""
    pre, suf, mid = text.find(form.pre), text.find(form.suf), text.rfind(form.mid)
    if pre < 0 or suf < 0 or mid < max(pre, suf):
        return None
    return min(pre, suf)


def _place(text: str, form: Form) -> Place:
    """The parts. Where the user's own text has marks too, the outermost count."""
    end = text.rfind(form.mid)
    typed = text[end + len(form.mid) :]
    pre, suf = text.find(form.pre), text.find(form.suf)
    if pre < suf:
        suf = text.rfind(form.suf, pre, end)
        above, below = text[pre + len(form.pre) : suf], text[suf + len(form.suf) : end]
    else:
        pre = text.find(form.pre, suf)
        above, below = text[pre + len(form.pre) : end], text[suf + len(form.suf) : pre]
    if form.spaced:
        above, below, typed = above.removeprefix(" ").removesuffix(" "), below.removesuffix(" "), typed[1:]
    files, path = _files(text[: min(pre, suf)])
    return place(above + typed, below, path, files)


def _codestral(text: str) -> Place | None:
    """Suffix first, without a mark for the middle; other files stand above, each under its name."""
    below, mark, above = text[len(_CODESTRAL.suf) :].partition(_CODESTRAL.pre)
    if not mark:
        return None
    above = above.removesuffix("[MIDDLE]")
    heads = list(_CODESTRAL_FILE.finditer(above))[: _MOST_FILES + 1]
    if not heads or heads[0].start() > 0:
        return place(above, below)
    ends = [*(head.start() for head in heads[1:]), len(above)]
    parts = [(head[1].strip(), above[head.end() : end]) for head, end in zip(heads, ends, strict=True)]
    files = tuple(ContextFile(path, passage) for path, passage in parts[:-1])
    return place(parts[-1][1], below, parts[-1][0], files)


def _files(head: str) -> tuple[tuple[ContextFile, ...], str]:
    """The other files in front of the first mark, and the file's own path."""
    for mark in _REPOSITORIES:
        head = head.replace(mark, "")
    _, *parts = _split(head)[: _MOST_FILES + 1]
    if not parts:
        return (), ""
    named = [part.partition("\n") for part in parts]
    own, _, rest = named[-1]
    files = tuple(ContextFile(path.strip(), text) for path, _, text in named[:-1] if path.strip())
    return files, own.strip() if not rest.strip() else ""


def _split(head: str) -> list[str]:
    """The text in front of the first separator, and what is behind each."""
    parts = [head]
    for mark in _SEPARATORS:
        parts = [each for part in parts for each in part.split(mark)]
    return parts


def _named_path(line: str) -> str:
    """The path in a line that holds nothing else, if it ends like that of a file with code; else ""."""
    found = _PATH_LINE.fullmatch(line.rstrip("\r"))
    return found[1] if found and language_of("", found[1]) is not None else ""


def _begins_with_a_mark(text: str) -> bool:
    marks = (mark for form in FORMS for mark in (form.pre, form.suf))
    return text[:_BEGINNING].lstrip().startswith((*marks, *_SEPARATORS, *_REPOSITORIES))
