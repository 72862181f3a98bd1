"""Filling the middle by asking a chat model for it: the last resort for models without FIM tokens."""

from engine.backends.streaming import Stream, with_head
from engine.types import ChatMessage, ChatRequest, CompletionRequest, FimPrompt

NOTE = (
    "This model has no fill-in-the-middle form and is asked by chat instead. "
    "A code model such as qwen2.5-coder answers better and faster."
)

_HOLE = "[HOLE]"
_TASK = (
    f"You complete code in an editor. The file has one {_HOLE}. Reply with exactly the text that replaces "
    "it: no explanation, no Markdown, nothing that stands before or after the hole already. Keep it short."
)
_FENCE = "```"


def as_chat(request: CompletionRequest) -> ChatRequest:
    return ChatRequest(
        conversation=request.document,
        messages=(ChatMessage("system", _TASK), ChatMessage("user", _shown(request.prompt))),
        max_tokens=request.max_tokens,
        think=False,
    )


def without_fence(stream: Stream) -> Stream:
    """Take off the line that opens a Markdown fence. The line that closes it is a stop rule's business."""
    return with_head(stream, _may_open, _without_opening)


def _shown(prompt: FimPrompt) -> str:
    others = "".join(f"Another file, {file.path}:\n{file.text}\n\n" for file in prompt.context)
    name = f"The file, {prompt.path}:\n" if prompt.path else "The file:\n"
    return f"{others}{name}{prompt.above}{prompt.typed}{_HOLE}{prompt.below}"


def _may_open(head: str) -> bool:
    """Whether more must be seen of the answer to know whether, and where, a fence's opening line ends."""
    start = head.lstrip()
    return _FENCE.startswith(start[:3]) and not (start.startswith(_FENCE) and "\n" in start)


def _without_opening(head: str) -> str:
    start = head.lstrip()
    return start.partition("\n")[2] if start.startswith(_FENCE) else head
