"""`hearth serve`: the language server on stdin and stdout, or on a loopback port with a token; or an HTTP server.

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
    parser.add_argument(
        "--http",
        type=_port,
        metavar="PORT",
        help="answer OpenAI's HTTP API on this port of the loopback interface, instead of the language server",
    )
    parser.add_argument("--ollama", action="store_true", help="with --http: answer Ollama's API too")
    options = parser.parse_args(arguments)
    if options.ollama and options.http is None:
        parser.error("--ollama needs --http PORT")
    if options.http is not None and (options.stdio or options.tcp is not None):
        parser.error("--http is a server of its own: give --stdio or --tcp to another one")
    logs.to_file("server.log")
    with suppress(RuntimeError):  # there is none
        faulthandler.enable()  # on stderr, which editors keep: should native code end this process, it says where
    if options.http is not None:
        from hearth.lsp_server.http_api import serving

        serving.serve(options.http, options.ollama)
        return
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
