"""Whatever becomes a request to a model goes through one module, and no kind of key gets through that."""

import pytest

from hearth.engine import screen
from hearth.engine.types import (
    AnyRequest,
    ChatMessage,
    ContextFile,
    FimPrompt,
    Passage,
    RewritePrompt,
    StopPolicy,
)
from tests.engine.secrets.examples import BLOCKS, ISSUED, NAMED
from tests.engine.secrets.test_kinds import PLACES, secret_of

# (text, what of it no model may see): issued keys in several places, values of secret names, private keys.
TEXTS = [
    *((place.format(key), secret_of(key)) for _, key in ISSUED for place in PLACES),
    *NAMED,
    *((block, line) for block in BLOCKS for line in block.split("\n") if len(line) == 64),
]


def requests(text: str) -> list[AnyRequest]:
    """All kinds of requests, with the text in every part of each."""
    prompt = FimPrompt(text, text, text, "a.py", (ContextFile("b.py", text),))
    stop = StopPolicy(head=text, tail=text, above=(text,), below=(text,))
    messages = tuple(ChatMessage(role, f"1.\n{text}\n2.") for role in ("system", "user", "assistant"))
    return [
        screen.completion_request("a", prompt, stop),
        screen.completion_request("a", prompt, raw=True),
        screen.chat_request("a", messages, 10),
        screen.rewrite_request("a", RewritePrompt((Passage("", text), Passage("x", text, True)), text), 10, "b"),
    ]


def test_there_are_many_texts() -> None:
    assert len(TEXTS) > 1_000


@pytest.mark.parametrize("kind", range(4))
def test_no_key_is_in_any_part_of_a_request(kind: int) -> None:
    leaked = [text for text, secret in TEXTS if secret in repr(requests(text)[kind])]
    assert leaked == []
