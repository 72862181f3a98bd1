"""Tells the user that nothing can be kept on this disk."""

import asyncio

from hearth.engine import state
from hearth.lsp_server.words.client import Client


class DiskNotice:
    """Shown once in a session at most, whatever is wrong."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._shown = False

    async def show(self) -> None:
        """Look at the disk, unless it was shown already."""
        if not self._shown and (said := await asyncio.to_thread(state.trouble)):
            self._shown = True
            self._client.show_message_once(said)
