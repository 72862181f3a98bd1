"""Summarise a server log with lines "HH:MM:SS LEVEL component: message".

The levels are DEBUG, INFO, WARNING and ERROR.
"""

import re
from collections import Counter
from itertools import pairwise

LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"]
LINE = re.compile(r"(\d\d):(\d\d):(\d\d) (\w+) ([\w.-]+): (.*)")


class Record:
    """One parsed log line; seconds counts from midnight."""

    def __init__(self, seconds, level, component, message):
        self.seconds = seconds
        self.level = level
        self.component = component
        self.message = message

    def is_at_least(self, level):
        """Tell whether the record is as severe as the level, or more."""
        return LEVELS.index(self.level) >= LEVELS.index(level)


def parse_line(line):
    """Parse one line into a Record, or return None if it does not look like one."""
    match = LINE.fullmatch(line.rstrip())
    if match is None or match[4] not in LEVELS:
        return None
    hours, minutes, seconds = (int(match[group]) for group in (1, 2, 3))
    return Record(hours * 3600 + minutes * 60 + seconds, match[4], match[5], match[6])


def parse_log(lines):
    """Parse all lines; a line that is no record continues the message before it."""
    records = []
    for line in lines:
        record = parse_line(line)
        if record:
            records.append(record)
        elif records and line.strip():
            records[-1].message += "\n" + line.strip()
    return records


def normalise(message):
    """Replace each number in a message's first line by "N", so that similar ones are equal."""
    first_line = message.split("\n")[0]
    return re.sub(r"\d+", "N", first_line)


def top_problems(records, count=3):
    """Return (message, times) for the most frequent warnings and errors, ties by message."""
    problems = [record for record in records if record.is_at_least("WARNING")]
    tally = Counter(normalise(record.message) for record in problems)
    ranked = sorted(tally.items(), key=lambda pair: (-pair[1], pair[0]))
    return ranked[:count]


def quiet_periods(records, minimum):
    """Return (start, end) seconds of all pauses between records of at least minimum seconds."""
    periods = []
    for before, after in pairwise(records):
        if after.seconds - before.seconds >= minimum:
            periods.append((before.seconds, after.seconds))
    return periods


def report(records):
    """Return a line per component, by name, such as "web: INFO=2, ERROR=1"."""
    counts = {}
    for record in records:
        counts.setdefault(record.component, Counter())[record.level] += 1
    lines = []
    for component in sorted(counts):
        tally = counts[component]
        parts = [f"{level}={tally[level]}" for level in LEVELS if tally[level]]
        lines.append(f"{component}: {', '.join(parts)}")
    return lines


# --- tests ---
log = """stray first line
08:00:00 INFO web: started
08:00:05 DEBUG db.pool: opened 4 connections
08:01:00 WARNING web: slow request 17 took 300 ms
08:01:01 WARNING web: slow request 18 took 2000 ms
08:01:01 ERROR db.pool: lost connection 3
  Traceback line 1

  Traceback line 2
08:30:00 ERROR auth-service: bad token: "x"
09:10:09 NOTICE web: not a known level
09:10:10 INFO web: stopped
"""
records = parse_log(log.split("\n"))
assert len(records) == 7
assert [r.seconds for r in records[:3]] == [28800, 28805, 28860]
assert records[-1].seconds == 33010
assert records[1].component == "db.pool" and records[1].level == "DEBUG"
assert records[4].message == "lost connection 3\nTraceback line 1\nTraceback line 2"
assert records[5].message.split("\n") == [
    'bad token: "x"',
    "09:10:09 NOTICE web: not a known level",
]
assert parse_line("10:00:00 INFO x: done \n").message == "done"
assert parse_line("10:00 INFO x: done") is None
assert parse_line("10:00:00 FATAL x: done") is None
assert parse_line("at 10:00:00 INFO x: done") is None
assert parse_log([]) == []
assert parse_log(["", "nothing"]) == []
assert [r.is_at_least("WARNING") for r in records] == [False, False, True, True, True, True, False]
assert records[0].is_at_least("INFO") and records[0].is_at_least("DEBUG")
assert normalise("job 12 of 300\nline 2") == "job N of N"
assert normalise("plain") == "plain"
assert top_problems(records) == [
    ("slow request N took N ms", 2),
    ('bad token: "x"', 1),
    ("lost connection N", 1),
]
assert top_problems(records, 1) == [("slow request N took N ms", 2)]
assert top_problems([]) == []
assert quiet_periods(records, 1739) == [(28861, 30600), (30600, 33010)]
assert quiet_periods(records, 1740) == [(30600, 33010)]
assert quiet_periods(records, 55)[0] == (28805, 28860)
assert quiet_periods(records[:1], 0) == []
assert report(records) == [
    "auth-service: ERROR=1",
    "db.pool: DEBUG=1, ERROR=1",
    "web: INFO=2, WARNING=2",
]
assert report([]) == []
