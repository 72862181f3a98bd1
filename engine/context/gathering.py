"""What the model is shown besides the text around the cursor.

`SOURCES` propose passages, `gather` chooses among them. The same surroundings always give the same answer in the
same order: the context stands first in the prompt, and any change in it makes the model evaluate everything
again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hearth.engine.context.documents import Document
from hearth.engine.context.ignore import MAX_BYTES, verdict, verdict_of_path
from hearth.engine.context.query import Candidate, ContextQuery, LeftOut, ResolvedQuery, resolve
from hearth.engine.context.sources import (
    editor_definitions,
    imported_definitions,
    open_definitions,
    outline,
    recent_edits,
)
from hearth.engine.context.symbols import references, symbols
from hearth.engine.text import estimate_tokens
from hearth.engine.types import ContextFile

Collect = Callable[[ResolvedQuery], list[Candidate | LeftOut]]

# In order: of two passages that are worth the same, that of the first source is taken.
SOURCES: tuple[tuple[str, Collect], ...] = (
    (outline.NAME, outline.collect),
    (editor_definitions.NAME, editor_definitions.collect),
    (imported_definitions.NAME, imported_definitions.collect),
    (open_definitions.NAME, open_definitions.collect),
    (recent_edits.NAME, recent_edits.collect),
)
OWN_FILE_SOURCES = (outline.NAME,)
FILE_TOKENS = 12  # what a file costs besides its text: its name and the tokens that separate it
STICK = 0.7  # an earlier choice is kept as long as it is worth this part of the best one


@dataclass(frozen=True, slots=True)
class Gathered:
    """`files` go into the prompt; `pieces` and `left_out` say where they come from, and what else there was."""

    files: tuple[ContextFile, ...] = ()
    pieces: tuple[Candidate, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def tokens(self) -> int:
        return sum(FILE_TOKENS + estimate_tokens(file.text) for file in self.files)


def gather(query: ContextQuery, budget_tokens: int, before: Gathered | None = None) -> Gathered:
    """The context for a completion, of at most `budget_tokens` (estimated).

    `before` is what was gathered for the last completion in the same file: it is kept when it is still true and
    nearly as good, for a prompt that begins with the same words costs next to nothing. May run in any thread.
    """
    if not query.settings.enabled:
        return Gathered(left_out=(LeftOut("", "context", "it is switched off"),))
    if query.snapshot.path and (own := verdict(query.snapshot.path)).secret:
        return Gathered(left_out=(LeftOut(query.snapshot.path, "context", own.reason),))
    resolved = resolve(query)
    candidates, left_out = _collect(resolved)
    fitting, too_much = _fit(_without_repetition(candidates, left_out), budget_tokens)
    left_out += too_much
    if before is not None and (kept := _kept(before, fitting, resolved, budget_tokens)):
        return Gathered(kept, before.pieces, tuple(left_out))
    pieces = sorted(fitting, key=lambda piece: (piece.path, piece.start, piece.text))
    return Gathered(_files(pieces), tuple(pieces), tuple(left_out))


def prepare(document: Document) -> None:
    """Do now what the first question about a document would wait for: grammar, queries, tree, symbols.

    May run in any thread. What may not be read is left alone.
    """
    if len(document.text) > MAX_BYTES:
        return
    code = document.code
    symbols(code)
    references(code, 0, 0)


def _collect(resolved: ResolvedQuery) -> tuple[list[Candidate], list[LeftOut]]:
    candidates: list[Candidate] = []
    left_out = list(resolved.left_out)
    alone = _why_alone(resolved)
    for name, collect in SOURCES:
        if name in resolved.query.settings.off:
            left_out.append(LeftOut("", name, "it is switched off"))
        elif alone and name not in OWN_FILE_SOURCES:
            left_out.append(LeftOut(resolved.path, name, f"completions use only this file's own text: {alone}"))
        else:
            for found in collect(resolved):
                if isinstance(found, LeftOut):
                    left_out.append(found)
                else:
                    candidates.append(found)
    return candidates, left_out


def _why_alone(resolved: ResolvedQuery) -> str:
    """A file that the user ignores gets no context: what it holds may be private, or generated."""
    snapshot = resolved.query.snapshot
    if snapshot.path is None or not resolved.query.workspace_roots:
        return ""
    judged = verdict_of_path(snapshot.path, resolved.query.workspace_roots, resolved.disk)
    return "" if judged.allowed else judged.reason


def _without_repetition(candidates: list[Candidate], left_out: list[LeftOut]) -> list[Candidate]:
    """The passages, best first; of those about the same place in a file only the best."""
    best = sorted(candidates, key=lambda candidate: -candidate.score)
    taken: dict[tuple[str, int], Candidate] = {}
    texts: set[tuple[str, str]] = set()
    for candidate in best:
        key = (candidate.path, candidate.start)
        if key in taken or (candidate.path, candidate.text) in texts:
            reason = "the same passage is already included"
            left_out.append(LeftOut(candidate.path, candidate.source, reason, candidate.text))
            continue
        taken[key] = candidate
        texts.add((candidate.path, candidate.text))
    return list(taken.values())


def _fit(candidates: list[Candidate], budget_tokens: int) -> tuple[list[Candidate], list[LeftOut]]:
    fitting: list[Candidate] = []
    too_much: list[LeftOut] = []
    paths: set[str] = set()
    left = budget_tokens
    for candidate in candidates:
        cost = candidate.tokens + 1 + (FILE_TOKENS if candidate.path not in paths else 0)
        if cost > left:
            reason = f"{cost} tokens do not fit: {left} of {budget_tokens} remain"
            too_much.append(LeftOut(candidate.path, candidate.source, reason, candidate.text))
            continue
        left -= cost
        paths.add(candidate.path)
        fitting.append(candidate)
    return fitting, too_much


def _kept(
    before: Gathered, fitting: list[Candidate], resolved: ResolvedQuery, budget_tokens: int
) -> tuple[ContextFile, ...] | None:
    now = {(piece.path, piece.text): piece.score for piece in fitting}
    still_true = all((piece.path, piece.text) in now or _is_in_a_file(piece, resolved) for piece in before.pieces)
    if not before.pieces or not still_true or before.tokens > budget_tokens:
        return None
    worth = sum(now.get((piece.path, piece.text), 0.0) for piece in before.pieces)
    return before.files if worth >= STICK * sum(now.values()) else None


def _is_in_a_file(piece: Candidate, resolved: ResolvedQuery) -> bool:
    """Whether the passage still stands in its file, line by line; one that is not open is taken as unchanged."""
    lines = piece.quotes or tuple(line.strip() for line in piece.text.split("\n"))
    if piece.path == resolved.path:
        return all(line in resolved.code.text for line in lines)
    for file in resolved.others:
        if file.path == piece.path:
            return all(line in file.code.text for line in lines)
    return True


def _files(pieces: Sequence[Candidate]) -> tuple[ContextFile, ...]:
    texts: dict[str, list[str]] = {}
    for piece in pieces:
        texts.setdefault(piece.path, []).append(piece.text)
    return tuple(ContextFile(path, "\n".join(parts)) for path, parts in texts.items())
