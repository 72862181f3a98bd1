"""Whether an edit loses what was not to be lost. One judge for every action, and it looks at the tree only.

The statements before and after are laid side by side. A statement that is missing afterwards must be accounted
for: it stands elsewhere now, or it became part of another statement that now speaks of the same names, or only a
variable was set that is gone altogether. How a comment words that something was left out does not matter.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from hearth.engine.characters import one_line
from hearth.engine.code_actions.asked import asks_to_remove, speaks_of, speaks_of_comments
from hearth.engine.code_actions.edits import Edit, after_edits
from hearth.engine.code_actions.endings import comment_in_place, ending_is_lost, unreachable
from hearth.engine.code_actions.statements import ITERATING, Outline, Statement, outline
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText
from hearth.engine.errors import EditRefused
from hearth.engine.text import end_of_line, start_of_line

_ALIKE = 0.34  # share of their tokens that two statements have in common, the later in place of the earlier
_JUMPS = ("return", "raise", "throw", "break", "continue", "yield", "goto", "fallthrough")
_FIELDS = ("field_declaration", "property_signature", "public_field_definition", "field_definition")
_CHECKS = ("assert", "delete")  # statements whose keyword says all
# Words that declare; the one may take the other's place.
_DECLARING = frozenset("def function func fn const let var val fun sub".split())
# Names that only compute: a loop that becomes a comprehension needs no `range` any more.
_COMPUTING = frozenset(
    """
    len range enumerate list dict set tuple str int float bool sum min max sorted reversed zip any all isinstance
    abs map filter length size count append push add extend insert concat keys values items entries get iter
    into_iter iter_mut collect to_string clone String Object Array Number Boolean Math make cap next hasNext
    iterator forEach ArrayList List HashMap Map HashSet Set Vec new push_back begin end emplace_back std vector
    true false True False None null nil undefined this self
    """.split()
)
_CLOSING = frozenset("close dispose Close Dispose release unlock".split())
# Languages with braces in which a variable begins where it is set first.
_UNDECLARED = ("php", "perl", "r", "bash", "powershell", "groovy")
_CLOSERS = ("with_", "try_with_resources", "using_")


@dataclass(slots=True)
class _Losses:
    """`reason` says what may not be lost; the numbers are of what may."""

    reason: str = ""
    statements: int = 0
    comments: int = 0


def judged(target: Target, edits: tuple[Edit, ...], is_stub: bool = False) -> tuple[str, ...]:
    """What the edits lose on purpose, in words. Raises `EditRefused` when they lose anything else.

    `is_stub`: the statements that stand there are only in place of the right ones.
    """
    if not edits or target.code.tree is None:
        return ()
    after = after_edits(target.code, edits)
    if after.tree is None:
        return ()
    start, end = _reach(target, edits)
    new_start = start + sum(len(edit.text) - (edit.end - edit.start) for edit in edits if edit.end < start)
    new_end = len(after.text) - (len(target.code.text) - end)
    new_end -= sum(len(edit.text) - (edit.end - edit.start) for edit in edits if edit.start > end)
    before, now = outline(target.code, start, end), outline(after, new_start, new_end)
    if is_stub:
        before.statements[:] = [each for each in before.statements if each.is_definition]
    losses = _losses(target, before, now, _words(edits, start, end), after.source)
    if losses.reason:
        raise EditRefused(losses.reason)
    return _said(losses)


def _losses(target: Target, before: Outline, now: Outline, brought: set[str], source: bytes) -> _Losses:
    losses = _Losses()
    comparison = _Comparison(target, before, now, brought, source)
    if emptied := comparison.emptied():
        losses.reason = f"the model omitted the code of: {_shown(target.code, emptied)}"
        return losses
    for old, new in comparison.changes():
        missing, kept = comparison.pairs(old, new)
        for ours, theirs in kept:
            if (lost := _lost_from(ours, theirs)) and not _is_asked_for(target, ours, spoken_of=False):
                losses.reason = f"the model omitted {one_line(' '.join(lost))[:60]}"
                return losses
            if placed := comparison.comment_in(ours, theirs):
                losses.reason = f"the model omitted code: {one_line(placed)[:60]}"
                return losses
        gone = [each for each in missing if comparison.is_gone(each)]
        refused = [each for each in gone if not comparison.is_accounted_for(each, old, new, kept)]
        spoken_of = any(speaks_of(target.instruction, each.names) for each in refused)
        unasked = [
            each for each in refused if comparison.leaves_unset(each) or not _is_asked_for(target, each, spoken_of)
        ]
        if unasked:
            losses.reason = f"the model omitted code: {_shown(target.code, unasked[0])}"
            return losses
        losses.statements += len(refused)
        may_comment = speaks_of_comments(target.instruction)
        if not may_comment and len(refused) < len(gone) and (comment := comparison.stands_there(old, new)):
            losses.reason = f"the model omitted code: {one_line(comment)[:60]}"
            return losses
    if unreachable(now) > unreachable(before):
        losses.reason = "code in the answer is never reached"
        return losses
    before_comments = Counter(each.text for each in before.comments)
    losses.comments = sum((before_comments - Counter(each.text for each in now.comments)).values())
    return losses


class _Comparison:
    """The statements before and after, side by side."""

    def __init__(self, target: Target, before: Outline, now: Outline, brought: set[str], source: bytes) -> None:
        self._before, self._now, self._brought, self._source = before, now, brought, source
        ours, theirs = before.statements, now.statements
        self._all_codes = _side_by_side(ours, theirs)
        self._codes = [code for code in self._all_codes if code[0] != "equal"]
        # How often a statement is missing: one that only moved is not.
        self._gone = Counter(each.key for each in ours) - Counter(each.key for each in theirs)
        self._used = {name for each in theirs for name in each.names}
        # A method may have the name of a variable that is gone: `rows.sum` does not use `sum`.
        members = {name for each in theirs for name, before in each.members if before}
        alone = {name for each in theirs for name, before in each.members if not before}
        self._used -= members - alone
        self._locals = _declared(target, ours) - self._used
        self._helpers = self._names_of_helpers()
        self._ours_said = {each.text for each in before.comments}

    def emptied(self) -> Statement | None:
        """The first statement that held others, and holds nothing now."""
        filled = _filled(self._before.statements), _filled(self._now.statements)
        for kind, a, b, c, d in self._all_codes:
            old, new = slice(a, b), slice(c, d)
            both = (
                list(zip(self._before.statements[old], self._now.statements[new], strict=True))
                if kind == "equal"
                else self.pairs(old, new)[1]
            )
            for ours, theirs in both:
                if id(ours) in filled[0] and id(theirs) not in filled[1] and ours.kind == theirs.kind:
                    return ours
        return None

    def changes(self) -> list[tuple[slice, slice]]:
        return [(slice(*code[1:3]), slice(*code[3:5])) for code in self._codes]

    def pairs(self, old: slice, new: slice) -> tuple[list[Statement], list[tuple[Statement, Statement]]]:
        """(statements that are missing, those that became another one)."""
        ours, theirs = self._before.statements[old], self._now.statements[new]
        missing, kept = list(ours), []
        ranked = sorted(
            (
                (_alike(one, other), -abs(i - j), i, j)
                for i, one in enumerate(ours)
                for j, other in enumerate(theirs)
                if not other.says_nothing or one.says_nothing
            ),
            reverse=True,
        )
        taken: tuple[set[int], set[int]] = (set(), set())
        for alike, _, i, j in ranked:
            same_place = len(ours) == len(theirs) and i == j and ours[i].kind == theirs[j].kind
            same_place = same_place and bool(theirs[j].names or not ours[i].names)
            if i in taken[0] or j in taken[1] or (alike < _ALIKE and not same_place):
                continue
            taken[0].add(i)
            taken[1].add(j)
            missing.remove(ours[i])
            kept.append((ours[i], theirs[j]))
        return missing, kept

    def is_gone(self, statement: Statement) -> bool:
        if self._gone[statement.key] <= 0:
            return False
        self._gone[statement.key] -= 1
        return True

    def is_accounted_for(
        self, lost: Statement, old: slice, new: slice, kept: list[tuple[Statement, Statement]]
    ) -> bool:
        theirs = self._now.statements[new]
        needed = self._needed(lost)
        if self._is_closed(lost):
            return True
        if lost.says_nothing and not lost.names:
            return True
        if not any(not each.says_nothing for each in theirs) and not self._helpers:
            return self._only_sets_what_is_gone(lost)
        if lost.kind.startswith(_JUMPS) and not self._jump_is_kept(lost, theirs, old):
            return False
        if ending_is_lost(lost, self._now, self._source):
            return False
        if lost.kind.startswith(_CHECKS) and not any(_checks(each, lost) for each in theirs):
            return False
        said = {name for each in theirs for name in each.names} | self._helpers | self._brought
        if self._is_in_lost_loop(lost, old) and needed <= said:
            kept_names = {name for ours, _ in kept for name in ours.names}
            iterates = any(not ITERATING.isdisjoint(each.tokens) for each in theirs)
            if iterates and (lost.is_loop or needed - kept_names) and not lost.sets:
                return True
        gained = self._gained(theirs, kept) | self._helpers | self._brought
        if (
            lost.assigned
            and not lost.is_loop
            and not lost.kind.startswith(("if", "elif", "with", "except", "catch"))
        ):
            if lost.assigned - self._locals - self._used:
                return False
            still_used = lost.assigned & self._used
            set_there = {name for each in theirs for name in each.assigned}
            if still_used <= set_there:
                return needed - lost.assigned <= said
            elsewhere = self._before.statements[: old.start] + self._now.statements[new.stop :]
            if any(still_used & set(each.names) for each in self._now.statements[new.stop :]) and elsewhere:
                return False
            return needed <= gained and still_used <= gained
        if not theirs:
            return False
        # Two calls that became one call speak of the function once.
        alike = [ours for ours, other in kept if ours.tokens[:1] == lost.tokens[:1] == other.tokens[:1]]
        own = needed - {name for ours in alike for name in ours.names}
        merged = bool(alike and own) and not lost.sets and own <= gained
        return needed <= gained or merged or _is_built_anew(lost, theirs, gained)

    def _is_in_lost_loop(self, lost: Statement, old: slice) -> bool:
        around: Statement | None = lost
        while around is not None and not around.is_loop:
            around = around.around
        return around is not None and around in self._before.statements[old]

    def _is_closed(self, lost: Statement) -> bool:
        """`file.close()`, and a `finally` around nothing else, is what a `with` does by itself."""
        theirs = self._now.statements
        if lost.kind == "finally_clause":
            inside = [each for each in self._before.statements if each.around is lost]
            return bool(inside) and all(_is_closed_by(each, theirs) for each in inside)
        return _is_closed_by(lost, theirs)

    def leaves_unset(self, lost: Statement) -> bool:
        """Whether a variable that it alone set is still used."""
        set_there = {name for each in self._now.statements for name in each.assigned}
        return any(name in self._used and lost.names.count(name) == 1 for name in lost.assigned - set_there)

    def comment_in(self, ours: Statement, theirs: Statement) -> str:
        """A new comment inside a statement that lost something."""
        found = comment_in_place(ours, theirs, self._now, self._ours_said)
        return found.text if found is not None else ""

    def stands_there(self, old: slice, new: slice) -> str:
        """A new comment in place of statements that are gone."""
        theirs = self._now.statements
        first = theirs[new.start - 1].start if new.start > 0 else -1
        last = theirs[new.stop].start if new.stop < len(theirs) else None
        for comment in self._now.comments:
            is_there = comment.start > first and (last is None or comment.start < last) and comment.alone
            is_new = comment.text not in self._ours_said and not comment.text.startswith(('"', "'", "/**"))
            if is_there and is_new:
                return comment.text
        return next((" ".join(each.key) for each in theirs[new] if each.says_nothing and new.stop > new.start), "")

    def _needed(self, lost: Statement) -> set[str]:
        """The names that must still be spoken of."""
        on_gone = {name for name, before in lost.members if before in self._locals}
        loop = lost.assigned if lost.is_loop else set()
        needed = set(lost.names) - self._locals - on_gone - loop
        # A call of something like `push` alone is known by nothing else.
        only_computes = lost.calls and not lost.sets and not lost.kind.startswith(_JUMPS)
        return needed - _COMPUTING or (needed if only_computes else set())

    def _only_sets_what_is_gone(self, lost: Statement) -> bool:
        gone = bool(lost.assigned) and lost.assigned <= self._locals and not lost.is_loop
        return gone and (not lost.calls or set(lost.names) <= self._locals | _COMPUTING | lost.assigned)

    def _jump_is_kept(self, lost: Statement, theirs: list[Statement], old: slice) -> bool:
        word = lost.tokens[0]
        if any(word in each.tokens for each in theirs):
            return True
        if word in ("break", "continue"):
            around = lost.around
            while around is not None and not around.is_loop:
                around = around.around
            return around is not None and around in self._before.statements[old] and bool(theirs)
        # The last expression of a block is its value in some languages.
        values = [each for each in theirs if each.last and not each.sets]
        ends = ("_statement", "_declaration", "_definition")
        return word == "return" and any(not each.kind.endswith(ends) for each in values)

    def _gained(self, theirs: list[Statement], kept: list[tuple[Statement, Statement]]) -> set[str]:
        new = Counter(name for each in theirs for name in each.names)
        return set(new - Counter(name for ours, _ in kept for name in ours.names))

    def _names_of_helpers(self) -> set[str]:
        """What new functions speak of: code that was moved into a helper is not lost."""
        known = {each.key for each in self._before.statements if each.is_definition}
        new = [each for each in self._now.statements if each.is_definition and each.key not in known]
        fresh = [each for each in new if not any(_alike(each, ours) >= 0.6 for ours in self._before.statements)]
        return {
            name
            for each in self._now.statements
            if any(one is each or _stands_in(each, one) for one in fresh)
            for name in each.names
        }


def _declared(target: Target, statements: list[Statement]) -> set[str]:
    """The variables that begin there. Where they are declared, others that are set are fields or global."""
    language = target.code.language
    declares = language is not None and language.block == "brace" and language.name not in _UNDECLARED
    if not declares:
        return {name for each in statements for name in each.assigned}
    begun: set[str] = set()
    for each in statements:
        if "declaration" in each.kind or "definition" in each.kind:
            begun |= each.assigned or set(each.names)  # some begin without a value
        elif each.is_loop or not ("assignment" in each.kind or "expression" in each.kind):
            begun |= each.assigned
    return begun


def _side_by_side(ours: list[Statement], theirs: list[Statement]) -> Sequence[tuple[str, int, int, int, int]]:
    """As `get_opcodes` of difflib; statements of the same kinds in the same order stand where they stood."""
    keys = [each.key for each in ours], [each.key for each in theirs]
    if [each.kind for each in ours] != [each.kind for each in theirs]:
        return SequenceMatcher(None, *keys, autojunk=False).get_opcodes()
    codes: list[tuple[str, int, int, int, int]] = []
    for is_same, group in groupby(range(len(ours)), key=lambda index: keys[0][index] == keys[1][index]):
        first, *rest = group
        last = first + len(rest) + 1
        codes.append(("equal" if is_same else "replace", first, last, first, last))
    return codes


def _filled(statements: list[Statement]) -> set[int]:
    """The statements with something inside that does anything."""
    return {id(each.around) for each in statements if each.around is not None and not each.says_nothing}


def _stands_in(statement: Statement, other: Statement) -> bool:
    return other.start <= statement.start and statement.end <= other.end


def _checks(statement: Statement, lost: Statement) -> bool:
    """Whether it does what the lost check did: by the same word, or by a jump on the same condition."""
    return lost.tokens[0] in statement.tokens or statement.kind.startswith(("raise", "throw"))


def _is_closed_by(lost: Statement, theirs: list[Statement]) -> bool:
    closed = {before for name, before in lost.members if name in _CLOSING}
    return bool(closed) and any(each.kind.startswith(_CLOSERS) and closed & set(each.names) for each in theirs)


def _is_built_anew(lost: Statement, theirs: list[Statement], gained: set[str]) -> bool:
    """`tags.append(tag)` in front of `return tags` became `return [*tags, tag]`."""
    changed = {before for name, before in lost.members if name in _COMPUTING and before}
    put_in = set(lost.names) - changed - _COMPUTING
    only_computes = lost.calls and not lost.sets and bool(changed) and bool(put_in)
    return only_computes and put_in <= gained and any(changed | put_in <= set(each.names) for each in theirs)


def _alike(one: Statement, other: Statement) -> float:
    if one.is_definition != other.is_definition:
        return 0.0
    a, b = Counter(one.tokens), Counter(other.tokens)
    common = sum((a & b).values())
    same_kind = 0.05 if one.kind == other.kind else 0.0
    return 2 * common / max(1, sum(a.values()) + sum(b.values())) + (same_kind if common else 0.0)


def _lost_from(ours: Statement, theirs: Statement) -> list[str]:
    """Modifiers and types that a statement had, and that nothing stands in place of."""
    if ours.is_definition:
        lost = Counter(ours.tokens) - Counter(theirs.tokens)
        gained = Counter(theirs.tokens) - Counter(ours.tokens)
        words = [word for word in lost.elements() if word not in _DECLARING and any(map(str.isalpha, word))]
        return words if len(words) > sum(any(map(str.isalpha, each)) for each in gained.elements()) else []
    if ours.kind.startswith("jsx_") and not set(theirs.names) - set(ours.names):
        return list((Counter(ours.names) - Counter(theirs.names)).elements())
    gained = Counter(theirs.tokens) - Counter(ours.tokens)
    if ours.kind in _FIELDS and not gained:
        return list((Counter(ours.tokens) - Counter(theirs.tokens)).elements())  # a tag, an annotation, a default
    if ours.types and not theirs.types and ours.assigned & theirs.assigned:
        return ours.types
    return []


def _is_asked_for(target: Target, statement: Statement, spoken_of: bool) -> bool:
    """The problem lies on it, or the instruction says that something is to go: this, if it names what."""
    if target.problem is not None and _lies_on(target, statement):
        return True
    if not asks_to_remove(target.instruction):
        return False
    return not spoken_of or speaks_of(target.instruction, statement.names)


def _lies_on(target: Target, statement: Statement) -> bool:
    problem, code = target.problem, target.code
    if problem is None:
        return False
    line_start = code.byte(start_of_line(code.text, problem.start))
    line_end = code.byte(end_of_line(code.text, max(problem.start, problem.end)))
    return line_start <= statement.start < max(line_end, line_start + 1)


def _reach(target: Target, edits: tuple[Edit, ...]) -> tuple[int, int]:
    """The target with what was edited right beside it; an insertion elsewhere cannot lose anything."""
    replacing = [edit for edit in edits if edit.end > edit.start]
    start = min([target.outer[0], *(edit.start for edit in replacing if edit.end >= target.outer[0])])
    end = max([target.outer[1], *(edit.end for edit in replacing if edit.start <= target.outer[1])])
    return start, end


def _words(edits: tuple[Edit, ...], start: int, end: int) -> set[str]:
    """What stands in code that was inserted elsewhere, such as a helper above the class."""
    texts = [edit.text for edit in edits if edit.end < start or edit.start > end]
    return {word for text in texts for word in text.replace(".", " ").replace("(", " ").split()}


def _shown(code: ParsedText, statement: Statement) -> str:
    text = code.source[statement.start : statement.end].decode("utf-8", "replace")
    return one_line(text.split("\n")[0])[:60]


def _said(losses: _Losses) -> tuple[str, ...]:
    said = []
    for number, word in ((losses.statements, "statement"), (losses.comments, "comment")):
        if number:
            said.append(f"removes {number} {word}{'s' if number > 1 else ''}")
    return tuple(said)
