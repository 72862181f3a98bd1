"""What reaches a model: the blanks of a SentencePiece vocabulary, its first token, the system's words."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hearth.engine.errors import BrokenModel
from hearth.engine.host.chat_template import chat_tokens
from hearth.engine.host.layouts import fim_parts
from hearth.engine.host.native import LoadOptions, Model
from hearth.engine.host.session import Session
from hearth.engine.types import ChatMessage, ChatPrompt, ChatRequest, ContextFile, FimPrompt, ModelRef
from tests.fakes.tiny_models import (
    CHATML,
    CODESTRAL,
    IN_TURNS,
    TWO_ROLES,
    ByteVocabulary,
    PieceVocabulary,
    write_tiny,
)

Open = Callable[..., Model]
SYSTEM, WHY = ChatMessage("system", "Be brief."), ChatMessage("user", "return  1?")
TURNS = (SYSTEM, WHY, ChatMessage("assistant", "def a"), ChatMessage("user", "So?"))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    models: list[Model] = []

    def make(**how: object) -> Model:
        path = write_tiny(tmp_path / f"{len(models)}.gguf", **how)  # type: ignore[arg-type]  # each its own
        models.append(Model(str(path), LoadOptions(threads=1), lambda share: None))
        return models[-1]

    yield make
    for model in models:
        model.close()


def text_of(model: Model, tokens: list[int]) -> str:
    """What stands there: special tokens by their names."""
    return b"".join(model.piece(token) or model.token_text(token).encode() for token in tokens).decode()


def fim(model: Model, prompt: FimPrompt) -> tuple[str, str]:
    session = Session(model, ModelRef("tiny", "", context=256))
    try:
        assert session.family == "codestral"
        fixed, typed = fim_parts(session.reader, prompt, session.cache.context.length, 8)
        return text_of(model, fixed), text_of(model, typed)
    finally:
        session.cache.context.close()


@pytest.mark.parametrize("key", [None, True, False])
@pytest.mark.parametrize("typed", ["", "    ", "    return a", "return"])
def test_a_text_below_and_what_is_typed_get_no_blank_that_nobody_typed(
    opened: Open, key: bool | None, typed: str
) -> None:
    model = opened(vocabulary=PieceVocabulary(CODESTRAL, space_prefix=key))
    fixed, behind = fim(model, FimPrompt("def f(a):\n", "\nreturn f\n", typed))
    first = "" if key is False else " "  # the blank that the text behind PRE had in training, too
    assert fixed == f"<s>[SUFFIX]\nreturn f\n[PREFIX]{first}def f(a):\n"
    assert behind == typed


def test_what_is_typed_is_one_text_with_the_text_above(opened: Open) -> None:
    """Where no mark stands between them: a word may begin above and go on in what is typed."""
    model = opened(vocabulary=PieceVocabulary(CODESTRAL))
    session = Session(model, ModelRef("tiny", "", context=256))
    fixed, typed = fim_parts(session.reader, FimPrompt("x = re", "", "turn"), session.cache.context.length, 8)
    assert (fixed + typed)[3:] == model.tokenize("x = return")
    assert text_of(model, fixed + typed) == "<s>[SUFFIX][PREFIX] x = return"
    assert text_of(model, typed) == " return"
    session.cache.context.close()


def test_the_first_text_behind_the_mark_is_the_typed_one_where_nothing_stands_above(opened: Open) -> None:
    model = opened(vocabulary=PieceVocabulary(CODESTRAL))
    assert fim(model, FimPrompt("", "b", "a")) == ("<s>[SUFFIX]b[PREFIX]", " a")


def test_other_files_stand_in_the_text_above_without_blanks_of_their_own(opened: Open) -> None:
    model = opened(vocabulary=PieceVocabulary(CODESTRAL))
    prompt = FimPrompt("a = 1\n", "", "b", context=(ContextFile("x.py", "c = 1\n"),), path="y.py")
    fixed, typed = fim(model, prompt)
    assert fixed == "<s>[SUFFIX][PREFIX] +++++ x.py\nc = 1\n\n+++++ y.py\na = 1\n"
    assert typed == "b"


def test_a_vocabulary_of_bytes_has_none_of_this(opened: Open) -> None:
    model = opened()
    assert not model.adds_blanks and model.tokenize_inside("return") == model.tokenize("return")


@pytest.mark.parametrize("key", [None, False])
@pytest.mark.parametrize("special", [CODESTRAL, ()])
def test_a_chat_has_the_blanks_that_its_template_has(
    opened: Open, key: bool | None, special: tuple[str, ...]
) -> None:
    """The template's marks may be special tokens or plain text; one blank more stands at the very beginning."""
    model = opened(vocabulary=PieceVocabulary(special, space_prefix=key), template=TWO_ROLES)
    tokens = chat_tokens(model, TURNS[1:], True)
    first = "" if key is False or special else " "
    assert text_of(model, tokens) == f"<s>{first}[INST] return  1? [/INST]def a</s>[INST] So? [/INST]"
    assert tokens.count(1) == 1


def test_words_are_not_torn_where_a_message_begins(opened: Open) -> None:
    model = opened(
        vocabulary=PieceVocabulary(CODESTRAL, space_prefix=True), template="[INST] {{ messages[0].content }}"
    )
    (word,) = model.tokenize("return")
    assert model.piece(word) == b" return"
    assert chat_tokens(model, (ChatMessage("user", "return"),), True)[-1] == word


@pytest.mark.parametrize("template", [None, CHATML])
@pytest.mark.parametrize("vocabulary", [PieceVocabulary(), ByteVocabulary(add_bos=True)])
def test_a_prompt_begins_as_the_vocabulary_asks_for(
    opened: Open, template: str | None, vocabulary: PieceVocabulary | ByteVocabulary
) -> None:
    model = opened(vocabulary=vocabulary, template=template)
    tokens = chat_tokens(model, TURNS, True)
    assert tokens[0] == model.begin_token() and tokens.count(tokens[0]) == 1
    plain = opened(vocabulary=ByteVocabulary(), template=template)
    assert plain.begin_token() is None
    assert text_of(plain, chat_tokens(plain, TURNS, True)).startswith("<|im_start|>system")


@pytest.mark.parametrize("template", [TWO_ROLES, IN_TURNS])
@pytest.mark.parametrize(
    "messages",
    [
        (SYSTEM, WHY),
        TURNS,
        (SYSTEM, WHY, WHY),
        (SYSTEM, ChatMessage("assistant", "def a"), WHY),
        (SYSTEM,),
        (WHY, SYSTEM, ChatMessage("assistant", "def a"), WHY),
    ],
)
def test_what_a_template_refuses_to_hear_of_the_system_stands_before_the_first_question(
    opened: Open, template: str, messages: tuple[ChatMessage, ...]
) -> None:
    text = text_of(model := opened(template=template), chat_tokens(model, messages, True))
    places = [text.find(each.content) for each in messages if each.role == "system"]
    assert places[0] >= 0 and all(text.find(each.content) >= 0 for each in messages)
    assert text.count(SYSTEM.content) == 1
    assert all(text.find(each.content) > places[0] for each in messages if each.role == "user")


def test_a_template_that_leaves_the_system_out_without_a_word_gets_it_in_the_question(opened: Open) -> None:
    silent = "{% for m in messages if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endfor %}"
    model = opened(template=silent)
    assert text_of(model, chat_tokens(model, (SYSTEM, WHY), True)) == "<user>Be brief.\n\nreturn  1?"


def test_a_template_that_hears_the_system_is_asked_once(opened: Open) -> None:
    model = opened()
    assert text_of(model, chat_tokens(model, (SYSTEM, WHY), True)) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nreturn  1?<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize(
    "template", ["\ue00099\ue001 \ue000\ue001 \ue000٣\ue001", "\ue000" + "9" * 5000 + "\ue001", "\ue0005\ue001"]
)
def test_stand_ins_that_the_template_made_up_stay_text(opened: Open, template: str) -> None:
    model = opened(template=template + "{{ messages[0].content }}")
    assert text_of(model, chat_tokens(model, (WHY,), True)).endswith("\ue001return  1?")


def test_a_template_that_says_the_messages_without_end_is_refused(opened: Open) -> None:
    model = opened(template="{% for i in range(20000) %}{{ messages[0].content }}{% endfor %}")
    with pytest.raises(BrokenModel, match="again and again"):
        chat_tokens(model, (ChatMessage("user", "many words " * 10_000),), True)


def test_a_model_without_a_template_and_without_its_marks_chats(opened: Open) -> None:
    model = opened(vocabulary=PieceVocabulary(), template=None)
    session = Session(model, ModelRef("tiny", "", context=256))
    assert list(session.generate(ChatRequest("c", ChatPrompt(TURNS), max_tokens=4)))
    session.cache.context.close()
    session.chat_cache().context.close()
