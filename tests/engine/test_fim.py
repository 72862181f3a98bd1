import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine import fim
from hearth.engine.fim import FIM_TEMPLATES, Mark, Text, layout, raw, stop_strings
from hearth.engine.types import ContextFile, FimPrompt

ROWS = pytest.mark.parametrize("family", FIM_TEMPLATES)
PLAIN = FimPrompt(above="ABOVE\n", below="BELOW\n", typed="TYPED")
WITH_FILES = FimPrompt(
    "ABOVE\n", "BELOW\n", "TYPED", "src/own.py", (ContextFile("a.py", "A"), ContextFile("b.js", "B\n"))
)

# The documented form of each family, without and with other files (see the sources named in fim.py).
PROMPTS = {
    "qwen": (
        "<|fim_prefix|>ABOVE\n<|fim_suffix|>BELOW\n<|fim_middle|>TYPED",
        "<|repo_name|>project\n<|file_sep|>a.py\nA\n<|file_sep|>b.js\nB\n<|file_sep|>src/own.py\n"
        "<|fim_prefix|>ABOVE\n<|fim_suffix|>BELOW\n<|fim_middle|>TYPED",
    ),
    "codegemma": (
        "<|fim_prefix|>ABOVE\n<|fim_suffix|>BELOW\n<|fim_middle|>TYPED",
        "<|file_separator|>a.py\nA\n<|file_separator|>b.js\nB\n<|file_separator|>src/own.py\n"
        "<|fim_prefix|>ABOVE\n<|fim_suffix|>BELOW\n<|fim_middle|>TYPED",
    ),
    "granite": (
        "<|fim_prefix|>ABOVE\n<|fim_suffix|>BELOW\n<|fim_middle|>TYPED",
        "<|fim_prefix|># a.py\nA\n\n// b.js\nB\n\n# src/own.py\nABOVE\n<|fim_suffix|>BELOW\n<|fim_middle|>TYPED",
    ),
    "starcoder": (
        "<fim_prefix>ABOVE\n<fim_suffix>BELOW\n<fim_middle>TYPED",
        "<repo_name>project<file_sep>a.py\nA\n<file_sep>b.js\nB\n<file_sep>"
        "<fim_prefix>src/own.py\nABOVE\n<fim_suffix>BELOW\n<fim_middle>TYPED",
    ),
    "starcoder1": (
        "<fim_prefix>ABOVE\n<fim_suffix>BELOW\n<fim_middle>TYPED",
        "<reponame>project<filename>a.py\nA\n<filename>b.js\nB\n<filename>"
        "<fim_prefix>src/own.py\nABOVE\n<fim_suffix>BELOW\n<fim_middle>TYPED",
    ),
    "mellum": (
        "<fim_suffix>BELOW\n<fim_prefix>ABOVE\n<fim_middle>TYPED",
        "<filename>a.py\nA\n<filename>b.js\nB\n<filename>src/own.py\n"
        "<fim_suffix>BELOW\n<fim_prefix>ABOVE\n<fim_middle>TYPED",
    ),
    "deepseek": (
        "<｜fim▁begin｜>ABOVE\n<｜fim▁hole｜>BELOW\n<｜fim▁end｜>TYPED",
        "<｜fim▁begin｜>#a.py\nA\n\n#b.js\nB\n\n#src/own.py\nABOVE\n<｜fim▁hole｜>BELOW\n<｜fim▁end｜>TYPED",
    ),
    "seed": (
        "<[fim-suffix]>BELOW\n<[fim-prefix]>ABOVE\n<[fim-middle]>TYPED",
        "<[fim-suffix]>BELOW\n<[fim-prefix]># a.py\nA\n\n// b.js\nB\n\n# src/own.py\nABOVE\n<[fim-middle]>TYPED",
    ),
    "codestral": (
        "[SUFFIX]BELOW\n[PREFIX]ABOVE\nTYPED",
        "[SUFFIX]BELOW\n[PREFIX]+++++ a.py\nA\n\n+++++ b.js\nB\n\n+++++ src/own.py\nABOVE\nTYPED",
    ),
}


@ROWS
def test_the_prompt_has_the_documented_form(family: str) -> None:
    plain, with_files = PROMPTS[family]
    assert raw(FIM_TEMPLATES[family], PLAIN) == plain
    assert raw(FIM_TEMPLATES[family], WITH_FILES) == with_files


@ROWS
def test_the_file_is_named_also_without_other_files(family: str) -> None:
    assert "shop/x.kt" in raw(FIM_TEMPLATES[family], FimPrompt("A\n", "B\n", "T", path="shop/x.kt"))


def test_in_the_form_of_the_family() -> None:
    prompt = FimPrompt("A\n", "B\n", "T", path="x.kt")
    assert raw(FIM_TEMPLATES["mellum"], prompt) == "<filename>x.kt\n<fim_suffix>B\n<fim_prefix>A\n<fim_middle>T"
    assert raw(FIM_TEMPLATES["qwen"], prompt) == ("<|fim_prefix|>// x.kt\nA\n<|fim_suffix|>B\n<|fim_middle|>T")
    assert fim.sides(prompt) == ("// x.kt\nA\nT", "B\n")


@ROWS
@pytest.mark.parametrize("typed", ["", "x = "])
def test_the_typed_text_is_the_last_part(family: str, typed: str) -> None:
    parts = layout(FIM_TEMPLATES[family], FimPrompt("A", "B", typed))
    assert parts[-1] == Text(typed)


@ROWS
def test_a_keystroke_changes_nothing_but_the_last_part(family: str) -> None:
    template = FIM_TEMPLATES[family]
    before, after = FimPrompt("A\n", "B\n", "x"), FimPrompt("A\n", "B\n", "xy")
    assert layout(template, before)[:-1] == layout(template, after)[:-1]


def test_marks_say_what_they_are_for() -> None:
    marks = [part.role for part in layout(FIM_TEMPLATES["qwen"], WITH_FILES) if isinstance(part, Mark)]
    assert marks == ["repo", "sep", "sep", "sep", "pre", "suf", "mid"]


_SPELLINGS = sorted({mark for row in FIM_TEMPLATES.values() for mark in stop_strings(row)})
_TEXTS = st.lists(
    st.one_of(st.sampled_from(_SPELLINGS), st.sampled_from("<|>[]｜/s fim_prefix")), max_size=12
).map("".join)


@ROWS
@given(above=_TEXTS, below=_TEXTS, typed=_TEXTS, other=_TEXTS)
def test_user_text_cannot_spell_a_special_token(
    family: str, above: str, below: str, typed: str, other: str
) -> None:
    template = FIM_TEMPLATES[family]
    prompt = FimPrompt(above, below, typed, "p.py", (ContextFile("o.py", other),))
    marks = [part.text for part in layout(template, prompt) if isinstance(part, Mark)]
    sent = raw(template, prompt)
    assert {name: sent.count(name) for name in stop_strings(template)} == {
        name: marks.count(name) for name in stop_strings(template)
    }


def test_chat_marks_are_neutralised_and_stay_visible() -> None:
    prompt = FimPrompt("x = '<|im_start|>system'\n", "", "")
    assert "'< |im_start|>system'" in raw(FIM_TEMPLATES["qwen"], prompt)


@pytest.mark.parametrize("text", ["a <| b |> c", "if a<b|c>d", "List[int]", "</div>", "x[[1]]", "<T>"])
def test_ordinary_code_is_left_as_it_is(text: str) -> None:
    for template in FIM_TEMPLATES.values():
        assert fim.neutralise(text, template) == text


@ROWS
def test_the_family_is_found_by_its_marks(family: str) -> None:
    row = FIM_TEMPLATES[family]
    vocabulary = {mark for mark in (row.pre, row.suf, row.mid, row.repo, row.sep) if mark}
    assert fim.family_of(vocabulary.__contains__) == family


def test_a_hint_decides_between_families_that_the_vocabulary_cannot_tell_apart() -> None:
    star = {"<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<reponame>", "<filename>"}
    assert fim.family_of(star.__contains__) == "starcoder1"
    assert fim.family_of(star.__contains__, hint="mellum") == "mellum"


def test_a_hint_that_the_vocabulary_contradicts_is_ignored() -> None:
    assert fim.family_of({"[PREFIX]", "[SUFFIX]"}.__contains__, hint="qwen") == "codestral"
    assert fim.family_of(lambda mark: False, hint="qwen") == ""


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("qwen2.5-coder:1.5b-base", "qwen"),
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct-GGUF", "qwen"),
        ("codeqwen:7b", "starcoder"),
        ("starcoder2:3b", "starcoder"),
        ("bigcode/starcoderbase-1b", "starcoder1"),
        ("granite-code:3b", "starcoder1"),
        ("granite3.1-dense:2b", "starcoder1"),
        ("granite3.3:8b", "starcoder1"),
        ("granite-4.0-h-tiny", "granite"),
        ("deepseek-coder-v2:16b", "deepseek"),
        ("codestral:22b", "codestral"),
        ("JetBrains/Mellum-4b-base", "mellum"),
        ("ByteDance-Seed/Seed-Coder-8B-Base", "seed"),
        ("codegemma:2b", "codegemma"),
        ("DeepSeek-R1-Distill-Qwen-7B", ""),
        ("deepseek-r1:8b", ""),
        ("qwen3:8b", ""),
        ("llama3.2", ""),
    ],
)
def test_the_family_by_name(model: str, family: str) -> None:
    assert fim.family_by_name(model) == family


def test_the_sides_carry_other_files_and_no_special_tokens() -> None:
    left, right = fim.sides(FimPrompt("A<|im_end|>\n", "B\n", "T", "own.lua", (ContextFile("a.py", "X"),)))
    assert (left, right) == ("# a.py\nX\n\n-- own.lua\nA< |im_end|>\nT", "B\n")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.kt", "// a.kt"),
        ("b/Makefile", "# b/Makefile"),
        ("a.HS", "-- a.HS"),
        ("a.tex", "% a.tex"),
        ("a.el", "; a.el"),
        ("a.html", "<!-- a.html -->"),  # no mark for a single line
        ("a.unknown", "# a.unknown"),
    ],
)
def test_a_header_line_is_a_comment_of_the_files_language(path: str, line: str) -> None:
    left, _ = fim.sides(FimPrompt("", "", "", "", (ContextFile(path, "X"),)))
    assert left.startswith(f"{line}\nX\n")
