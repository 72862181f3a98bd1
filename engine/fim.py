"""How a fill-in-the-middle prompt is laid out: one row of `FIM_TEMPLATES` per model family.

Prefix-suffix-middle families read `[context] PRE above SUF below MID typed`, suffix-first ones
`[context] SUF below PRE above MID typed`. `typed` is always last, so that a keystroke only appends.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from hearth.engine.languages import language_of
from hearth.engine.text import estimate_tokens
from hearth.engine.types import FimPrompt, Probe

Role = Literal["pre", "suf", "mid", "repo", "sep"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A special token of the model; `text` is its name in the vocabulary."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """The user's text: tokenise it with special tokens off."""

    text: str


Part = Text | Mark


@dataclass(frozen=True, slots=True)
class FimTemplate:
    """One family. Without `sep`, other files are shown under header lines in front of the text above.

    `header` is such a line ("{comment}" and "{path}" are filled in). `stops` end an answer besides the marks.
    Where no other file is shown, the file itself is named in such a line too, unless the family names it
    otherwise; `path_always`: in its repository form. Qwen2.5-Coder 0.5B completed 8 of 20 lines right without a
    name, 9 behind a comment line, 4 behind the repository form.
    `path_behind_pre`: the file's own path stands behind PRE instead of in front of the whole.
    """

    pre: str
    suf: str
    mid: str
    stops: tuple[str, ...]
    suffix_first: bool = False
    repo: str = ""
    sep: str = ""
    header: str = "{comment} {path}\n"
    path_behind_pre: bool = False
    path_always: bool = False


# The order is that of `family_of`: a row stands before the rows whose marks are a subset of its own.
FIM_TEMPLATES: dict[str, FimTemplate] = {
    # Qwen2.5-Coder report (arXiv 2409.12186) and README, file level and repository level.
    "qwen": FimTemplate(
        pre="<|fim_prefix|>",
        suf="<|fim_suffix|>",
        mid="<|fim_middle|>",
        repo="<|repo_name|>",
        sep="<|file_sep|>",
        stops=("<|endoftext|>", "<|fim_pad|>", "<|im_end|>", "<|im_start|>"),
    ),
    # CodeGemma's "prompt structure" page; how paths go with the separator is not documented there.
    "codegemma": FimTemplate(
        pre="<|fim_prefix|>",
        suf="<|fim_suffix|>",
        mid="<|fim_middle|>",
        sep="<|file_separator|>",
        stops=("<end_of_turn>", "<eos>"),
    ),
    # Granite 4.0, and any other vocabulary with these three marks and no file marks that we know.
    "granite": FimTemplate(
        pre="<|fim_prefix|>",
        suf="<|fim_suffix|>",
        mid="<|fim_middle|>",
        stops=("<|fim_pad|>", "<|end_of_text|>", "<|endoftext|>"),
    ),
    # StarCoder2 paper (arXiv 2402.19173), section 5.1: the path stands behind PRE.
    "starcoder": FimTemplate(
        pre="<fim_prefix>",
        suf="<fim_suffix>",
        mid="<fim_middle>",
        repo="<repo_name>",
        sep="<file_sep>",
        stops=("<fim_pad>", "<|endoftext|>"),
        path_behind_pre=True,
    ),
    # StarCoder (arXiv 2305.06161); Granite Code and Granite 3 have its vocabulary.
    "starcoder1": FimTemplate(
        pre="<fim_prefix>",
        suf="<fim_suffix>",
        mid="<fim_middle>",
        repo="<reponame>",
        sep="<filename>",
        stops=("<fim_pad>", "<|endoftext|>", "<|end_of_text|>"),
        path_behind_pre=True,
    ),
    # Mellum-4b model card. Its marks are those of StarCoder: a catalog row or a hint has to name this family.
    "mellum": FimTemplate(
        pre="<fim_prefix>",
        suf="<fim_suffix>",
        mid="<fim_middle>",
        sep="<filename>",
        stops=("<fim_pad>", "<|endoftext|>"),
        suffix_first=True,
        path_always=True,
    ),
    # DeepSeek-Coder README: other files stand in front of the text, each under a "#path" line.
    "deepseek": FimTemplate(
        pre="<｜fim▁begin｜>",
        suf="<｜fim▁hole｜>",
        mid="<｜fim▁end｜>",
        stops=("<｜end▁of▁sentence｜>", "<|EOT|>"),
        header="#{path}\n",
    ),
    # Seed-Coder README.
    "seed": FimTemplate(
        pre="<[fim-prefix]>",
        suf="<[fim-suffix]>",
        mid="<[fim-middle]>",
        stops=("<[end▁of▁sentence]>", "<[PAD▁TOKEN]>"),
        suffix_first=True,
    ),
    # Codestral has no MID: the answer goes on where the text above ends.
    "codestral": FimTemplate(
        pre="[PREFIX]",
        suf="[SUFFIX]",
        mid="",
        stops=("[MIDDLE]", "</s>"),
        suffix_first=True,
        header="+++++ {path}\n",
    ),
}


def layout(template: FimTemplate, prompt: FimPrompt) -> tuple[Part, ...]:
    """The prompt in reading order. The last part is always `Text(prompt.typed)`, even when that is empty."""
    above: list[Part] = [Mark("pre", template.pre), Text(_headers(template, prompt) + prompt.above)]
    below: list[Part] = [Mark("suf", template.suf), Text(prompt.below)]
    parts = _files(template, prompt) + (below + above if template.suffix_first else above + below)
    if template.mid:
        parts.append(Mark("mid", template.mid))
    return (*(part for part in parts if part.text), Text(prompt.typed))


def raw(template: FimTemplate, prompt: FimPrompt) -> str:
    """The prompt as one string, for servers that read special tokens out of it.

    Where the user's own text spells a special token, a blank is put behind its first character
    (`< |fim_suffix|>`): the model still sees what it is, the tokenizer does not, and should the model
    repeat it, the blank can be seen, which a zero-width character could not.
    """
    return "".join(
        joined if is_mark else neutralise(joined, template) for is_mark, joined in _runs(layout(template, prompt))
    )


def sides(prompt: FimPrompt) -> tuple[str, str]:
    """The texts left and right of the cursor, neutralised, for servers that lay the prompt out themselves."""
    left = _headers(_NO_FAMILY, prompt) + prompt.above + prompt.typed
    return neutralise(left), neutralise(prompt.below)


def probe(template: FimTemplate, prompt: FimPrompt) -> Probe:
    """For servers that tell neither tokens nor cache: the raw prompt, its tokens estimated."""
    text = raw(template, prompt)
    return Probe(text, prompt_tokens=estimate_tokens(text), cached_tokens=0)


def neutralise(text: str, template: FimTemplate | None = None) -> str:
    """Break up everything in `text` that a tokenizer may read as a special token."""
    # Names first: one may stand inside something of a special token's shape, `<[SUFFIX]>`.
    names = "|".join(map(re.escape, stop_strings(template))) if template else r"(?!)"
    return re.sub(_SPECIAL_SHAPES, _broken, re.sub(names, _broken, text))


def stop_strings(template: FimTemplate) -> tuple[str, ...]:
    """Where an answer ends at the latest: every mark, and the family's end-of-text tokens."""
    return (*_marks(template), *template.stops)


def first_stops(template: FimTemplate, most: int = 4) -> tuple[str, ...]:
    """The stop strings that matter most, for servers that take few: OpenAI's API and vLLM refuse a fifth.

    First what begins another file: a model that runs on writes that, and no server ends an answer there by itself.
    """
    wanted = (template.sep, *template.stops, template.pre, template.suf, template.mid)
    return tuple(filter(None, wanted))[:most]


def family_of(mark_exists: Callable[[str], bool], hint: str = "") -> str:
    """The family whose marks are all single tokens of a vocabulary, or "" when there is none.

    `mark_exists(text)` says whether `text` is one token. A model's name is not asked, as it may lie; it can
    be the `hint`, a family that is taken first when the vocabulary does not speak against it (Mellum has
    StarCoder's marks).
    """
    hinted = FIM_TEMPLATES.get(hint)
    if hinted and all(map(mark_exists, _marks(hinted))):
        return hint
    return next((name for name, row in FIM_TEMPLATES.items() if all(map(mark_exists, _marks(row)))), "")


def knows_end_by_name(model: str) -> bool:
    """Whether a model's answers end where they should, where no probabilities tell: small ones run on."""
    sizes = re.findall(r"(?<![\d.])(\d+(?:\.\d+)?)([bm])(?![a-z])", model.lower())
    return all(float(size) >= 1 and unit == "b" for size, unit in sizes)


def family_by_name(model: str) -> str:
    """A guess by the model's name, or "". Only for servers that do not show their vocabulary."""
    name = model.lower()
    return next((family for pattern, family in _NAMES if re.search(pattern, name)), "")


# First match wins. An empty family: the name looks like one below, but the model cannot fill in the middle.
_NAMES = (
    (r"distill|deepseek-?r1", ""),
    (r"codeqwen", "starcoder"),
    (r"qwen.*coder", "qwen"),
    (r"codestral", "codestral"),
    (r"mellum", "mellum"),
    (r"seed-?coder", "seed"),
    (r"codegemma", "codegemma"),
    (r"deepseek.*coder", "deepseek"),
    (r"starcoder-?2", "starcoder"),
    (r"starcoder|stable-?code|granite.*code|granite-?3", "starcoder1"),
    (r"granite-?[4-9]", "granite"),
)

# The shapes of special tokens in the families' vocabularies, chat marks such as `<|im_start|>` among them.
_SPECIAL_SHAPES = r"<\|[^|<>\s]{1,40}\|>|<｜[^｜<>\s]{1,40}｜>|<\[[^\[\]<>\s]{1,40}\]>"

_NO_FAMILY = FimTemplate(pre="", suf="", mid="", stops=())

_REPOSITORY = "project"  # the families want a name; a real one would tell the model nothing


def _files(template: FimTemplate, prompt: FimPrompt) -> list[Part]:
    """Other files in the family's own repository form, ending where the file itself begins."""
    if not template.sep or not (prompt.context or (template.path_always and prompt.path)):
        return []
    parts: list[Part] = []
    if template.repo:
        line_end = "" if template.path_behind_pre else "\n"
        parts += [Mark("repo", template.repo), Text(_REPOSITORY + line_end)]
    for file in prompt.context:
        parts += [Mark("sep", template.sep), Text(f"{file.path}\n{_whole_lines(file.text)}")]
    own_path = "" if template.path_behind_pre or not prompt.path else f"{prompt.path}\n"
    return [*parts, Mark("sep", template.sep), Text(own_path)]


def _headers(template: FimTemplate, prompt: FimPrompt) -> str:
    """What stands between PRE and the text above: other files under header lines, and the file's own path."""
    if template.path_behind_pre:
        return f"{prompt.path}\n" if prompt.path else ""
    if template.sep and (prompt.context or template.path_always):
        return ""
    others = "".join(_header(template, file.path) + _whole_lines(file.text) + "\n" for file in prompt.context)
    return others + (_header(template, prompt.path) if prompt.path else "")


def _header(template: FimTemplate, path: str) -> str:
    """A line that names a file, as a comment of its language where that has one."""
    language = language_of("", path)
    if language and not language.comment and language.block_comment and "{comment}" in template.header:
        begins, ends = language.block_comment
        return f"{begins} {path} {ends}\n"
    return template.header.format(comment=(language and language.comment) or "#", path=path)


def _whole_lines(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _broken(match: re.Match[str]) -> str:
    return f"{match[0][0]} {match[0][1:]}"


def _marks(template: FimTemplate) -> tuple[str, ...]:
    names = (template.pre, template.suf, template.mid, template.repo, template.sep)
    return tuple(name for name in names if name)


def _runs(parts: tuple[Part, ...]) -> Iterator[tuple[bool, str]]:
    """Neighbouring texts joined: a special token may be spelt across the border of two of them."""
    for is_mark, run in groupby(parts, key=lambda part: isinstance(part, Mark)):
        yield is_mark, "".join(part.text for part in run)
