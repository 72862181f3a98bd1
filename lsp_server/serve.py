"""`hearth serve`: the language server on stdin and stdout, or on a loopback port with a token.

Nothing here imports typer or rich: an editor waits for `initialize`.
"""

import argparse
import faulthandler
import gc
import sys
from contextlib import suppress

from hearth.engine import logs

_MAX_PORT = 65535


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="hearth serve", description="Run the language server (for editors).")
    parser.add_argument("--stdio", action="store_true", help="talk on stdin and stdout (the default)")
    parser.add_argument(
        "--tcp",
        type=_port,
        metavar="PORT",
        help="listen on this port of the loopback interface; stderr tells where the token is",
    )
    options = parser.parse_args(arguments)
    logs.to_file("server.log")
    with suppress(RuntimeError):  # there is none
        faulthandler.enable()  # on stderr, which editors keep: should native code end this process, it says where
    # Thousands of protocol classes are made now and live for ever: looking for garbage among them costs 40 ms.
    gc.disable()

    from hearth.lsp_server.server import build

    server = build()
    gc.enable()
    gc.freeze()
    if options.tcp is None:
        from hearth.lsp_server import stdio

        stdio.serve(server)
    else:
        from hearth.lsp_server import tcp

        tcp.serve(server, options.tcp)
    if server.exit_code:
        sys.exit(server.exit_code)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 (any free one) to {_MAX_PORT}")
    return int(text)
