"""Secrets that are known by what stands in front of them: a name, a header, an option, an address."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

from hearth.engine.secrets.judging import is_placeholder, is_secret
from hearth.engine.secrets.names import BEGINNINGS, Strength, strength

_LEAST_IN_CODE = 16
_MOST_NAME = 48  # characters in front of the word that counts
_NAME_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
# The word, the rest of the name, what closes it, a type, and what comes between a name and its value.
_ASSIGNED = re.compile(
    rf"""(?P<name>(?:{"|".join(BEGINNINGS)})[\w-]{{0,32}}+)
    (?P<closed>\\?["'`]\]?\)?|\]|\[[ \t]?\])?+
    [ \t]{{0,8}}+
    (?:(?:string|str|\[\]byte|const)[ \t]{{1,4}}+
    |:[ \t]{{0,4}}[a-z&'](?:[\w.&'|<>? ]|\[[^\]\n]{{0,48}}\]){{0,40}}?(?==[ \t"'`]))?
    (?P<op>=>|:=|\?=|={{1,3}}|!={{1,2}}|:|,|>|\)?[ \t]?(?:\|\||\?\?|or\b)|value=|(?=["'])|(?<=[ \t]))
    (?P<gap>[ \t]{{0,16}}+(?:(?:\(|[|>][+-]?)?[ \t]{{0,16}}+\r?\n[ \t]{{0,80}}+)?+)""",
    re.VERBOSE | re.ASCII,
)
_BLOCK_SCALAR = re.compile(r":[ \t]{0,16}[|>][+-]?[ \t]{0,16}\r?\n")  # YAML writes the value below
_QUOTED = re.compile(
    r"""[A-Za-z@$]{0,2}(?:\\"(?P<escaped>[^"\\\n]{1,2048}+)|(?:\"{3}|")(?P<double>(?:\\.|[^"\\\n]){1,2048}+)"""
    r"""|(?:'{3}|')(?P<single>(?:\\.|[^'\\\n]){1,2048}+)|`(?P<back>[^`\n]{1,2048}+))\\?["'`]{0,3}"""
)
_GOES_ON = re.compile(r"""[ \t]{0,8}+(?:[+.\\][ \t]{0,8}+)?(?:\r?\n[ \t]{0,80}+(?:\+[ \t]{0,8}+)?)?(?=["'])""")
_MOST_PIECES = 6  # a change is looked at with so many lines around it (`finding`)
_BARE = re.compile(r"""[^\s"'`,;(){}<>\[\]&|\\]{4,2048}+""")
_BARE_END = re.compile(r"[ \t]*+(?:$|[\r\n;&|#\"'`<\\])")
_LINE_BEGINS = re.compile(
    r"[ \t]*+(?:- |\+ )?(?:(?:export|set|ENV|ARG|local|readonly|declare)[ \t]++)?[\"']?", re.ASCII
)
_URL = re.compile(
    r"""(?<=://)(?P<user>[^\s:@/"'<>{}`?#|\\]{0,128}+):(?P<password>[^\s/"'<>`\\?#]{3,256})@(?=[\w\[{$%-])""",
    re.ASCII,
)
_SCHEMES = ("bearer ", "basic ", "token ")
_HEADER = re.compile(r"[ \t]{0,4}+(?P<value>[\w.~+/-]{12,4096}+={0,2})(?![\w(\[])", re.ASCII)
# Passwords recognised only by their position: after such a word, in these forms.
_OF_USER = re.compile(r"""[ =]{0,2}["']?[^\s:"'{}$<>/]{1,64}+:(?P<password>[^\s"'{}<>]{4,256}+)""")
_SECOND = re.compile(
    r"""[ \t]{0,4}+=?[ \t]{0,4}+[(\[][ \t\r\n]{0,40}+["'][^"'\n]{1,80}+["'][ \t]{0,4}+,[ \t\r\n]{0,40}+"""
    r"""["'](?P<password>[^"'\n]{4,256}+)["']"""
)
_NEXT = re.compile(r"""[ \t]{1,4}+["']?(?P<password>[^\s"'$<>{}]{4,256}+)""")
_THIRD = re.compile(
    r"""[ \t]{0,4}+\((?:[ \t\r\n]{0,40}+["'][^"'\n]{1,120}+["'][ \t]{0,4}+,){2}[ \t\r\n]{0,40}+"""
    r"""["'](?P<password>[^"'\n]{4,256}+)["']"""
)
_ALONE = re.compile(r"""[ \t]{0,4}+["'](?P<password>[^"'\n]{4,256}+)["'][ \t]{0,4}+[,)]""")
_HERE = re.compile(r"""(?P<password>[^\s"'$<>{}]{4,256}+)""")
_IDENTIFIED = re.compile(r"""(?: with [\w'"]{1,40}+)? by ["'](?P<password>[^"'\n]{4,256}+)["']""", re.IGNORECASE)
_OPTION = re.compile(
    r"""(?:[ \t]{1,4}+(?!-p[ =])[^\s"']{1,80}+){0,8}[ \t]{1,4}+-p[ =]["']?(?P<password>[^\s"'$<>{}]{4,256}+)"""
)
_ATTACHED = re.compile(
    r"""(?:[ \t]{1,4}+(?!-p)[^\s"'-][^\s"']{0,80}+|[ \t]{1,4}+(?!-p)-[^\s"']{1,80}+){0,8}"""
    r"""[ \t]{1,4}+-p["']?(?P<password>[^\s"'$<>{}]{4,256}+)"""
)
_BY_PLACE: tuple[tuple[str, re.Pattern[str]], ...] = (
    *((sign, _OF_USER) for sign in (" -u", " --user", "'-u', ", '"-u", ')),
    *((sign, _SECOND) for sign in ("auth", "login", "credentials", "credential", "authenticate")),
    *((sign, _SECOND) for sign in (".bind", "wifi.begin")),
    *((sign, _THIRD) for sign in ("mysqli_connect", "mysql_connect", "new mysqli", "new pdo")),
    *(
        (sign, _ALONE)
        for sign in (
            *("setpassword(", "set_password(", "withpassword(", "with_password(", ".password(", ".apikey("),
            *("settoken(", "set_token(", "withtoken(", "with_token(", "password_hash(", "hash_password("),
        )
    ),
    *((sign, _HERE) for sign in ("-passin pass:", "-passout pass:")),
    ("identified", _IDENTIFIED),
    *((sign, _OPTION) for sign in ("docker login", "podman login", "registry login")),
    *((sign, _NEXT) for sign in ("sshpass -p", "redis-cli -a")),
    *((sign, _ATTACHED) for sign in ("mysql", "mysqldump", "mysqladmin", "mariadb")),
)


class Assigned(NamedTuple):
    """A name that says that a secret follows. `start` is where its value begins, at the quote if there is one."""

    name: str
    strength: Strength
    op: str
    name_start: int
    start: int
    closed: bool  # by a quote or a bracket
    next_line: bool  # the value stands there


Where = tuple[int, int]


def values(text: str) -> Iterator[Where]:
    """(start, end) of the secrets in a text, which should be whole lines."""
    lowered = lower(text)
    looked_at = 0
    for each in assigned(text, lowered):
        if each.name_start >= looked_at:  # else it stands in a value without quotes
            found, looked_at = _value(text, each)
            yield from found
    yield from _logins(text, lowered)


def lower(text: str) -> str:
    """In lower case and as long as before, which `str.lower` alone does not promise."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if c.isascii() else c for c in text)


def assigned(text: str, lowered: str) -> Iterator[Assigned]:
    """All names of secrets to which the text may assign a value."""
    for match in _ASSIGNED.finditer(lowered):
        before = text[max(0, match.start() - _MOST_NAME) : match.start()]
        name_start = match.start() - (len(before) - len(before.rstrip(_NAME_CHARS)))
        name = text[name_start : match.end("name")]
        if (known := strength(name)) is not None:
            op, gap = match["op"].strip(), match["gap"]
            yield Assigned(name, known, op, name_start, match.end(), bool(match["closed"]), "\n" in gap)


def _value(text: str, each: Assigned) -> tuple[list[Where], int]:
    """The secret, and the offset up to which no other one has to be looked for."""
    nothing: list[Where] = []
    if each.op == "," and not each.closed:
        return nothing, 0
    if each.op == "" and (text.startswith("`", each.start) or each.name.lower() == "pass"):
        return nothing, 0  # prose about code
    pieces = _pieces(text, each.start)
    if pieces:
        whole = "".join(text[start:end] for start, end in pieces)
        return pieces if is_secret(whole, each.strength) else nothing, 0
    if each.next_line and not _BLOCK_SCALAR.search(text, each.name_start, each.start):
        return nothing, 0
    bare = _BARE.match(text, each.start)
    if bare is None:
        return nothing, 0
    return [bare.span()] if _is_bare_secret(text, each, bare) else nothing, bare.end()


def _pieces(text: str, start: int) -> list[Where]:
    """Where the string that begins there has its text; it may be written in several pieces."""
    found: list[Where] = []
    while len(found) < _MOST_PIECES and (quoted := _QUOTED.match(text, start)) is not None:
        found.append(quoted.span(quoted.lastgroup or 0))
        goes_on = _GOES_ON.match(text, quoted.end())
        if goes_on is None:
            break
        start = goes_on.end()
    return found


def _is_bare_secret(text: str, each: Assigned, bare: re.Match[str]) -> bool:
    """A value without quotes is a setting, or code: a secret only if it is the name of nothing."""
    value = bare[0]
    if each.op == ">":
        return text.startswith("</", bare.end()) and is_secret(value, each.strength)
    if text.startswith(("(", "[", "{"), bare.end()):
        return False
    begins_line = _begins_line(text, each.name_start)
    ends_line = _BARE_END.match(text, bare.end()) is not None
    is_tight = each.op == "=" and text[each.start - 1] == "=" and text[each.start - 2] not in " \t"
    # A line of settings, a variable in front of a command, an option; a part of a query or of a connection string.
    is_setting = each.op in ("=", ":") and begins_line and (ends_line or (is_tight and each.name.isupper()))
    before = text[max(0, each.name_start - 8) : each.name_start]
    is_part = is_tight and (before[-1:] in ("?", "&", ";") or before.lower().endswith("cookie: "))
    # A header in a string: "X-Token: value".
    is_part = is_part or (
        each.op == ":" and before[-1:] in ("'", '"') and text[bare.end() : bare.end() + 1] == before[-1:]
    )
    if is_setting or is_part or each.name.startswith("-"):
        return is_secret(value, each.strength)
    if is_tight and not begins_line and not value.isidentifier():
        return is_secret(value, each.strength, quoted=False)
    if each.op == "":
        return text[bare.end() : bare.end() + 1] in ("", " ", "\n", "\r") and is_secret(value, "token")
    return not value.isidentifier() and len(value) >= _LEAST_IN_CODE and is_secret(value, "token", quoted=False)


def _begins_line(text: str, offset: int) -> bool:
    line_start = text.rfind("\n", max(0, offset - 200), offset) + 1
    found = _LINE_BEGINS.match(text, line_start, offset)
    return found is not None and (found.end() == offset or "." in text[line_start:offset])


def _logins(text: str, lowered: str) -> Iterator[Where]:
    """Secrets in addresses, headers and options."""
    at = text.find("://")
    while at >= 0:
        at += 3
        if (url := _URL.match(text, at)) is not None and _is_password(url["password"], url["user"]):
            yield url.span("password")
        at = text.find("://", at)
    for scheme in _SCHEMES:
        at = lowered.find(scheme)
        while at >= 0:
            at += len(scheme)
            header = _HEADER.match(text, at)
            if header is not None:
                value = header["value"]
                if _holds_login(value) if scheme == "basic " else is_secret(value, "token"):
                    yield header.span("value")
            at = lowered.find(scheme, at)
    for sign, expression in _BY_PLACE:
        at = lowered.find(sign)
        while at >= 0:
            login = expression.match(text, at + len(sign))
            if login is not None and is_secret(login["password"], "password"):
                yield login.span("password")
            at = lowered.find(sign, at + len(sign))


def _is_password(password: str, user: str) -> bool:
    if password == user or (password.isdigit() and len(password) < 6):
        return False
    return not is_placeholder(password)


def _holds_login(value: str) -> bool:
    """Whether it is "user:password" in base64."""
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
