"""How definitions are shown to the model: heads without bodies, a class with the heads of its members."""

from collections.abc import Iterator

from engine.context.query import Candidate
from engine.context.symbols import Definition, Symbols
from engine.languages import Language

MAX_MEMBERS = 16
_CONTAINERS = ("class", "type", "module")
_NEVER_ALONE = ("field", "key", "section", "rule")
# A method is often named like many others, a value is often of no use without its type.
_WEIGHTS = {"method": 0.5, "variable": 0.7}


def passages(
    symbols: Symbols, names: tuple[str, ...], language: Language, path: str, source: str, reason: str, score: float
) -> Iterator[Candidate]:
    """One passage for each definition that has one of the names; the first of them are the most important.

    `reason` is a sentence's end that comes behind the definition's name.
    """
    rank = {name: index for index, name in enumerate(names)}
    for definition in symbols.definitions:
        if definition.name not in rank or definition.kind in _NEVER_ALONE:
            continue
        owner = definition.owner.rpartition(".")[2]
        if owner and owner in rank:
            continue  # it is among the members of its owner
        text = _shown(definition, symbols, language)
        if owner:
            head = _owner(definition, symbols)
            text = f"{head.signature}\n{text}" if head else text
        weight = _WEIGHTS.get(definition.kind, 1.0) * (1 - rank[definition.name] / (2 * len(rank)))
        yield Candidate(
            path, text, source, f"{definition.name} {reason}", round(score * weight, 4), definition.start
        )


def _shown(definition: Definition, symbols: Symbols, language: Language) -> str:
    head = _with_doc(definition, language)
    if definition.kind not in _CONTAINERS or definition.body == definition.end:
        return head
    members = [
        member
        for member in symbols.definitions
        if definition.body <= member.start < definition.end and member.owner.rpartition(".")[2] == definition.name
    ]
    return "\n".join([head, *(_with_doc(member, language) for member in members[:MAX_MEMBERS])])


def _with_doc(definition: Definition, language: Language) -> str:
    if not definition.doc or not language.comment or "\n" in definition.signature:
        return definition.signature
    return f"{definition.signature}  {language.comment} {definition.doc}"


def _owner(definition: Definition, symbols: Symbols) -> Definition | None:
    around = (
        outer
        for outer in symbols.definitions
        if outer.start <= definition.start and definition.end <= outer.end and outer is not definition
    )
    return max(around, key=lambda outer: outer.start, default=None)
