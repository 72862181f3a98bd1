"""`hearth serve` on stdin and stdout."""

import logging
import sys
from typing import Any

from pygls.io_ import StdinAsyncReader, StdoutWriter

from hearth.lsp_server import messages, watchdog
from hearth.lsp_server.framing import BoundedInput
from hearth.lsp_server.session import Server

log = logging.getLogger("hearth.server")


def serve(server: Server) -> None:
    """Serve the client on the other end of the pipes until it leaves."""
    stdin: Any = BoundedInput(sys.stdin.buffer)  # what is asked of a binary stream it has
    reader = StdinAsyncReader(stdin, server.thread_pool)
    server.protocol.set_writer(StdoutWriter(sys.stdout.buffer))
    try:
        watchdog.run(messages.serve(reader, server.protocol, server.report_server_error))
    except BrokenPipeError:
        log.error("the client has gone")
    except (KeyboardInterrupt, SystemExit):
        pass  # `exit` has come
    finally:
        server.shutdown()  # type: ignore[no-untyped-call]  # pygls has no types there
