"""One module for each method, named after it. They are imported when they are needed, which only `Later` knows."""

from importlib import import_module
from typing import Any


class Later:
    """A function of a feature's module, which is imported by the first call.

    An editor waits for `initialize`, and needs nothing else before that is answered. So the features and what they
    share, import at the top like any module, and yet cost nothing before.
    """

    def __init__(self, module: str, function: str = "handle") -> None:
        self.__module__ = f"{__name__}.{module}"  # by which the watchdog and the log name it
        self._function = function

    def __call__(self, *arguments: Any) -> Any:
        return self.load()(*arguments)

    def load(self) -> Any:
        """The function itself."""
        return getattr(import_module(self.__module__), self._function)
