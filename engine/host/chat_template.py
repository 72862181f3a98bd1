"""Chat messages -> tokens, by the template that the GGUF carries.

The template's own text may spell special tokens; what users and files say may not. So messages are rendered
as placeholders, and only the text between the placeholders is tokenised with special tokens on.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.characters import one_line
from engine.errors import BrokenModel
from engine.host.native import Model
from engine.types import ChatMessage

# What models without a template of their own are addressed with.
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_OPEN, _CLOSE = "<think>", "</think>"
_PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")


def chat_tokens(model: Model, messages: Sequence[ChatMessage], think: bool) -> list[int]:
    """The prompt that ends where the assistant's next message begins. Raises `BrokenModel`."""
    template = model.chat_template() or CHATML
    rendered = _render(template, messages, think, model.token_text(model.begin_token()))
    tokens: list[int] = []
    end = 0
    for match in _PLACEHOLDER.finditer(rendered):
        tokens += model.tokenize(rendered[end : match.start()], special=True)
        tokens += model.tokenize(messages[int(match[1])].content)
        end = match.end()
    return tokens + model.tokenize(rendered[end:], special=True)


def opens_thinking(model: Model, messages: Sequence[ChatMessage], think: bool) -> bool:
    """Whether the prompt ends inside the model's thoughts (DeepSeek-R1): its answer then lacks the opening tag."""
    rendered = _render(model.chat_template() or CHATML, messages, think, model.token_text(model.begin_token()))
    return rendered.rstrip().endswith(_OPEN)


def _render(template: str, messages: Sequence[ChatMessage], think: bool, begin: str) -> str:
    """The template's text with a placeholder for each message.

    A template is a program from a stranger's file: it runs in a sandbox.
    """
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = _raise
    environment.globals["strftime_now"] = lambda layout: datetime.now().strftime(layout)
    stand_ins = [
        {"role": message.role, "content": f"\ue000{index}\ue001"} for index, message in enumerate(messages)
    ]
    try:
        rendered: str = environment.from_string(template).render(
            messages=stand_ins,
            add_generation_prompt=True,
            enable_thinking=think,
            bos_token=begin,
            eos_token="",
        )
    except (TemplateError, TypeError, ValueError) as error:
        raise BrokenModel(f"the model's chat template cannot be used: {one_line(str(error))}") from error
    if not think and rendered.rstrip().endswith(_OPEN):
        # DeepSeek-R1's templates know no off switch: thoughts that are over already are one.
        rendered = f"{rendered.rstrip()}\n\n{_CLOSE}\n\n"
    return rendered


def _raise(message: str) -> None:
    raise TemplateError(message)
