"""Puts `hearth.py` into the wheel as the package around `engine` and `lsp_server`.

An editable install finds it in the checkout.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Names(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            build_data["force_include"] |= {
                "hearth.py": "hearth/__init__.py",
                "engine/py.typed": "hearth/py.typed",
            }
