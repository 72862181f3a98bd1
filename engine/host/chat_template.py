"""Chat messages -> tokens, by the template that the GGUF carries.

The template's own text may spell special tokens; what users and files say may not. So messages are rendered
as placeholders, and only the text between the placeholders is tokenised with special tokens on.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from hearth.engine.errors import BrokenModel
from hearth.engine.host.native import Model
from hearth.engine.host.render import Task, rendered
from hearth.engine.types import ChatMessage

# What models without a template of their own are addressed with.
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_OPEN, _CLOSE = "<think>", "</think>"
_PLACEHOLDER = re.compile("\ue000([0-9]{1,6})\ue001")
_REPEATS = 4  # as often a template may say all messages; one that says the last one again is no fault


def chat_tokens(model: Model, messages: Sequence[ChatMessage], think: bool) -> list[int]:
    """The prompt that ends where the assistant's next message begins. Raises `BrokenModel`; blocks."""
    return tokens_of(model, messages, rendered(task_for(model, messages, think)), think)


def task_for(model: Model, messages: Sequence[ChatMessage], think: bool) -> Task:
    """What `render.rendered` is asked for. It may take seconds, and so has no place on the model's thread."""
    asked: list[tuple[str, str]] = [(message.role, _placeholder(index)) for index, message in enumerate(messages)]
    systems = [_placeholder(index) for index, message in enumerate(messages) if message.role == "system"]
    return Task(
        template=model.chat_template() or CHATML,
        conversations=(tuple(asked), tuple(_in_two_roles(asked))),
        must_say=tuple(systems),
        think=think,
        begin=model.token_text(model.begin_token()),
        end=model.token_text(model.end_token()),
        day=date.today().isoformat(),
    )


def tokens_of(model: Model, messages: Sequence[ChatMessage], text: str, think: bool) -> list[int]:
    """The tokens of a rendered prompt, with the messages in their places."""
    parts = list(_parts(_without_thoughts(text, think), messages))
    if sum(len(part) for _, part in parts) > len(text) + _REPEATS * sum(len(each.content) for each in messages):
        raise BrokenModel("the model's chat template cannot be used: it says the messages again and again")
    tokens = _joined(model, parts) if model.adds_blanks else _one_by_one(model, parts)
    begin = model.begin_token()
    return tokens if begin is None or tokens[:1] == [begin] else [begin, *tokens]


def opens_thinking(text: str, think: bool) -> bool:
    """Whether that prompt ends inside the model's thoughts (DeepSeek-R1): its answer lacks the opening tag."""
    return _without_thoughts(text, think).rstrip().endswith(_OPEN)


def _placeholder(index: int) -> str:
    return f"\ue000{index}\ue001"


def _in_two_roles(asked: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The same for a template that knows users and assistants only, who take turns.

    What the system says stands in front of the first question; messages of one role in a row become one.
    """
    systems = [content for role, content in asked if role == "system"]
    others = [(role, content) for role, content in asked if role != "system"]
    turns = [
        (role, "\n\n".join(text for _, text in run)) for role, run in groupby(others, key=lambda each: each[0])
    ]
    first = "\n\n".join([*systems, *(content for role, content in turns[:1] if role == "user")])
    yield "user", first
    yield from turns[1:] if turns[:1] and turns[0][0] == "user" else turns


def _without_thoughts(text: str, think: bool) -> str:
    """DeepSeek-R1's templates know no off switch: thoughts that are over already are one."""
    ends_inside = not think and text.rstrip().endswith(_OPEN)
    return f"{text.rstrip()}\n\n{_CLOSE}\n\n" if ends_inside else text


def _parts(text: str, messages: Sequence[ChatMessage]) -> Iterator[tuple[bool, str]]:
    """(whether the template wrote it, the text), in order."""
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        if int(match[1]) < len(messages):  # a template may spell anything
            yield True, text[end : match.start()]
            yield False, messages[int(match[1])].content
            end = match.end()
    yield True, text[end:]


def _one_by_one(model: Model, parts: list[tuple[bool, str]]) -> list[int]:
    return [token for is_template, text in parts for token in model.tokenize(text, special=is_template)]


def _joined(model: Model, parts: list[tuple[bool, str]]) -> list[int]:
    """For a vocabulary that puts a blank in front of a text: between two special tokens stands one text.

    The blank belongs to the beginning of the prompt only; each part by itself would get one.
    """
    found: list[int | str] = []
    for is_template, text in parts:
        found += model.marks_and_texts(text) if is_template else [text]
    tokens: list[int] = []
    for is_text, run in groupby(found, key=lambda each: isinstance(each, str)):
        if not is_text:
            tokens += [each for each in run if isinstance(each, int)]
            continue
        text = "".join(str(each) for each in run)
        is_first = all(token == model.begin_token() for token in tokens)
        tokens += model.tokenize(text) if is_first else model.tokenize_inside(text)
    return tokens
