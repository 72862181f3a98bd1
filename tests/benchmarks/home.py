"""A home of its own for what is measured: the user's settings, host and state are neither used nor changed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hearth.engine.errors import HearthError
from hearth.engine.models import store
from tests.hosts import stop_host


class Unavailable(RuntimeError):
    """Something that a benchmark needs is not on this machine; the message says what to do."""


def model_file(name: str) -> Path:
    """The file of a model on this disk. Ask before `fresh_home`: the catalog's models lie in the old one."""
    try:
        found = store.find(name)
    except HearthError as error:
        raise Unavailable(str(error)) from None
    if found is None:
        raise Unavailable(f"the model {name} is not on this disk: run `hearth models pull {name}`")
    return Path(found.path).absolute()


@contextmanager
def fresh_home() -> Iterator[Path]:
    """HEARTH_HOME is an empty folder meanwhile, for this process and those that it starts."""
    before = os.environ.get("HEARTH_HOME")
    with tempfile.TemporaryDirectory(prefix="hearth-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        os.environ["HEARTH_HOME"] = folder
        try:
            yield home
        finally:
            stop_host(home)
            os.environ.pop("HEARTH_HOME")
            if before is not None:
                os.environ["HEARTH_HOME"] = before
