"""Definitions in the other open files of what is used near the cursor."""

from hearth.engine.context.passages import Definitions, passages
from hearth.engine.context.query import Candidate, LeftOut, ResolvedQuery, same_family
from hearth.engine.context.symbols import symbols

NAME = "open_definitions"


def collect(resolved: ResolvedQuery) -> list[Candidate | LeftOut]:
    found: list[Candidate | LeftOut] = []
    for file in resolved.others:
        language = file.code.language
        if language is None or not same_family(language, resolved.code.language):
            continue
        of = Definitions(file.path, language, symbols(file.code), resolved.near, NAME)
        found += passages(of, resolved.near.names, "is used near the cursor", 0.8)
    return found
