"""What the server itself says where no editor listens: lines on stderr, which editors keep in a log of theirs."""

import sys

from hearth.lsp_server.words import text


def tell(said: str) -> None:
    sys.stderr.write(f"hearth: {text.answer(said)}\n")
    sys.stderr.flush()
