"""`hearth chat` in a pipe, as scripts use it."""

import subprocess
import sys

import pytest


def piped(question: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "hearth.lsp_server.cli", "chat", *arguments]
    return subprocess.run(command, input=question, capture_output=True, text=True, timeout=60, check=False)


def test_nothing_but_the_answers_is_printed() -> None:
    done = piped("Why?\n", "--backend", "scripted", "--model", "Because.")
    assert (done.stdout, done.stderr, done.returncode) == ("Because.\n", "", 0)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--model", "llama4:scout"), "`hearth models pull ollama:llama4:scout` asks Ollama to pull it"),
        (("--model", "/no/such/file.gguf"), "There is no file /no/such/file.gguf"),
        (("--backend", "nobody"), "use local, ollama or openai_compatible"),
    ],
)
def test_an_error_is_one_line_and_exit_code_1(arguments: tuple[str, ...], complaint: str) -> None:
    done = piped("Why?\nReally?\n", *arguments)
    assert (done.stdout.strip(), done.returncode) == ("", 1)
    assert complaint in done.stderr and done.stderr.count("\n") == 1
