"""Puts `hearth.py` into the wheel as the package of `engine` and `lsp_server`; an editable install needs no copy."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Names(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            build_data["force_include"] |= {
                "hearth.py": "hearth/__init__.py",
                "engine/py.typed": "hearth/py.typed",
            }
