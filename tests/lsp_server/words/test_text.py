"""The words that users get, whoever wrote them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.lsp_server.words import text
from tests.nasty import LEGITIMATE, NASTY, F, hidden_in, is_live, live_in

_MARKS = ("](", "][", "]:", "```\n", "~~~", "`", "``", "    ", "| a | b |\n|---|---|\n", "- ", "> ", "<!--", "-->")
_WORDS = ("command:x", "https://e.x", "file:///x", "<a href=x>", "&lt;", "\u200b", "\x1b[0m")
pieces = st.sampled_from((*"[](){}<>!`~$|&;:\\\n #->*_1ax", *_MARKS, *_WORDS))
markdowns = st.lists(pieces, max_size=25).map("".join)


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_no_message_or_title_has_a_link_or_anything_hidden_or_no_end(nasty: str) -> None:
    for made, longest in ((text.message(nasty), 1000), (text.title(nasty), 200), (text.answer(nasty), 2000)):
        assert not is_live(made)
        assert hidden_in(made) == set()
        assert len(made) <= longest
    assert "\n" not in text.message(nasty) + text.title(nasty)


@pytest.mark.parametrize("nasty", NASTY, ids=range(len(NASTY)))
def test_no_document_has_a_live_link_a_picture_or_html(nasty: str) -> None:
    quoting = (
        f"# {text.markdown_line(nasty)}\n\n{text.markdown(nasty)}\n\n- {text.markdown_name(nasty)}: {nasty[:0]}"
    )
    assert live_in(quoting) == []
    assert live_in(text.markdown_code(nasty, nasty)) == []
    assert hidden_in(quoting) == set()


@given(markdowns)
def test_whatever_a_model_writes_no_document_has_a_live_link(written: str) -> None:
    assert live_in(text.markdown(written)) == []
    assert not is_live(text.message(written))


@given(markdowns)
def test_what_is_quoted_in_a_document_is_text(written: str) -> None:
    assert live_in(f"- {text.markdown_name(written)}: {text.markdown_line(written)}") == []


def test_code_in_a_document_stays_as_it_is() -> None:
    written = (
        "See `x[0](1)` and ``a ` [b](c)``:\n\n```py\nx[1](2)  # <b> command:x $\n```\n\n- so:\n\n"
        "  ```html\n  <a href='x'>y</a>\n  ```\n"
    )
    assert text.markdown(written) == written


def test_an_address_can_be_read_in_a_document() -> None:
    assert text.markdown("See [the page](https://a.example/b).") == "See [the page] (https://a.example/b)."


def test_the_link_of_a_project_is_words() -> None:
    assert text.message(f"hearth.toml: there is no setting hearth.{F}").startswith(
        "hearth.toml: there is no setting hearth.[Repair the settings] (command :runCommands?"
    )


@pytest.mark.parametrize("said", [*LEGITIMATE[:-1], "There is no file x.", "no such file: /a/b.py", "app.py:12:5"])
def test_ordinary_words_stay_as_they_are(said: str) -> None:
    assert text.message(said) == said


@pytest.mark.parametrize(
    "said",
    [
        "Nothing answers at http://127.0.0.1:11434. Is Ollama running?",
        "`hearth models pull ollama:llama4:scout` asks Ollama to pull it; or hf:owner/repo/file.gguf",
        "C:\\Users\\me\\hearth.toml cannot be read, and x[0][-1] is list[int]",
    ],
)
def test_hearth_s_own_words_stay_readable(said: str) -> None:
    assert text.message(said).replace("] [", "][") == said


def test_a_long_path_keeps_both_ends() -> None:
    made = text.message(f"/home/{'x' * 5000}/hearth.toml cannot be read")
    assert made.startswith("/home/x") and made.endswith("x/hearth.toml cannot be read") and len(made) < 250


@given(st.text(st.characters(exclude_categories=())))
def test_json_is_the_same_to_a_program(value: str) -> None:
    written = text.as_json({"a": value})
    assert json.loads(written) == json.loads(json.dumps({"a": value}))
    assert not any(each in written for each in "\x1b\x9b\x7f\u202e\u200b")
