"""One module for each method, named after it. They are imported when they are needed, which only `Later` knows."""

import asyncio
import sys
from importlib import import_module
from typing import Any

_TOP = "hearth."

# In the order of who asks first; each takes some hundredths of a second at most.
NEEDED = (
    *("engine.secrets.hiding", "engine.context.documents", "engine.context.imports", "engine.context.workspace"),
    *("engine.context.query", "engine.context.gathering", "lsp_server.documents", "lsp_server.stats"),
    *("lsp_server.features.text_document_did_open", "lsp_server.features.text_document_did_change"),
    *("engine.stopping.scanner", "engine.completion.completer", "engine.models.names", "engine.models.store"),
    *("engine.host.client", "engine.backends.shared.streaming", "lsp_server.members", "lsp_server.engine_session"),
    *("lsp_server.features.text_document_inline_completion", "lsp_server.features.text_document_completion"),
    *("lsp_server.features.text_document_did_focus", "lsp_server.features.text_document_did_show_completion"),
)
# What a first completion does not wait for.
LATER = (
    *("engine.code_actions.new_imports", "engine.code_actions.signatures", "engine.next_edit.silence"),
    *("engine.next_edit.names", "engine.next_edit.signatures", "engine.next_edit.mirrors"),
    *("engine.next_edit.rules", "engine.next_edit.predictor", "lsp_server.next_editing"),
    "lsp_server.features.text_document_copilot_inline_edit",
    "lsp_server.features.text_document_did_show_inline_edit",
    *("engine.code_actions.answers", "engine.code_actions.unit_tests", "engine.code_actions.actions"),
    *("lsp_server.rewriting", "lsp_server.features.text_document_code_action"),
    *("engine.index.symbols", "engine.index.search", "lsp_server.indexing", "lsp_server.attaching"),
)


class Later:
    """A function of a feature's module, which is imported by the first call.

    An editor waits for `initialize`, and needs nothing else before that is answered. So the features and what they
    share, import at the top like any module, and yet cost nothing before.
    """

    def __init__(self, module: str, function: str = "handle") -> None:
        self.__module__ = f"{__name__}.{module}"  # by which the watchdog and the log name it
        self._function = function

    def __call__(self, *arguments: Any) -> Any:
        return self.load()(*arguments)

    def load(self) -> Any:
        """The function itself."""
        return getattr(import_module(self.__module__), self._function)

    async def prepare(self) -> None:
        """Import what it needs in short steps, for who asks before the session has come to it."""
        steps = NEEDED + LATER
        name = self.__module__.removeprefix(_TOP)
        if self.__module__ not in sys.modules and name in steps:
            await in_steps(steps[: steps.index(name) + 1])


async def in_steps(modules: tuple[str, ...]) -> None:
    """Import them, some 0.2 s for all, and let the event loop do other things in between.

    Not in a thread: of a package that two threads import at once, Python may give one of them half.
    """
    for module in modules:
        import_module(f"{_TOP}{module}")
        await asyncio.sleep(0)
