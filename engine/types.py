"""The plain values that travel through the engine: text and offsets in, text and offsets out.

Offsets count Unicode code points (Python string indices); token counts are the model's own tokens;
durations are milliseconds. Everything here is immutable and can cross a process border.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Generic, Literal, TypeVar

import msgspec


class Priority(IntEnum):
    """Who goes first when several requests want the model; the lower number wins, token by token."""

    COMPLETION = 0
    ACTION = 1
    CHAT = 2
    WARM_UP = 3
    IDLE = 4


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One document at one moment. `language` is the LSP language id, `path` is None for unsaved buffers.

    `above` is what stands above it in other documents: the cells of a notebook.
    """

    uri: str
    text: str
    language: str = "plaintext"
    path: str | None = None
    version: int = 0
    above: str = ""


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model file that lies on this disk, and how to load it.

    `family` names a row of `fim.FIM_TEMPLATES`; empty means: find it out from the vocabulary.
    `context` is the window in tokens that one sequence may use. `knows_end`: whether its answers end where they
    should; None where that is to be measured. `is_extra`: no other model leaves the memory for it, and it leaves
    first.
    """

    id: str
    path: str
    sha256: str = ""
    family: str = ""
    context: int = 4096
    gpu_layers: int = 0
    threads: int = 0
    knows_end: bool | None = None
    is_extra: bool = False


@dataclass(frozen=True, slots=True)
class ContextFile:
    """A passage of another file that is shown to the model before the file being completed."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Members:
    """Names that may stand behind the dot left of the cursor, all of which begin with what was `typed` of one.

    `complete`: nothing else can stand there.
    """

    names: tuple[str, ...]
    complete: bool = False
    typed: str = ""


class FimPrompt(msgspec.Struct, frozen=True, tag="fim"):
    """What a fill-in-the-middle prompt is made of, before any template or tokenizer.

    `above` and `below` are frozen while the user types (see `completion.frames`); `typed` is everything between
    them and left of the cursor, and is laid out behind the MID token so that a keystroke only appends. `begun` is
    left of the cursor, too, but not shown: the model is to say it first, and the answer is what it says then.
    `members` is no text of the prompt: it guides the first tokens of the answer where a backend can do that.
    """

    above: str
    below: str
    typed: str = ""
    path: str = ""
    context: tuple[ContextFile, ...] = ()
    begun: str = ""
    members: Members | None = None


@dataclass(frozen=True, slots=True)
class StopPolicy:
    """What the stop rules must know of the text around the cursor to see that an answer is complete.

    `head` is the cursor's line left of the cursor, `tail` the user's text right of it; `above` and `below` are
    the nearest non-blank lines, nearest first. `closers` is what the editor has closed right of the cursor, all of
    the line; `in_string`: what closes it is read as the text of a string that `quote` ends; `in_tag`: its
    last `>` ends a tag. `mode` "line" ends with the line, "block" when the block ends, "span" only when the text
    below is reached (the user asked for whatever is missing here), "none" by no rule at all. `knows_end`: the
    model ends its answers where they should end, so an answer is only cut where it is certainly wrong. `language`
    is the name of its row; `prose`: the cursor is in a comment, a string or Markdown.
    """

    mode: Literal["line", "block", "span", "none"] = "line"
    head: str = ""
    tail: str = ""
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    comment: str = ""
    max_lines: int = 12
    closers: str = ""
    in_string: bool = False
    quote: str = ""
    in_tag: bool = False
    language: str = ""
    prose: bool = False
    knows_end: bool = False


NO_RULES = StopPolicy(mode="none")  # the model says what it likes


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: Literal["system", "user", "assistant"]
    content: str


class ChatPrompt(msgspec.Struct, frozen=True, tag="chat"):
    """A conversation whose next message is the assistant's. `think`: a reasoning model may think first."""

    messages: tuple[ChatMessage, ...]
    think: bool = True


class Passage(msgspec.Struct, frozen=True):
    """A text behind `mark`, the name of a special token ("" for none). `may_go`: where the window is too small."""

    mark: str
    text: str
    may_go: bool = False


class RewritePrompt(msgspec.Struct, frozen=True, tag="rewrite"):
    """The passages that a text is to be written behind. `draft` is what it most probably repeats: its old form."""

    passages: tuple[Passage, ...]
    draft: str


# Every kind of prompt there is; `host.layouts.LAYOUTS` has a row for each.
Prompt = FimPrompt | ChatPrompt | RewritePrompt
SomePrompt = TypeVar("SomePrompt", bound=Prompt, covariant=True)


@dataclass(frozen=True)  # a generic class is marked when it is made, and has no slot for that
class GenerationRequest(Generic[SomePrompt]):
    """What a model is asked, whatever the kind of prompt.

    `cache_key` names the document or conversation whose KV cache sequence is likely to hold the beginning of the
    prompt. `supersedes` is a name: requests of the same client with that name end when this one comes; "" ends
    none. `max_tokens` are those of the answer. `prefill_only`: the prompt is evaluated, and nothing generated.
    """

    cache_key: str
    prompt: SomePrompt
    stop: StopPolicy = NO_RULES
    max_tokens: int = 128
    temperature: float = 0.0
    priority: Priority = Priority.COMPLETION
    supersedes: str = ""
    prefill_only: bool = False

    @property
    def raw(self) -> bool:
        """Whether no stop rule ends the answer."""
        return self.stop.mode == "none"


CompletionRequest = GenerationRequest[FimPrompt]
ChatRequest = GenerationRequest[ChatPrompt]
RewriteRequest = GenerationRequest[RewritePrompt]
AnyRequest = GenerationRequest[Prompt]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an answer as it streams. `probability` is that of all its tokens together (1.0 where unknown).

    `tentative` is all that was said so far, also what is not certain yet and may be taken back; "" where unknown.
    A piece without text tells the probability of that uncertain end.
    """

    text: str
    part: Literal["text", "thinking"] = "text"
    probability: float = 1.0
    tentative: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a request cost. `evaluated_tokens` excludes the prompt tokens found in the KV cache."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    evaluated_tokens: int = 0
    generated_tokens: int = 0
    prefill_ms: float = 0.0
    decode_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Alternative:
    """The beginning of another answer: `text` is the answer up to one of its tokens, and what might stand for it.

    `probability` is that of all its tokens together.
    """

    text: str
    probability: float


class FinishReason(StrEnum):
    """Why an answer ended."""

    STOP = "stop"  # a stop rule ended it
    EOG = "eog"  # the model did, with an end-of-generation token
    LENGTH = "limit"  # it has as many tokens as were asked for
    INTERRUPTED = "stopped"  # the user stopped it, and keeps what there is
    CANCELLED = "cancelled"  # nobody wants it any more
    SUPERSEDED = "superseded"  # a newer request took its place
    ERROR = "error"  # the model or its server failed behind the beginning
    DONE = "done"  # nothing was to be generated, and all else is done


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of an answer. `rule` is the name of the stop rule that ended it, "" where none did.

    `alternatives` are the beginnings of other answers, the most probable first; () where they are unknown.
    """

    reason: FinishReason
    usage: Usage = field(default_factory=Usage)
    alternatives: tuple[Alternative, ...] = ()
    rule: str = ""

    @property
    def name(self) -> str:
        """What ended the answer, in one word: the rule, or else the reason."""
        return self.rule or str(self.reason)


@dataclass(frozen=True, slots=True)
class Completion:
    """Ghost text: replace `start:end` (offsets into the snapshot) by `text`; an empty text: nothing to suggest."""

    text: str
    start: int
    end: int
    reason: str = ""
    confidence: float = 1.0
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a completion request would send to the model, and how much of it the KV cache holds already."""

    prompt: str
    prompt_tokens: int
    cached_tokens: int
    healed: str = ""  # taken back from the end of the prompt: the answer must begin with it


StatusKind = Literal["starting", "downloading", "loading", "ready", "busy", "paused", "error"]


@dataclass(frozen=True, slots=True)
class Status:
    """What the user may want to know now. `percent` only while downloading or loading; `help` says what to do.

    `retry`: an error after which nothing is tried by itself, but may well go right when the user asks for it.
    `detail`: how far a download is, in words. `choose`: no model is there, and the user is to choose one.
    """

    kind: StatusKind
    message: str = ""
    percent: int | None = None
    help: str = ""
    retry: bool = False
    detail: str = ""
    choose: bool = False
