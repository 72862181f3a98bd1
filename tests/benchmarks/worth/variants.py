"""Hearth as it is, and with one thing changed: a row each. What a row names is a setting."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hearth.engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Variant:
    """`settings` by section and field; `grows`: the editor shows more of an answer while nobody types."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    grows: bool = True

    def applied_to(self, settings: Settings) -> Settings:
        for name, value in self.settings.items():
            section, _, key = name.partition(".")
            changed = replace(getattr(settings, section), **{key: value})
            settings = replace(settings, **{section: changed})
        return settings


DEFAULT = "hearth"
VARIANTS: dict[str, Variant] = {
    DEFAULT: Variant(),
    "all is shown": Variant({"completion.min_confidence": 0.0}),
    "no other files": Variant({"context.enabled": False}),
    "no growth": Variant(grows=False),
    "half the windows": Variant({"completion.prefix_tokens": 512, "completion.suffix_tokens": 128}),
    "twice the deadline": Variant({"completion.deadline_ms": 800}),
    "one line": Variant({"completion.max_lines": 1}),
}
LLAMA_VIM = "llama.vim"
