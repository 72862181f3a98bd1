"""`hearth serve`: the language server on stdin and stdout, or on a loopback port.

Nothing here imports typer or rich: an editor waits for `initialize`.
"""

import argparse
import gc
import logging
import os
from logging.handlers import RotatingFileHandler

from engine import paths


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="hearth serve", description="Run the language server (for editors).")
    parser.add_argument("--stdio", action="store_true", help="talk on stdin and stdout (the default)")
    parser.add_argument("--tcp", type=int, metavar="PORT", help="listen on this port of the loopback interface")
    options = parser.parse_args(arguments)
    log_to_file()
    # Thousands of protocol classes are made now and live for ever: looking for garbage among them costs 40 ms.
    gc.disable()

    from lsp_server.server import build

    server = build()
    gc.enable()
    gc.freeze()
    if options.tcp is None:
        server.start_io()
    else:
        server.start_tcp("127.0.0.1", options.tcp)


def log_to_file() -> None:
    """Rotating, readable by this user only, without code unless HEARTH_DEBUG is set; stdout is the protocol's."""
    folder = paths.log_dir()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = RotatingFileHandler(folder / "server.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    debug = bool(os.environ.get("HEARTH_DEBUG"))
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s[%(process)d]: %(message)s",
        handlers=[handler],
    )
    if not debug:
        # pygls logs whole messages, and those contain the user's code.
        logging.getLogger("pygls").setLevel(logging.CRITICAL)
