"""A part of the suite where fast kernels crash; `HEARTH_TEST_AMX=crash make test` runs all of it so."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from hearth.engine.host.profiles import Note
from tests.fakes import amx

ROOT = Path(__file__).parents[1]
# Hosts that load a model, and clients that expect no message but their own.
PART = (
    "tests/engine/host/test_process.py",
    "tests/engine/backends/test_local_without_fim.py",
    "tests/lsp_server/test_downloads.py::test_retry_is_a_button_for_clients_that_have_them",
)


def test_where_fast_kernels_crash_the_tests_pass_and_no_host_tried_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'base'}"]
    env = {**os.environ, amx.VARIABLE: "crash"}
    done = subprocess.run([*command, *PART], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    books = [file.read_bytes() for file in (tmp_path / "base").rglob("profiles.json")]
    notes = [note for book in books for note in msgspec.json.decode(book, type=dict[str, Note]).values()]
    assert notes and all(note.profile == 1 for note in notes), notes
