"""The settings of a session: read from the files and the editor, and read again when the editor's change."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hearth.engine import paths
from hearth.engine.settings import Settings
from hearth.lsp_server import settings as raw_settings
from hearth.lsp_server.settings import Layer
from hearth.lsp_server.words.client import Client

_FIRST_SECONDS = 2.0  # a client that never answers must not keep the user waiting


class Configuration:
    """`settings` are the current ones; `on_change` is called when they are others than before."""

    def __init__(self, client: Client, on_change: Callable[[], None]) -> None:
        self.settings = Settings()
        self._client = client
        self._on_change = on_change
        self._editor: Layer | None = None
        self._complete = asyncio.Event()

    def take(self, editor: Any, source: str) -> None:
        """Take settings from the editor (None: it has none) and the files, and tell what is wrong with them."""
        if isinstance(editor, dict):
            self._editor = Layer(source, editor.get("hearth", editor))
        layers, problems = self._of_files()
        if self._editor is not None:
            layers.append(self._editor)
        settings, more = raw_settings.resolve(layers)
        for problem in problems + more:
            self._client.show_message_once(problem)
        if settings != self.settings:
            self.settings = settings
            self._on_change()

    async def pull(self) -> None:
        """Ask a client that can be asked for its section `hearth`."""
        if self._client.can.configuration and (answer := await self._client.settings("hearth")):
            self.take({"hearth": answer}, "the editor's settings")

    def set_complete(self) -> None:
        """The first settings are there: whoever waits for them may go on."""
        self._complete.set()

    async def completed(self) -> None:
        """Return once the first settings are there, or the client has had its time to send them."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._complete.wait(), _FIRST_SECONDS)

    def _of_files(self) -> tuple[list[Layer], list[str]]:
        layers: list[Layer] = []
        problems: list[str] = []
        files: list[tuple[Path, bool]] = []
        if reason := paths.config_trouble():
            problems.append(reason)
        else:
            files.append((paths.config_file(), True))
        files += [(Path(root) / "hearth.toml", False) for root in self._client.roots]
        until = time.monotonic() + raw_settings.READ_SECONDS  # for all of them together
        for file, trusted in files:
            layer, wrong = raw_settings.read_toml(file, trusted, max(0.01, until - time.monotonic()))
            layers += [layer] if layer else []
            problems += wrong
        return layers, problems
