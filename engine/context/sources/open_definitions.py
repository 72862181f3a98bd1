"""Definitions in the other open files of what is used near the cursor."""

from hearth.engine.context.passages import Definitions, passages
from hearth.engine.context.query import Candidate, LeftOut, Place, same_family
from hearth.engine.context.symbols import symbols

NAME = "open_definitions"


def collect(place: Place) -> list[Candidate | LeftOut]:
    found: list[Candidate | LeftOut] = []
    for file in place.others:
        language = file.code.language
        if language is None or not same_family(language, place.code.language):
            continue
        of = Definitions(file.path, language, symbols(file.code), place.near, NAME)
        found += passages(of, place.near.names, "is used near the cursor", 0.8)
    return found
