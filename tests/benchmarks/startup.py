"""How long an editor waits for `initialize`: median of ten starts, from process start to the answer."""

import json
import statistics
import subprocess
import sys
import time

_REQUEST = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"processId": None, "rootUri": None, "capabilities": {"textDocument": {"inlineCompletion": {}}}},
}


def main(starts: int = 10) -> None:
    seconds = [_initialize() for _ in range(starts)]
    floor = [_bare_interpreter() for _ in range(starts)]
    print(f"initialize answered after {1000 * statistics.median(seconds):.0f} ms (median of {starts})")
    print(f"an interpreter that only imports lsprotocol: {1000 * statistics.median(floor):.0f} ms")


def _initialize() -> float:
    body = json.dumps(_REQUEST).encode()
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "hearth.lsp_server.cli", "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdin is not None and server.stdout is not None
    try:
        server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        server.stdin.flush()
        header = server.stdout.readline()
        server.stdout.readline()
        server.stdout.read(int(header.split(b":")[1]))
        return time.perf_counter() - began
    finally:
        server.kill()
        server.wait()


def _bare_interpreter() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import lsprotocol.types"], check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
