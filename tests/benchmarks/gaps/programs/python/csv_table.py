"""Read CSV-like text with quoted fields into typed rows, and summarise the columns."""


class TableError(ValueError):
    """Raised when the text is not a well-formed table."""


def split_line(line, separator=","):
    """Split one line into fields; quoted fields may hold separators and doubled quotes."""
    fields, current, quoted = [], "", False
    position = 0
    while position < len(line):
        char = line[position]
        if quoted and line.startswith('""', position):
            current += '"'
            position += 1
        elif char == '"':
            quoted = not quoted
        elif char == separator and not quoted:
            fields.append(current)
            current = ""
        else:
            current += char
        position += 1
    if quoted:
        raise TableError(f"unterminated quote: {line}")
    fields.append(current)
    return fields


def convert(text):
    """Convert a field to None (if blank), an int, a float, a bool, or else stripped text."""
    text = text.strip()
    if not text:
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def read_table(text, separator=","):
    """Parse text with a header line into a list of dictionaries, skipping blank lines.

    A TableError about a row tells its number; the first one below the header is row 1.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise TableError("no header line")
    header = [name.strip() for name in split_line(lines[0], separator)]
    rows = []
    for number, line in enumerate(lines[1:], start=1):
        fields = split_line(line, separator)
        if len(fields) != len(header):
            raise TableError(f"row {number}: {len(fields)} fields instead of {len(header)}")
        rows.append(dict(zip(header, map(convert, fields))))
    return rows


def column(rows, name):
    """Return the values of a column, without the missing ones."""
    return [row[name] for row in rows if row[name] is not None]


def average(rows, name):
    """Return the mean of a numeric column, or None if it holds no values."""
    values = column(rows, name)
    if not values:
        return None
    return sum(values) / len(values)


def group_by(rows, name):
    """Collect the rows into lists, keyed by their value in the named column."""
    groups = {}
    for row in rows:
        groups.setdefault(row[name], []).append(row)
    return groups


# --- tests ---
def fails(function, *args):
    try:
        function(*args)
    except TableError as error:
        return str(error)
    return ""


assert split_line("") == [""]
assert split_line("a,b,,c") == ["a", "b", "", "c"]
assert split_line("a;b,c;", ";") == ["a", "b,c", ""]
assert split_line('"a,b",c') == ["a,b", "c"]
assert split_line('say "hi ""you""",2') == ['say hi "you"', "2"]
assert split_line('x,"1,""2"",3"') == ["x", '1,"2",3']
assert split_line('"",a') == ["", "a"]
assert fails(split_line, 'a,"open')
assert convert("  ") is None
assert convert("True") is True
assert convert(" FALSE ") is False
assert convert("12") == 12 and isinstance(convert("12"), int)
assert convert("-3.5") == -3.5
assert convert("12b") == "12b"
assert convert(" two words ") == "two words"
data = """name, team ,score
Ann,red,10

Bob,blue,
"Lee, Kim",red,5.5
"""
rows = read_table(data)
assert rows == [
    {"name": "Ann", "team": "red", "score": 10},
    {"name": "Bob", "team": "blue", "score": None},
    {"name": "Lee, Kim", "team": "red", "score": 5.5},
]
assert read_table("a\tb\n1\tx,y", "\t") == [{"a": 1, "b": "x,y"}]
assert read_table("only,header") == []
assert fails(read_table, "\n  \n")
assert fails(read_table, "a\n0\n1,1\n")
assert "4" in fails(read_table, "a,b,c\n7,7,7\n7,7,7\n7,7,7\n8")
assert column(rows, "score") == [10, 5.5]
assert average(rows, "score") == 7.75
assert average(rows[1:2], "score") is None
groups = group_by(rows, "team")
assert list(groups) == ["red", "blue"]
assert [row["name"] for row in groups["red"]] == ["Ann", "Lee, Kim"]
assert groups["blue"] == [rows[1]]
assert group_by([], "team") == {}
