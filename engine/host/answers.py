"""An answer while it is decoded: where it ends, what of it may be sent, and what it might have been instead."""

from hearth.engine.host.alternatives import Alternatives
from hearth.engine.host.decoding import END, Decoded, Run
from hearth.engine.stopping.scanner import StopScanner
from hearth.engine.types import Finished, FinishReason, Piece, StopPolicy

# An answer ends where the model gives its end tokens more than this, though it would rather go on: instruct
# models run on into the text below. Measured on spans of real code (0.5B): over it at 3 of 5 real ends, and at
# 1 of 1,000 places before. Where nothing was said yet the most probable token decides: most code
# could also do without the text that is asked for.
SURE_END = 0.03


class FreeAnswer:
    """An answer without stop rules: it ends where the model ends it, or at the limit."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.reason = FinishReason.LENGTH
        self.found_end = False

    def ends_before(self, decoded: Decoded) -> bool:
        """Whether the answer is complete without this token."""
        self.found_end = decoded.token == END
        if self.found_end:
            self.reason = FinishReason.EOG
        return self.found_end

    def take(self, decoded: Decoded) -> Piece | None:
        """What to send for this token; None where the answer ends with it."""
        return Piece(decoded.text, probability=self.run.take_probability(""))

    def rest(self) -> Piece | None:
        """What is left to send once no token follows."""
        return None

    def finished(self) -> Finished:
        return Finished(self.reason, self.run.usage)


class RuledAnswer(FreeAnswer):
    """An answer that stop rules end, and of which is sent what no rule can take back."""

    def __init__(self, run: Run, policy: StopPolicy) -> None:
        super().__init__(run)
        self._scanner = StopScanner(policy)
        self._alternatives = Alternatives()

    @property
    def rule(self) -> str:
        """The stop rule that ended it, or ""."""
        return self._scanner.rule

    def ends_before(self, decoded: Decoded) -> bool:
        if super().ends_before(decoded):
            return True
        said_something = bool(self._scanner.text.strip())
        may_end = said_something and not self._scanner.policy.knows_end
        if may_end and decoded.end_probability > SURE_END and not self._scanner.wants_more:
            self.reason = FinishReason.EOG
            return True
        return False

    def take(self, decoded: Decoded) -> Piece | None:
        answer = self._scanner
        answer.may_end_here(decoded.end_probability)
        self._alternatives.note(answer.text, decoded)
        committed = answer.push(decoded.text)
        if answer.stopped:
            return None
        run = self.run
        probability = run.take_probability(committed) if committed else run.probability_of(answer.uncommitted)
        return Piece(committed, probability=probability, tentative=answer.text)

    def rest(self) -> Piece | None:
        own_end = self.reason is FinishReason.EOG
        text = self._scanner.finish(own_end)
        return Piece(text, probability=self.run.take_probability(text)) if text else None

    def finished(self) -> Finished:
        reason = FinishReason.STOP if self._scanner.stopped else self.reason
        alternatives = self._alternatives.within(len(self._scanner.text))
        return Finished(reason, self.run.usage, alternatives, self.rule)
