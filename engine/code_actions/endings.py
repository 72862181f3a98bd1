"""How control leaves the statements of a function: what an answer may not change by leaving something out."""

from collections import Counter

from hearth.engine.code_actions.statements import Comment, Outline, Statement

_JUMPS = ("return", "raise", "throw", "break", "continue")
_LEAVING = ("return", "raise", "throw")
_NOTHING = (["return"], ["return", "None"], ["return", "null"], ["return", "undefined"], ["return", "nil"])
_OPEN = ("if", "for", "while", "unless", "foreach", "enhanced_for")
_ENDLESS = (["while", "True"], ["while", "true"], ["while", "1"], ["for"], ["loop"])


def ending_is_lost(lost: Statement, now: Outline, source: bytes) -> bool:
    """Whether the last `return` of a function is gone, and what ends it now may end without one."""
    if not lost.last or _depth(lost) != 1 or lost.tokens[:1] not in ([word] for word in _LEAVING):
        return False
    if lost.tokens in _NOTHING:
        return False
    ends = [each for each in now.statements if each.last and _depth(each) == 1]
    return bool(ends) and all(_may_end_without(each, source) for each in ends)


def unreachable(outline: Outline) -> int:
    """How many statements stand behind one that leaves their block."""
    return sum(
        each.kind.startswith(_JUMPS) and not each.last and not each.is_definition for each in outline.statements
    )


def comment_in_place(ours: Statement, theirs: Statement, now: Outline, known: set[str]) -> Comment | None:
    """A new comment on a line of its own inside a statement that lost something it spoke of."""
    if not Counter(ours.names) - Counter(theirs.names):
        return None
    inside = [each for each in now.statements if each.around is theirs]
    for comment in now.comments:
        in_head = theirs.start < comment.start < theirs.end and not any(
            each.start <= comment.start < each.end for each in inside
        )
        first = min((each.start for each in inside), default=theirs.end)
        if in_head and comment.start < first and comment.alone and comment.text not in known:
            return comment
    return None


def _may_end_without(statement: Statement, source: bytes) -> bool:
    text = source[statement.start : statement.end]
    return statement.kind.startswith(_OPEN) and b"else" not in text and statement.tokens not in _ENDLESS


def _depth(statement: Statement) -> int:
    depth, around = 0, statement.around
    while around is not None:
        depth, around = depth + 1, around.around
    return depth
