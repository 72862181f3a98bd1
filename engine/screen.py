"""The one place where text becomes a request to a model; no key or password gets through.

Callers that cut a text hide its secrets before they cut it (`secrets.hiding.seen_by_model`), because half a key is
not always known for one. What they forget is hidden here.
"""

from dataclasses import replace

from msgspec import structs

from hearth.engine.secrets.hiding import seen_by_model
from hearth.engine.types import (
    ChatMessage,
    ChatPrompt,
    ChatRequest,
    CompletionRequest,
    ContextFile,
    FimPrompt,
    Priority,
    RewritePrompt,
    RewriteRequest,
    StopPolicy,
)


def completion_request(
    document: str, prompt: FimPrompt, stop: StopPolicy | None = None, max_tokens: int = 128, raw: bool = False
) -> CompletionRequest:
    """`stop` is made to speak of the text as the model sees it, so that both can be compared."""
    stop = stop or StopPolicy()
    near = replace(
        stop,
        head=seen_by_model(stop.head),
        tail=seen_by_model(stop.tail),
        above=tuple(map(seen_by_model, stop.above)),
        below=tuple(map(seen_by_model, stop.below)),
    )
    screened = structs.replace(
        prompt,
        above=seen_by_model(prompt.above),
        below=seen_by_model(prompt.below),
        typed=seen_by_model(prompt.typed),
        context=tuple(ContextFile(file.path, seen_by_model(file.text)) for file in prompt.context),
    )
    if raw:
        near = replace(near, mode="none")
    return CompletionRequest(document, screened, near, max_tokens, supersedes=f"completion of {document}")


def chat_request(
    conversation: str,
    messages: tuple[ChatMessage, ...],
    max_tokens: int,
    temperature: float = 0.0,
    priority: Priority = Priority.CHAT,
    think: bool = True,
) -> ChatRequest:
    """The answer may have stand-ins in it; what they stand for is the caller's business."""
    screened = tuple(ChatMessage(message.role, seen_by_model(message.content)) for message in messages)
    return ChatRequest(
        conversation,
        ChatPrompt(screened, think),
        max_tokens=max_tokens,
        temperature=temperature,
        priority=priority,
        supersedes=f"{priority.name} {conversation}",
    )


def rewrite_request(document: str, prompt: RewritePrompt, max_tokens: int, supersedes: str) -> RewriteRequest:
    """Asked when nobody waits for anything else; the answer may have stand-ins in it."""
    passages = tuple(structs.replace(each, text=seen_by_model(each.text)) for each in prompt.passages)
    return RewriteRequest(
        document,
        RewritePrompt(passages, seen_by_model(prompt.draft)),
        max_tokens=max_tokens,
        priority=Priority.WARM_UP,
        supersedes=supersedes,
    )
