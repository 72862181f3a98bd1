"""Keys and passwords in code that is rewritten: the model sees stand-ins, and the file keeps what it has."""

import re
from dataclasses import replace
from difflib import SequenceMatcher

from hearth.engine.code_actions.edits import Edit, applied, minimal
from hearth.engine.code_actions.targets import Problem, Target
from hearth.engine.context.parsed import as_seen
from hearth.engine.context.symbols import symbols
from hearth.engine.errors import EditRefused
from hearth.engine.secrets.hiding import restored, seen_by_model, stand_ins
from hearth.engine.text import end_of_line, start_of_line

_WORD = re.compile(r"[A-Za-z0-9]{3,}")
_ALIKE = 0.6  # of two words, as difflib counts: the one is the other with mistakes
_REMOVING = ("fix", "instruct")  # actions that may be asked for just that: to take a key out of the code


def target_as_seen(target: Target) -> Target:
    """The target with all secrets hidden that are in its file, in the problem and in the instruction.

    Offsets stay what they are, so an edit of it is an edit of the file.
    """
    code = as_seen(target.code)
    definition = target.definition
    if definition is not None and code is not target.code:
        same = (each for each in symbols(code).definitions if each.start == definition.start)
        definition = next((each for each in same if each.end == definition.end), definition)
    problem = target.problem
    if problem is not None:
        problem = Problem(
            problem.start,
            problem.end,
            _hidden(problem.message, target.code.text),
            problem.code,
            problem.source,
            tuple(_hidden(each, target.code.text) for each in problem.related),
        )
    instruction = _hidden(target.instruction, target.code.text)
    return replace(target, code=code, definition=definition, problem=problem, instruction=instruction)


def with_secrets(action_id: str, target: Target, seen: Target, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Edits of the file as it is, made of edits of the file as the model saw it.

    Raises `EditRefused` when a secret would be lost, or come back with mistakes in it.
    """
    if not edits:
        return edits
    text = seen.code.text
    # Whole lines: an edit may begin in the middle of a stand-in, where old and new have the same letters.
    start = start_of_line(text, min(edit.start for edit in edits))
    end = end_of_line(text, max(edit.end for edit in edits))
    inside = tuple(Edit(edit.start - start, edit.end - start, edit.text) for edit in edits)
    old, new = text[start:end], applied(text[start:end], inside)
    shown = stand_ins(seen.text)
    for word in set(_WORD.findall(new)) - set(_WORD.findall(text)):
        if any(_is_damaged(word, each) for each in shown):
            raise EditRefused("the answer contains a damaged copy of a key that was hidden from the model")
    if action_id not in _REMOVING and any(each not in new for each in stand_ins(old)):
        raise EditRefused("the model omitted a key or a password from this code")
    with_own = restored(new, target.code.text + target.instruction)
    return (
        edits if with_own == new and seen.code is target.code else minimal(target.code.text, start, end, with_own)
    )


def refuse_secrets(text: str) -> None:
    """For text of another file: what was hidden in this one is not written there."""
    if stand_ins(text):
        raise EditRefused("the answer repeats a key or a password, which must not be copied to another file")


def _is_damaged(word: str, stand_in: str) -> bool:
    if abs(len(word) - len(stand_in)) > len(stand_in) // 2 or word == stand_in:
        return False
    return SequenceMatcher(None, word, stand_in, autojunk=False).ratio() > _ALIKE


def _hidden(text: str, file_text: str) -> str:
    """Also what says in other words what the file hides: a checker quotes a password without its name."""
    hidden = seen_by_model(text)
    for stand_in in stand_ins(seen_by_model(file_text)):
        secret = restored(stand_in, file_text)
        if len(secret) >= 6:
            hidden = hidden.replace(secret, stand_in)
    return hidden
