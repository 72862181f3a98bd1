"""Find free meeting slots in a working day from 9:00 to 17:00.

All times are minutes after midnight, unless they are texts such as "09:30".
"""

DAY_START = 9 * 60
DAY_END = 17 * 60


def parse_clock(text):
    """Turn "HH:MM" into minutes after midnight; raise ValueError if out of range."""
    hours, minutes = (int(part) for part in text.split(":"))
    if not (0 <= hours < 24 and 0 <= minutes < 60):
        raise ValueError(f"not a time of day: {text}")
    return hours * 60 + minutes


def format_clock(minutes):
    """Turn minutes after midnight into "HH:MM" with leading zeros."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def parse_interval(text):
    """Turn "HH:MM-HH:MM" into a (start, end) pair; the end must be after the start."""
    start_text, _, end_text = text.partition("-")
    start, end = parse_clock(start_text), parse_clock(end_text)
    if end <= start:
        raise ValueError(f"empty interval: {text}")
    return start, end


def merge(intervals):
    """Return the intervals sorted, with those that overlap or touch joined into one."""
    merged = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            previous_start, previous_end = merged[-1]
            merged[-1] = (previous_start, max(previous_end, end))
        else:
            merged.append((start, end))
    return merged


def clip(intervals, low, high):
    """Cut the intervals to the range from low to high, dropping those outside it."""
    clipped = []
    for start, end in intervals:
        start, end = max(start, low), min(end, high)
        if start < end:
            clipped.append((start, end))
    return clipped


def free_slots(busy, length):
    """Return the gaps of the working day that are at least length minutes long."""
    slots = []
    cursor = DAY_START
    for start, end in merge(clip(busy, DAY_START, DAY_END)):
        if start - cursor >= length:
            slots.append((cursor, start))
        cursor = end
    if DAY_END - cursor >= length:
        slots.append((cursor, DAY_END))
    return slots


def first_common_slot(calendars, length):
    """Return the first slot of exactly length minutes free in all calendars, or None.

    Each calendar is a list of "HH:MM-HH:MM" texts, and so is the answer ("HH:MM-HH:MM").
    """
    busy = [parse_interval(text) for calendar in calendars for text in calendar]
    slots = free_slots(busy, length)
    if not slots:
        return None
    start = slots[0][0]
    return f"{format_clock(start)}-{format_clock(start + length)}"


# --- tests ---
def invalid(function, text):
    try:
        function(text)
    except ValueError:
        return True
    return False


assert parse_clock("00:00") == 0
assert parse_clock("23:59") == 1439
assert parse_clock("9:05") == 545
assert invalid(parse_clock, "24:00")
assert invalid(parse_clock, "12:60")
assert invalid(parse_clock, "-1:30")
assert invalid(parse_clock, "noon")
assert format_clock(545) == "09:05"
assert format_clock(1439) == "23:59"
assert parse_interval("10:00-11:30") == (600, 690)
assert invalid(parse_interval, "11:00-11:00")
assert invalid(parse_interval, "11:00-10:00")
assert invalid(parse_interval, "11:00")
assert merge([]) == []
assert merge([(5, 9), (1, 3), (3, 4), (6, 7), (8, 12)]) == [(1, 4), (5, 12)]
assert merge([(1, 10), (2, 3), (11, 12)]) == [(1, 10), (11, 12)]
assert clip([(0, 5), (3, 8), (9, 12), (12, 15), (1, 20)], 4, 12) == [
    (4, 5),
    (4, 8),
    (9, 12),
    (4, 12),
]
assert free_slots([], 480) == [(540, 1020)]
assert free_slots([], 481) == []
assert free_slots([(600, 660), (0, 560), (1000, 1300)], 30) == [(560, 600), (660, 1000)]
assert free_slots([(600, 660), (700, 760)], 40) == [(540, 600), (660, 700), (760, 1020)]
assert free_slots([(600, 660), (700, 760)], 41) == [(540, 600), (760, 1020)]
anna = ["09:00-10:15", "12:00-13:00"]
ben = ["08:00-09:30", "10:30-12:15", "14:00-18:00"]
assert first_common_slot([anna, ben], 15) == "10:15-10:30"
assert first_common_slot([anna, ben], 45) == "13:00-13:45"
assert first_common_slot([anna, ben], 60) == "13:00-14:00"
assert first_common_slot([anna, ben], 61) is None
assert first_common_slot([], 20) == "09:00-09:20"
