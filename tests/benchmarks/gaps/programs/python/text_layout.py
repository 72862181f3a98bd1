"""Lay out plain text: wrapping, alignment, bullet lists and a framed box."""

PAD_SIDES = {"left": str.ljust, "right": str.rjust, "center": str.center}


def split_long(word, width):
    """Cut a word into pieces of at most width characters."""
    return [word[start : start + width] for start in range(0, len(word), width)]


def wrap(text, width):
    """Break text into lines of at most width characters, cutting words only if they are longer.

    Runs of white space count as one blank; an empty text gives no lines.
    """
    if width < 1:
        raise ValueError("width must be at least 1")
    lines, current = [], ""
    for word in text.split():
        for piece in split_long(word, width):
            candidate = f"{current} {piece}" if current else piece
            if len(candidate) <= width:
                current = candidate
            else:
                lines.append(current)
                current = piece
    if current:
        lines.append(current)
    return lines


def align(lines, width, side="left"):
    """Pad each line with blanks to the width, so that the text sits at the given side."""
    if side not in PAD_SIDES:
        raise ValueError(f"unknown side: {side}")
    pad = PAD_SIDES[side]
    return [pad(line, width) for line in lines]


def justify(line, width):
    """Widen the blanks between words to fill the width, the leftmost blanks first."""
    words = line.split()
    if len(words) < 2:
        return line
    gaps = len(words) - 1
    blanks = width - sum(len(word) for word in words)
    small, extra = divmod(blanks, gaps)
    result = words[0]
    for index, word in enumerate(words[1:]):
        result += " " * (small + 1 if index < extra else small) + word
    return result


def bullets(items, width, mark="- "):
    """Wrap each item after a mark; its later lines are indented below the first one's text."""
    lines = []
    for item in items:
        prefix = mark
        for line in wrap(item, width - len(mark)):
            lines.append(prefix + line)
            prefix = " " * len(mark)
    return lines


def box(lines, title=""):
    """Draw a frame of +, - and | around the lines, with a title centered in its top edge."""
    inner = max([len(line) for line in lines] + [len(title)])
    edge = "-" * (inner + 2)
    top = f" {title} ".center(inner + 2, "-") if title else edge
    framed = [f"+{top}+"]
    for line in lines:
        framed.append(f"| {line.ljust(inner)} |")
    framed.append(f"+{edge}+")
    return "\n".join(framed)


# --- tests ---
def invalid(function, *args):
    try:
        function(*args)
    except ValueError:
        return True
    return False


assert split_long("abcdefg", 3) == ["abc", "def", "g"]
assert split_long("abc", 3) == ["abc"]
assert wrap("", 5) == []
assert wrap("the quick  brown\n fox", 9) == ["the quick", "brown fox"]
assert wrap("the quick brown fox", 8) == ["the", "quick", "brown", "fox"]
assert wrap("a bb ccc", 4) == ["a bb", "ccc"]
assert wrap("see incomprehensible", 6) == ["see", "incomp", "rehens", "ible"]
assert wrap("abcdefgh i", 6) == ["abcdef", "gh i"]
assert wrap("ab c", 1) == ["a", "b", "c"]
assert invalid(wrap, "a", 0)
assert align(["ab", "abc"], 4) == ["ab  ", "abc "]
assert align(["ab", "abc"], 4, "right") == ["  ab", " abc"]
assert align(["ab", "abcd"], 4, "center") == [" ab ", "abcd"]
assert invalid(align, ["a"], 4, "top")
assert justify("a b c", 8) == "a   b  c"
assert justify("a b c d", 9) == "a  b  c d"
assert justify("one two", 9) == "one   two"
assert justify("one two", 7) == "one two"
assert justify("single", 10) == "single"
assert justify("", 10) == ""
assert bullets(["red green blue", "x"], 11) == ["- red green", "  blue", "- x"]
assert bullets(["aa bb cc"], 7, "(*) ") == ["(*) aa", "    bb", "    cc"]
assert bullets([], 10) == []
assert box(["hi", "there"]) == "+-------+\n| hi    |\n| there |\n+-------+"
assert box(["hi"], "note") == "+ note +\n| hi   |\n+------+"
assert box(["longer"], "to") == "+-- to --+\n| longer |\n+--------+"
assert box([]) == "+--+\n+--+"
