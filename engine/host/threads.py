"""How many threads pay at this moment.

llama.cpp's threads spin while they wait for each other: when another process takes a core, two threads on
two cores can be slower than one by half. So the thread count follows the measured time of a token.
"""

from dataclasses import dataclass, field

_SMOOTHING = 0.3
_PROBE_EVERY = 48  # tokens between two looks at the other choices
_PROBE_LENGTH = 2
_PROBE_PAUSE = 12  # tokens between two probes, however slow it has become
_SLOW = 1.5  # times the best mean ever seen with this choice


@dataclass
class ThreadGovernor:
    """Feed it the milliseconds of each one-token decode; `choice` is the thread count for the next one.

    It begins with `first`; `most` (0: the same) may pay, too.
    """

    first: int
    most: int = 0
    choice: int = 0
    _steps: list[int] = field(default_factory=list)
    _mean_ms: dict[int, float] = field(default_factory=dict)
    _best_ms: dict[int, float] = field(default_factory=dict)
    _tokens: int = 0
    _probing: int = 0
    _probes: int = 0
    _last_probe: int = 0

    def __post_init__(self) -> None:
        self.choice = self.first
        # Halves of halves, rounded up, so that each count leads to the others, whatever the first one is.
        steps = {self.first, self.most or self.first}
        while (least := min(steps)) > 1:
            steps.add(-(-least // 2))
        self._steps = sorted(steps)

    def record(self, ms: float) -> None:
        self._update_mean(ms)
        self._tokens += 1
        if self._probing > 1:
            self._probing -= 1
            return
        if self._probing == 1:
            self._probing = 0
            self.choice = min(self._mean_ms, key=self._mean_ms.__getitem__)
            return
        since = self._tokens - self._last_probe
        if since >= _PROBE_EVERY or (since >= _PROBE_PAUSE and self._has_become_slow()):
            self._probe()

    def _update_mean(self, ms: float) -> None:
        mean = self._mean_ms.get(self.choice)
        mean = ms if mean is None else mean + _SMOOTHING * (ms - mean)
        self._mean_ms[self.choice] = mean
        self._best_ms[self.choice] = min(mean, self._best_ms.get(self.choice, mean))

    def _has_become_slow(self) -> bool:
        mean = self._mean_ms[self.choice]
        return mean > _SLOW * self._best_ms[self.choice] or mean > min(self._mean_ms.values())

    def _probe(self) -> None:
        """Try a neighbour: about half as many threads, or twice as many, in turn."""
        at = self._steps.index(self.choice)
        options = self._steps[max(0, at - 1) : at] + self._steps[at + 1 : at + 2]
        if not options:
            return
        self._probes += 1
        self.choice = options[self._probes % len(options)]
        self._mean_ms.pop(self.choice, None)  # what was measured long ago does not count
        self._probing = _PROBE_LENGTH
        self._last_probe = self._tokens
