"""The story of a next edit: from what the user has changed to one edit that follows from it.

    anything in the way?  ->  what follows from the newest edits, rule by rule  ->  the nearest that is safe

The places are found anew each time, so that they are always those of the text as it is. A chain is what a rule
still finds after one of its proposals was accepted.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hearth.engine.code_actions.edits import Edit, applied
from hearth.engine.context.documents import Document
from hearth.engine.index.entries import Entry
from hearth.engine.next_edit import silence, trained
from hearth.engine.next_edit.filling import Hole
from hearth.engine.next_edit.history import EditHistory, UserEdit
from hearth.engine.next_edit.rules import HOLES, RULES
from hearth.engine.next_edit.silence import Moment
from hearth.engine.next_edit.situation import File, Proposal, Situation, shifted
from hearth.engine.next_edit.trained import Written
from hearth.engine.next_edit.windows import Size, Window, window_at
from hearth.engine.text import end_of_line, start_of_line

MAX_CAUSES = 3  # edits of the user, the newest first, that something may follow from
MAX_REMEMBERED = 20  # edits that were turned down; and that many that were offered


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Replace the whole lines `start:end` of a document by `text`. `left` more of the same kind are known."""

    uri: str
    start: int
    end: int
    old: str
    text: str
    title: str
    left: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        return self.uri, self.old, self.text


@dataclass(frozen=True, slots=True)
class Question:
    """One request, as everything was when it came."""

    document: Document
    others: tuple[Document, ...]
    cursor: int
    edits: tuple[UserEdit, ...]
    by_hand: bool = False
    other_files: bool = False  # whether an edit of another file than the cursor's may be the answer
    is_undone: bool = False
    is_rejected: bool = False
    refused: frozenset[tuple[str, str, str]] = frozenset()
    entries: tuple[Entry, ...] = ()  # of the workspace's index


@dataclass(slots=True)
class NextEdits:
    """What one editor was offered, and what became of it. All methods run on the event loop.

    `is_asked_for`: the client has a way of its own to show next edits. `counts` says how often each event came.
    """

    history: EditHistory = field(default_factory=EditHistory)
    is_asked_for: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    _offered: dict[str, Suggestion] = field(default_factory=dict)
    _rejected: deque[tuple[str, str, str]] = field(default_factory=lambda: deque(maxlen=MAX_REMEMBERED))
    _ignored: dict[tuple[str, str, str], int] = field(default_factory=dict)  # and the newest edit then
    _quiet_since: int = -1  # the newest edit when the user turned a suggestion down
    _last_id: int = 0
    _end_older: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self.history.on_change = self.take_turn

    def take_turn(self, end: Callable[[], object] = lambda: None) -> None:
        """A request comes, which `end` ends, or somebody has typed: the request before is ended now."""
        self._end_older()
        self._end_older = end

    def question(
        self,
        document: Document,
        others: tuple[Document, ...],
        cursor: int,
        by_hand: bool,
        other_files: bool,
        entries: tuple[Entry, ...] = (),
    ) -> Question:
        """What is asked at a cursor; `find` answers it, in any thread."""
        self._notice_accepted(document)
        edits, newest = self.history.edits(), self._newest()
        ignored = {key for key, edit in self._ignored.items() if edit >= newest}
        return Question(
            document,
            others,
            cursor,
            edits,
            by_hand,
            other_files,
            is_undone=self.history.is_undone(document),
            is_rejected=self._quiet_since >= newest,
            refused=frozenset() if by_hand else frozenset({*self._rejected, *ignored}),
            entries=entries,
        )

    def offer(self, suggestion: Suggestion) -> str:
        """The suggestion goes out; its id in later events."""
        self._last_id += 1
        self.counts["offered"] += 1
        id = f"next-{self._last_id}"
        self._offered[id] = suggestion
        while len(self._offered) > MAX_REMEMBERED:
            del self._offered[next(iter(self._offered))]
        return id

    def shown(self, id: str) -> None:
        """The suggestion with that id came on the screen."""
        self.counts["shown"] += id in self._offered

    def accepted(self, id: str) -> None:
        """The client has applied the suggestion with that id."""
        suggestion = self._offered.pop(id, None)
        if suggestion is not None:
            self.counts["accepted"] += 1
            self.history.accepted(suggestion.uri, suggestion.start, suggestion.text)

    def declined(self, id: str, reason: str) -> None:
        """A suggestion was not accepted: "rejected" by the user, "replaced" by another, or else passed over."""
        suggestion = self._offered.pop(id, None)
        if suggestion is None or reason == "replaced":
            return
        self.counts[reason if reason == "rejected" else "ignored"] += 1
        if reason == "rejected":
            self._rejected.append(suggestion.key)
            self._quiet_since = self._newest()
        else:
            self._ignored[suggestion.key] = self._newest()
            while len(self._ignored) > MAX_REMEMBERED:
                del self._ignored[next(iter(self._ignored))]

    def _newest(self) -> int:
        return max((edit.id for edit in self.history.edits()), default=0)

    def _notice_accepted(self, document: Document) -> None:
        """Of a client that does not tell: the newest edit is what was offered."""
        edits = self.history.edits()
        if not edits or edits[0].uri != document.uri or edits[0].kind == "accepted":
            return
        _, old, new = edits[0].lines(document.text)
        for id, suggestion in list(self._offered.items()):
            same_lines = (suggestion.old, suggestion.text) == (old, new)
            if suggestion.uri == document.uri and (same_lines or _is_inserted(suggestion, edits[0])):
                self.history.accepted(document.uri, edits[0].start, edits[0].new)
                del self._offered[id]


def find(question: Question) -> Suggestion | Hole | None:
    """The edit that comes next, or a hole that a model may fill; None where there is neither.

    For any thread: it parses what is not parsed yet.
    """
    situation = _situation(question)
    moment = Moment(situation, question.by_hand, question.is_undone, question.is_rejected)
    if silence.reason(moment):
        return None
    for edit in _causes(situation):
        for rule in RULES:
            if edit.kind == "pasted" and not rule.of_pasted:
                continue
            proposals = _ordered(rule.find(situation, edit), situation)
            found = [each for each in proposals if _is_allowed(each, situation, question)]
            first = next((each for each in found if not _is_broken_by(each, situation)), None)
            if first is not None:
                return _suggestion(situation, first, sum(each.title == first.title for each in found) - 1)
        wanted = [hole for find_holes in HOLES if edit.kind != "pasted" for hole in find_holes(situation, edit)]
        if here := [hole for hole in wanted if hole.uri == situation.file.uri]:
            return here[0]
    return None


def filled(question: Question, hole: Hole, value: str) -> Suggestion | None:
    """The suggestion to fill a hole so; None where that may not be shown."""
    situation = _situation(question)
    edit = Edit(hole.offset, hole.offset, hole.before + value)
    proposal = Proposal(hole.uri, (edit,), hole.title, hole.cause)
    is_allowed = _is_allowed(proposal, situation, question) and not _is_broken_by(proposal, situation)
    return _suggestion(situation, proposal) if is_allowed else None


def window(question: Question, size: Size) -> Window | None:
    """What a trained model is shown where `find` knows nothing; None where nothing is to be shown."""
    situation = _situation(question)
    moment = Moment(situation, question.by_hand, question.is_undone, question.is_rejected)
    return None if silence.reason(moment) else window_at(question.document, situation, size)


def rewritten(question: Question, window: Window, written: Written) -> Suggestion | None:
    """The nearest change of what a trained model wrote that may be shown."""
    situation = _situation(question)
    found = trained.proposals(window, written, situation.file)
    allowed = [
        each
        for each in _ordered(found, situation)
        if _is_allowed(each, situation, question) and not _is_broken_by(each, situation)
    ]
    return _suggestion(situation, allowed[0], len(allowed) - 1) if allowed else None


def _situation(question: Question) -> Situation:
    def file(document: Document) -> File:
        return File(document.uri, document.code, document.path)

    return Situation(
        file(question.document),
        tuple(file(each) for each in question.others),
        question.edits,
        question.cursor,
        question.entries,
    )


def _causes(situation: Situation) -> Iterator[UserEdit]:
    """The newest edits of the user, and those that were accepted since."""
    own = 0
    for edit in situation.edits:
        if situation.of(edit.uri) is None:
            continue
        yield edit
        own += edit.kind != "accepted"
        if own >= MAX_CAUSES:
            return


def _ordered(proposals: list[Proposal], situation: Situation) -> list[Proposal]:
    """The nearest first: in this file before others, below the newest edit before above it."""
    newest = situation.edits[0]
    anchor = newest.start if newest.uri == situation.file.uri else situation.cursor

    def distance(proposal: Proposal) -> tuple[bool, bool, int]:
        if proposal.uri != situation.file.uri:
            return True, False, 0  # in the order of the rule
        away = proposal.start - anchor
        return False, away < 0, abs(away)

    return sorted(proposals, key=distance)


def _is_allowed(proposal: Proposal, situation: Situation, question: Question) -> bool:
    file = situation.of(proposal.uri)
    if file is None or (file is not situation.file and not question.other_files):
        return False
    suggestion = _suggestion(situation, proposal)
    is_new = suggestion.old != suggestion.text and suggestion.key not in question.refused
    return is_new and not silence.reverts(proposal, situation)


def _is_broken_by(proposal: Proposal, situation: Situation) -> bool:
    file = situation.of(proposal.uri)
    return file is None or silence.breaks(proposal, file)


def _suggestion(situation: Situation, proposal: Proposal, left: int = 0) -> Suggestion:
    """The proposal as a change of whole lines."""
    file = situation.of(proposal.uri)
    text = file.code.text if file is not None else ""
    start, end = start_of_line(text, proposal.start), end_of_line(text, proposal.end)
    newline = "\r\n" if "\r\n" in text else "\n"
    only = proposal.edits[0]
    is_insertion = len(proposal.edits) == 1 and only.start == only.end
    if is_insertion and only.text.startswith(newline) and only.start >= end - 1 and end < len(text):
        at = end + 1  # new lines go before the next one
        return _made(proposal, text, at, at, only.text[len(newline) :] + newline, left)
    if is_insertion and only.text.endswith(newline) and only.start == start:
        return _made(proposal, text, start, start, only.text, left)
    if text[proposal.end - 1 : proposal.end] == "\n" and proposal.start == start:
        end = proposal.end  # whole lines already
    else:
        end -= text[end - 1 : end] == "\r" and end > start
    return _made(proposal, text, start, end, applied(text[start:end], shifted(proposal.edits, -start)), left)


def _made(proposal: Proposal, text: str, start: int, end: int, new: str, left: int) -> Suggestion:
    return Suggestion(proposal.uri, start, end, text[start:end], new, proposal.title, left)


def _is_inserted(suggestion: Suggestion, edit: UserEdit) -> bool:
    return not suggestion.old and suggestion.text.strip() == edit.new.strip() and bool(edit.new.strip())
