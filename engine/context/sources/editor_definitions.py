"""Definitions where the editor's own language servers find them: they know a project better than its trees do."""

from dataclasses import replace

from hearth.engine.context.imports import Target
from hearth.engine.context.passages import Definitions, members_of, passages
from hearth.engine.context.query import Candidate, LeftOut, ResolvedQuery
from hearth.engine.context.reach import Reach

NAME = "editor_definitions"


def collect(resolved: ResolvedQuery) -> list[Candidate | LeftOut]:
    """Of the names that are still near the cursor; what the prompt shows anyway is left out."""
    reach = Reach(resolved, NAME)
    near = resolved.near
    found: list[Candidate | LeftOut] = []
    for place in resolved.query.places:
        is_receiver = place.name == near.receiver
        if place.path == resolved.file or not (is_receiver or place.name in near.used):
            continue
        target = Target(place.path, library=place.library)
        language, read = reach.language(target), reach.symbols(target)
        if language is None or read is None:
            continue
        of = Definitions(reach.shown_path(target), language, read, near, NAME)
        if is_receiver and place.defined != place.name:
            typed = replace(of, near=replace(near, types=(*near.types, place.defined)))
            found += members_of(typed, place.defined, f"is the type of {place.name}", 1.0)
        else:
            found += passages(of, (place.defined,), "is what the editor finds for a name near the cursor", 0.96)
    return [*found, *reach.left_out]
