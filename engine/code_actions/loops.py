"""Models sometimes say the same thing over and over; nobody waits for the end of that."""

_TIMES = 4  # that something is said in a row before it counts as a loop
_SHORTEST = 20  # characters of what is repeated; shorter things are repeated in good code too
_LONGEST = 400
_SHORT_TIMES = 60  # of what is shorter


def without_loop(answer: str, known: str = "") -> str:
    """The answer up to where it begins to repeat itself; the whole of it when it does not.

    `known` is the code in question: what is repeated there may be repeated again.
    """
    for size, times in _sizes(answer):
        unit = answer[-size:]
        if any(map(str.isalnum, unit)) and answer.endswith(unit * times) and unit * 3 not in known:
            start = len(answer)
            while answer.endswith(unit, 0, start):
                start -= size
            return answer[: start + size]
    return answer


def _sizes(answer: str) -> list[tuple[int, int]]:
    """(length of what may be repeated, how often it must be) by where the last characters stood before."""
    found: list[tuple[int, int]] = []
    tail = answer[-_SHORTEST:]
    at = answer.rfind(tail, 0, len(answer) - 1) if len(tail) == _SHORTEST else -1
    distance = len(answer) - len(tail) - at
    if at >= 0 and distance <= _LONGEST:
        # A short period fits many times into the tail.
        found.append((distance, _TIMES if distance >= _SHORTEST else _SHORT_TIMES))
    return found
