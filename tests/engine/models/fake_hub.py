"""A Hugging Face hub on loopback: as much of it as the real client asks for."""

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "a" * 40
_PIECE = 4096


@dataclass
class FakeHub:
    """`files` is by "owner/repo/file". `cut_after` breaks the next so many answers off after that many bytes."""

    files: dict[str, bytes] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    cut_after: int = 0
    cuts: int = 0
    ranges: bool = True
    status: int = 0  # answer everything with this error
    etag: str = ""  # instead of the digest
    pace: threading.Event | None = None  # wait for it in the middle of a file
    trickle: float = 0.0  # seconds before each further piece of a file
    requests: list[tuple[str, str, str]] = field(default_factory=list)  # method, revision, range
    url: str = ""

    def downloads(self) -> list[str]:
        """The ranges of the GET requests."""
        return [range for method, _, range in self.requests if method == "GET"]


@contextmanager
def running(hub: FakeHub) -> Iterator[FakeHub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def log_message(self, *args: Any) -> None:
            pass

        def _answer(self, body: bool) -> None:
            match = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", self.path.partition("?")[0])
            assert match, self.path
            repo, revision, name = match.groups()
            hub.requests.append((self.command, revision, self.headers.get("Range", "")))
            if hub.status:
                return self._refuse(hub.status, "")
            if repo in hub.gated:
                return self._refuse(401, "GatedRepo")
            if not any(key.startswith(f"{repo}/") for key in hub.files):
                return self._refuse(404, "RepoNotFound")
            if revision not in (COMMIT, "main"):
                return self._refuse(404, "RevisionNotFound")
            content = hub.files.get(f"{repo}/{name}")
            if content is None:
                return self._refuse(404, "EntryNotFound")
            self._send(content, body)

        def _send(self, content: bytes, body: bool) -> None:
            start = 0
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            if asked and hub.ranges:
                start = int(asked[1])
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            else:
                self.send_response(200)
            self.send_header("ETag", f'"{hub.etag or hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            if body:
                with suppress(ConnectionError):  # whoever reads it may have had enough
                    self._send_body(content[start:])

        def _send_body(self, content: bytes) -> None:
            if hub.cuts:
                hub.cuts -= 1
                self.wfile.write(content[: hub.cut_after])
                self.close_connection = True
                self.wfile.flush()
                self.connection.close()
                return
            if hub.trickle:
                return self._trickle(content)
            middle = len(content) // 2
            self.wfile.write(content[:middle])
            if hub.pace:
                self.wfile.flush()
                hub.pace.wait(20)
            self.wfile.write(content[middle:])

        def _trickle(self, content: bytes) -> None:
            for at in range(0, len(content), _PIECE):
                self.wfile.write(content[at : at + _PIECE])
                self.wfile.flush()
                time.sleep(hub.trickle)  # a slow line

        def _refuse(self, status: int, code: str) -> None:
            self.send_response(status)
            if code:
                self.send_header("X-Error-Code", code)
            self.send_header("Content-Length", "0")
            self.end_headers()

    return Handler
