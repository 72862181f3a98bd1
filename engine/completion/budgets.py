"""How much text a prompt may have, from how fast this machine has evaluated prompts so far."""

from dataclasses import dataclass

from hearth.engine.completion.frames import Budget
from hearth.engine.types import Usage

_QUICK_SECONDS = 0.6  # for a prompt that somebody waits for
_FULL_SECONDS = 10.0  # for one that is evaluated ahead, while something else answers
_UNKNOWN = Budget(prefix=160, suffix=48)
_LEAST = Budget(prefix=96, suffix=32)  # less says too little
_SUFFIX_SHARE = 0.25
_ENOUGH = 24  # tokens: below, a decode's fixed cost hides what a token costs
_SMOOTHING = 0.3
_STEP = 64  # tokens: windows of ever new sizes would begin at ever new places


@dataclass
class PrefillSpeed:
    """Tokens per second of prefill, smoothed; None until something was measured."""

    tokens_per_second: float | None = None

    def learn(self, usage: Usage) -> None:
        if usage.evaluated_tokens < _ENOUGH or usage.prefill_ms <= 0:
            return
        measured = 1000 * usage.evaluated_tokens / usage.prefill_ms
        known = self.tokens_per_second
        self.tokens_per_second = measured if known is None else known + _SMOOTHING * (measured - known)


def quick(full: Budget, speed: PrefillSpeed) -> Budget:
    """What may be evaluated while the user waits."""
    if speed.tokens_per_second is None:
        return _smaller(full, _UNKNOWN)
    return _smaller(full, _split(speed.tokens_per_second * _QUICK_SECONDS))


def ahead(full: Budget, speed: PrefillSpeed) -> Budget:
    """What may be evaluated before anybody asks."""
    if speed.tokens_per_second is None:
        return full
    return _smaller(full, _split(speed.tokens_per_second * _FULL_SECONDS))


def _split(tokens: float) -> Budget:
    tokens = int(tokens) // _STEP * _STEP
    suffix = int(tokens * _SUFFIX_SHARE)
    return Budget(max(_LEAST.prefix, tokens - suffix), max(_LEAST.suffix, suffix))


def _smaller(left: Budget, right: Budget) -> Budget:
    return Budget(min(left.prefix, right.prefix), min(left.suffix, right.suffix))
