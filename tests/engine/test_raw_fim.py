"""Raw fill-in-the-middle prompts are taken apart into what stands above and below the cursor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine import fim
from hearth.engine.fim import FIM_TEMPLATES
from hearth.engine.languages.guessing import BEGINNINGS, guessed
from hearth.engine.raw_fim import FORMS, Place, place, taken_apart
from hearth.engine.types import ContextFile, FimPrompt

ABOVE, BELOW = "def area(width, height):\n    return ", "\n\n\nprint(area(2, 3))\n"

# As editors write them: Zed, minuet, Continue, llama.vscode, and the templates of Ollama.
PROMPTS = {
    "qwen": f"<|fim_prefix|>{ABOVE}<|fim_suffix|>{BELOW}<|fim_middle|>",
    "starcoder": f"<fim_prefix>{ABOVE}<fim_suffix>{BELOW}<fim_middle>",
    "starcoder, suffix first": f"<fim_suffix>{BELOW}<fim_prefix>{ABOVE}<fim_middle>",
    "codellama": f"<PRE> {ABOVE} <SUF>{BELOW} <MID>",
    "codellama with a beginning": f"<s><PRE> {ABOVE} <SUF>{BELOW} <MID>",
    "codellama, suffix first": f"<PRE> <SUF>{BELOW} <MID> {ABOVE}",
    "deepseek": f"<｜fim▁begin｜>{ABOVE}<｜fim▁hole｜>{BELOW}<｜fim▁end｜>",
    "deepseek with a beginning": "<｜begin▁of▁sentence｜>"
    f"<｜fim▁begin｜>{ABOVE}<｜fim▁hole｜>{BELOW}<｜fim▁end｜>",
    "codestral": f"[SUFFIX]{BELOW}[PREFIX]{ABOVE}",
    "codestral with a beginning": f"<s>[SUFFIX]{BELOW}[PREFIX]{ABOVE}",
    "codestral with a middle": f"[SUFFIX]{BELOW}[PREFIX]{ABOVE}[MIDDLE]",
    "glm": f"<|code_prefix|>{ABOVE}<|code_suffix|>{BELOW}<|code_middle|>",
    "santacoder": f"<fim-prefix>{ABOVE}<fim-suffix>{BELOW}<fim-middle>",
    "seed": f"<[fim-suffix]>{BELOW}<[fim-prefix]>{ABOVE}<[fim-middle]>",
    "typed behind the middle": "<|fim_prefix|>def area(width, height):\n"
    f"<|fim_suffix|>{BELOW}<|fim_middle|>    return ",
    "in a chat": f"<|im_start|>user\n<|fim_prefix|>{ABOVE}<|fim_suffix|>{BELOW}<|fim_middle|>",
}


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_each_form_gives_what_stands_above_and_below(prompt: str) -> None:
    assert taken_apart(prompt) == Place(ABOVE, BELOW)


@pytest.mark.parametrize("family", FIM_TEMPLATES)
@given(above=st.text("ab \n<|>[]_", max_size=40), below=st.text("ab \n<|>[]_", max_size=40))
def test_what_is_written_for_a_family_is_read_again(family: str, above: str, below: str) -> None:
    """`fim.raw` breaks up marks in the user's own text, so there is nothing that could be taken for one."""
    template = FIM_TEMPLATES[family]
    found = taken_apart(fim.raw(template, FimPrompt(above, below)))
    assert found == Place(fim.neutralise(above, template), fim.neutralise(below, template))


@pytest.mark.parametrize("family", ["qwen", "starcoder", "starcoder1", "codestral", "codegemma"])
def test_other_files_and_the_path_come_along(family: str) -> None:
    prompt = FimPrompt(ABOVE, BELOW, path="src/area.py", context=(ContextFile("src/unit.py", "INCH = 2.54\n"),))
    found = taken_apart(fim.raw(FIM_TEMPLATES[family], prompt))
    assert found is not None
    assert (found.above, found.below, found.path) == (ABOVE, BELOW, "src/area.py")
    assert [(file.path, file.text.strip()) for file in found.files] == [("src/unit.py", "INCH = 2.54")]


def test_of_marks_in_the_users_own_text_the_outermost_count() -> None:
    """A file about such prompts is completed too."""
    above = 'PRE = "<|fim_prefix|>"\nSUF = "<|fim_suffix|>"\nMID = '
    prompt = f"<|fim_prefix|>{above}<|fim_suffix|>{BELOW}<|fim_middle|>"
    assert taken_apart(prompt) == Place(above, BELOW)


@pytest.mark.parametrize(
    "prompt",
    [
        *(
            "",
            "def area(",
            "<|fim_prefix|>def area(",
            "<fim_prefix>a<fim_suffix>b",
            "[PREFIX]a[SUFFIX]b",
            "[SUFFIX]b",
        ),
        "<|fim_middle|>a<|fim_prefix|>b<|fim_suffix|>",
        "what does [SUFFIX] mean in [PREFIX]?",
    ],
)
def test_what_is_no_such_prompt_is_left_alone(prompt: str) -> None:
    assert taken_apart(prompt) is None


def test_a_question_that_quotes_marks_is_a_question() -> None:
    question = f"What does this prompt mean?\n{PROMPTS['qwen']}"
    assert taken_apart(question, anywhere=False) is None
    assert taken_apart(PROMPTS["qwen"], anywhere=False) is not None
    assert taken_apart(f"<|repo_name|>x<|file_sep|>a.py\n{PROMPTS['qwen']}", anywhere=False) is not None


@pytest.mark.parametrize(
    "line", ["# src/a.py", "// src/a.ts", "<!-- a.html -->", "/* a.css */", "#src/a.py", "a.go"]
)
def test_a_first_line_that_names_the_file_is_its_path(line: str) -> None:
    found = place(f"{line}\nx = ", "")
    assert found.above == "x = "
    assert found.path == line.strip("#/<!->* ")


@pytest.mark.parametrize("line", ["import os", "# a comment", "x.y", "# see README", "#!/usr/bin/env python"])
def test_a_first_line_of_code_stays(line: str) -> None:
    assert place(f"{line}\nx = ", "") == Place(f"{line}\nx = ", "")


def test_a_first_line_may_name_the_language() -> None:
    assert place("# language: python\nx = ", "").language == "python"


def test_no_two_forms_have_the_same_marks() -> None:
    assert len({form[:3] for form in FORMS}) == len(FORMS) >= 7


LANGUAGES = {
    "python": "from os import path\n\ndef area(w):\n    return ",
    "typescript": "interface Box {\n  width: number;\n}\n\nexport type Area = number;\nconst a = ",
    "javascript": "const fs = require('fs');\nfunction area(w) {\n  return ",
    "go": "package main\n\nfunc area(w int) int {\n\tif err != nil {\n\t\treturn ",
    "rust": "use std::fs;\n\npub fn area(w: u32) -> u32 {\n    let x = ",
    "java": "import java.util.List;\n\npublic class Box {\n  @Override\n  public int area() {\n",
    "c": '#include "box.h"\n#define N 3\nint area(int w) {\n  int x = ',
    "cpp": "#include <vector>\nusing namespace std;\ntemplate <typename T>\nclass Box {\npublic:\n",
    "ruby": "require 'json'\nclass Box\n  attr_reader :w\n  def area\n    w * w\n  end\n",
    "lua": "local M = {}\nlocal function area(w)\n  return w\nend\nfunction M.x() ",
    "bash": "#!/bin/bash\nset -e\nif [ -f x ]; then\n  echo x\nfi\n",
    "php": "<?php\n$width = 3;\npublic function area() {\n",
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_language_is_guessed(name: str) -> None:
    found = guessed(LANGUAGES[name])
    assert found is not None
    assert found.name == name


def test_a_text_that_tells_nothing_has_no_language() -> None:
    assert guessed("") is None
    assert guessed("lorem ipsum\ndolor sit amet\n") is None
    assert len(BEGINNINGS) >= 15
