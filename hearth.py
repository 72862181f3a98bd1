"""Hearth: a code model that stays warm on your own machine.

`from hearth import Hearth` is the engine for Python programs; the command `hearth` is the language server.

The packages `hearth.engine` and `hearth.lsp_server` are the folders beside this file, in the repository as in an
installed copy. So they stand at the top of the repository and yet take no name that another project may have.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hearth.engine.library import Hearth

__all__ = ["Hearth"]
__path__ = [str(Path(__file__).parent)]


def __getattr__(name: str) -> Any:
    """The library is imported when it is asked for: the server does without it."""
    if name == "Hearth":
        from hearth.engine.library import Hearth

        return Hearth
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
