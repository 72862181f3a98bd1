"""Runs a program that a model has completed, where it can do little harm, and tells whether it ran to its end.

A process of its own, in an empty folder, without environment, with limits on time, memory and file size. That
is no jail: run it on a machine where a model's code may run.
"""

import secrets
import subprocess
import sys
import tempfile

SECONDS = 10
_MEMORY = 2 * 2**30
_FILE_SIZE = 1_000_000


def passes(program: str, seconds: float = SECONDS) -> bool:
    """Whether every line of `program` ran without an error, its last one included."""
    secret = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="hearth-judge-", ignore_cleanup_errors=True) as folder:
        try:
            result = subprocess.run(
                [sys.executable, "-I", "-c", _RUNNER, secret],
                input=program.encode("utf-8", "replace"),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env={},
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
    # A program that leaves early, `sys.exit(0)` for one, does not know what to say last.
    return result.returncode == 0 and result.stdout.endswith(secret.encode())


_RUNNER = f"""
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
    resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}))
    resource.setrlimit(resource.RLIMIT_FSIZE, ({_FILE_SIZE}, {_FILE_SIZE}))
except (ImportError, ValueError):
    pass
secret = sys.argv.pop()
program = sys.stdin.buffer.read().decode()
exec(compile(program, "program.py", "exec"), {{"__name__": "__main__"}})
sys.stdout.write(secret)
sys.stdout.flush()
"""
