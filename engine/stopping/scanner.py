"""Where a completion ends. Every token that is not generated is time saved, and text not shown that was wrong.

`StopScanner` takes the model's pieces as they come and asks each of `RULES` after every piece whether the answer
is complete. Rules see text only (no tokens, no tree), so they work for every backend. White space never
counts when answers are compared with the text below: models indent as they like.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from hearth.engine.languages import Language
from hearth.engine.stopping.borders import wants_more
from hearth.engine.stopping.lines import doubles_blanks
from hearth.engine.stopping.pairs import Closers
from hearth.engine.stopping.rules import DECIDED, GUESSES, RULES, beginning_of
from hearth.engine.stopping.trims import TRIMS
from hearth.engine.text import BLANKS, MAX_LINE, end_of_line, lines_of, shortened, start_of_line
from hearth.engine.types import StopPolicy

Mode = Literal["line", "block", "span"]
_STEP = 8  # characters between two looks at the rules, for servers that send long pieces
_LOOK_AHEAD = 6  # lines behind a guessed end in which the text below may still be reached
# Measured on spans of real code (0.5B): in the middle of the missing text the model gives its end tokens a
# probability over this at 1 of 200 places, at its real end at 2 of 3.
LIKELY_END = 0.005


@dataclass
class StopScanner:
    """Scans a growing answer. Call `push` until `stopped`, then take the remainder from `finish`.

    The texts that `push` and `finish` return, joined, are the answer: whole lines as soon as no rule can take
    them back.
    """

    policy: StopPolicy
    text: str = ""
    rule: str = ""  # that ended it
    trimmed: bool = False  # no rule ended it, and its end was not all of use
    _committed: int = field(default=0, repr=False)
    _has_begun: bool = field(default=False, repr=False)  # to say something
    _likely_end: int = field(default=-1, repr=False)
    _likelihood: float = field(default=0.0, repr=False)
    _guess: tuple[str, int] | None = field(default=None, repr=False)

    @property
    def stopped(self) -> bool:
        return bool(self.rule)

    @property
    def end(self) -> str:
        """The name of what ended it: a rule, "trimmed", or "" where that was the model or a limit."""
        return self.rule or ("trimmed" if self.trimmed else "")

    @property
    def uncommitted(self) -> str:
        """The end that a rule may still take back."""
        return self.text[self._committed :]

    def push(self, piece: str) -> str:
        """Append `piece`; return the newly committed text (often empty). Line ends become line feeds."""
        piece = piece.replace("\r", "")
        for start in range(0, len(piece), _STEP):
            if self.stopped:
                return ""
            self.text += piece[start : start + _STEP]
            self._without_stray_blanks()
            self._without_blanks_at_line_ends()
            self._apply_rules()
        if self.stopped:
            return ""
        certain = self.text if self._guess is None else self.text[: self._guess[1]]
        return self._commit(_certain_end(certain, self.policy))

    @property
    def wants_more(self) -> bool:
        """Whether something must follow on its last line, however probable an end is."""
        return wants_more(self.text, beginning_of(self.policy))

    def may_end_here(self, likelihood: float) -> None:
        """The model would end here with this probability; used if it continues instead."""
        if likelihood > max(self._likelihood, LIKELY_END):
            self._likelihood, self._likely_end = likelihood, len(self.text)

    def finish(self, own_end: bool = False) -> str:
        """End the answer and return what is left of it, without what stands below the cursor anyway.

        `own_end`: the model has ended it, and that is to be believed.
        """
        whole = self.text
        if self._guess is not None and not own_end and self.rule not in DECIDED:
            self._cut(*self._guess)
        if self._likely_end >= 0 and not own_end and self.rule not in DECIDED:
            self.text = self.text[: max(self._likely_end, self._committed)]
        for trim in TRIMS:
            self.text = self.text[: max(trim(self.text, self.policy), self._committed)]
        self.trimmed = whole != self.text and not own_end and not self.rule
        return self._commit(len(self.text))

    def _without_stray_blanks(self) -> None:
        """Blanks at its beginning that stand left of the cursor already: servers know no healing of tokens."""
        if self._has_begun or not self.text.strip(BLANKS):
            return
        self._has_begun = True
        said = self.text.lstrip(" \t")
        if not self._committed and doubles_blanks(self.text[: len(self.text) - len(said)], said, self.policy):
            self.text, self._likely_end = said, -1

    def _without_blanks_at_line_ends(self) -> None:
        """They mean something in Markdown only, where two of them break a line."""
        if "\n" in self.uncommitted and self.policy.language != "markdown":
            start = max(0, self._committed - 1)
            self.text = self.text[:start] + re.sub(r"(?<=[\S\n])[ \t]+(?=\n)", "", self.text[start:])

    def _apply_rules(self) -> None:
        for name, rule in RULES:
            is_guess = name in GUESSES and self.policy.mode == "span"
            cut = rule(self.text, self.policy)
            if cut is None:
                continue
            if is_guess and (self.policy.knows_end or not _is_far_behind(self.text, cut)):
                self._guess = self._guess or (name, cut)
                continue
            self._cut(*(self._guess or (name, cut)) if name in GUESSES else (name, cut))
            return

    def _cut(self, rule: str, end: int) -> None:
        self.text = self.text[: max(end, self._committed)]
        self.rule = rule

    def _commit(self, end: int) -> str:
        committed = self.text[self._committed : end]
        self._committed = max(end, self._committed)
        return committed


def policy_at(
    text: str,
    offset: int,
    mode: Mode,
    language: Language | None = None,
    closers: Closers | None = None,
    max_lines: int = 12,
    prose: bool = False,
) -> StopPolicy:
    """The policy for a cursor at `offset` of `text`. Cost does not depend on the length of the text.

    `closers` is what the editor closed right of the cursor, where that is all of the line's rest.
    """
    line_start = start_of_line(text, offset)
    line_end = end_of_line(text, offset)
    above = [line for line in text[max(0, line_start - 4000) : line_start].split("\n") if line.strip()]
    below = [line for line in text[line_end + 1 : line_end + 4000].split("\n") if line.strip()]
    return StopPolicy(
        mode=mode,
        head=shortened(text[line_start:offset]),
        tail="" if closers is not None else text[offset : min(line_end, offset + MAX_LINE)].rstrip("\r"),
        above=tuple(line.rstrip("\r") for line in reversed(above[-4:])),
        below=tuple(line.rstrip("\r") for line in below[:4]),
        comment=language.comment if language else "",
        max_lines=max_lines,
        closers=closers.text if closers else "",
        in_string=closers.in_string if closers else False,
        quote=closers.quote if closers else "",
        in_tag=closers.in_tag if closers else False,
        language=language.name if language else "",
        prose=prose,
    )


def _is_far_behind(text: str, end: int) -> bool:
    """Whether the answer has gone on so far behind a guessed end that it will not reach the text below.

    Nor does it once it begins something new at the left margin.
    """
    lines = [line for line in text[end:].split("\n")[1:-1] if line.strip()]
    return len(lines) >= _LOOK_AHEAD or any(re.match(r"[\w@#/]", line) for line in lines)


def _certain_end(text: str, policy: StopPolicy) -> int:
    """How much can be shown already: complete lines, but not the comments and repetitions at their end,
    which may become too many, nor what stands below the cursor anyway.
    """
    lines = lines_of(text)[:-1]
    while lines and policy.comment and lines[-1][1].lstrip().startswith(policy.comment):
        lines.pop()
    while len(lines) > 1 and lines[-1][1].strip() == lines[-2][1].strip():
        lines.pop()
    # Neither is a line end, or a blank, certain before something follows it.
    certain = text[: lines[-1][0] + len(lines[-1][1])].rstrip(BLANKS) if lines else ""
    if not certain:
        return 0
    for trim in TRIMS:
        certain = certain[: trim(certain, policy)]
    return len(certain)
