"""Characters that nobody sees, or that a terminal obeys: what others write may hold them, what users get does not.

Three kinds of text leave the engine. An edit must bring nothing into a file that its user cannot see before taking
it (`without_new`). What is only read keeps the invisible characters that letters and emoji need (`plain`). What is
quoted inside a message is one short line besides (`one_line`, `quoted`).
"""

import re
import reprlib
from dataclasses import dataclass, field

MOST = 200  # characters of what is quoted inside a message

# Unicode's Default_Ignorable_Code_Point, line and paragraph separators, interlinear marks, surrogates and what is
# no character at all, and a blank that is no space. Among them are all controls of the direction of writing and
# all of no width.
_UNSEEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U00013430-\U0001343f\U000e0000-\U000e0fff"
)
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # all but tab and line feed
HIDDEN = re.compile(f"[{_UNSEEN}{_CONTROLS}]")

# What a terminal reads as one command (ECMA-48): CSI, a string such as OSC with its end, and ESC with its letter.
# Each part is bounded, and none can begin inside another: reading takes a time that is linear in the text.
_CSI = r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}"
_STRING = r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]{0,1000}"
_ESCAPE = r"\x1b[ -/]{0,8}"
_COMMAND = re.compile(rf"{_CSI}[@-~]|{_STRING}(?:\x07|\x1b\\|\x9c)|{_ESCAPE}[0-~]")

# Emoji are joined and coloured by invisible characters; so are letters of Arabic, Indic and related scripts.
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
_EMOJI = r"\xa9\xae\u203c\u2049\u20e3\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_SCRIPT = (
    r"\u0620-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff\u1820-\u18af"
    r"\ufb50-\ufdff\ufe70-\ufefc"
)
_NEEDED = (
    rf"(?<=[{_EMOJI}])[\ufe0e\ufe0f]|(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f)\u200d(?=[{_EMOJI}])"
    rf"|(?<=[{_SCRIPT}])[\u200c\u200d](?=[{_SCRIPT}])|(?<=[0-9#*])\ufe0f(?=\u20e3)"
)
_NEEDED_OR_NOT = re.compile(f"({_NEEDED})|[{_JOINERS}]")
# The end of a text that the next piece of it may turn into a command.
_UNDECIDED = re.compile(rf"(?:{_CSI}|{_STRING}\x1b?|{_ESCAPE})\Z")


def without_new(text: str, there: str) -> str:
    """What a model wrote, without the invisible and control characters that `there`, a file's text, has not.

    They are dropped, not a reason to refuse: what is left is what its user sees, and a whole answer is not lost
    for one character. Each is judged by itself, so an answer may be cleaned piece by piece. The CR of a line end
    is removed too: code that knows the file's line ends restores them.
    """
    found = set(HIDDEN.findall(text))
    if not found:
        return text
    known = there.replace("\r\n", "\n") if "\r" in found else there
    return text.translate({ord(each): None for each in found if each not in known})


def plain(text: str) -> str:
    """A text to be read, with its line feeds and tabs: no commands to terminals, nothing hidden, no surrogates."""
    return _with_needed_joiners(_without_hidden(text))


@dataclass
class PlainStream:
    """`plain` of a text that comes in pieces: `push` gives what is certain of it, `finish` the rest."""

    _held: str = field(default="", init=False)
    _before: str = field(default="", init=False)  # the end of what was given: a joiner may belong to it

    def push(self, piece: str) -> str:
        text = self._held + piece
        undecided = _UNDECIDED.search(text)
        end = undecided.start() if undecided else len(text)
        certain = _without_hidden(text[:end])
        given = certain.rstrip(_JOINERS)  # what follows them decides whether they are needed
        self._held = certain[len(given) :] + text[end:]
        return self._given(given)

    def finish(self) -> str:
        rest, self._held = _without_hidden(self._held), ""
        return self._given(rest)

    def _given(self, text: str) -> str:
        given = _with_needed_joiners(self._before + text)[len(self._before) :]
        self._before = (self._before + given)[-2:]
        if self._before[:1] in tuple(_JOINERS):
            self._before = self._before[1:]  # what it belongs to is cut off: alone it would not be kept
        return given


def _without_hidden(text: str) -> str:
    """Without commands and hidden characters; joiners stay."""
    return HIDDEN.sub(lambda found: found[0] if found[0] in _JOINERS else "", _COMMAND.sub("", text))


def _with_needed_joiners(text: str) -> str:
    return _NEEDED_OR_NOT.sub(lambda found: found[1] or "", text)


def one_line(text: str, most: int = MOST) -> str:
    """What others wrote, as one line inside a sentence of ours: `plain`, blanks as one, cut behind `most`."""
    beginning = text[: 8 * most]  # whatever comes behind it would be cut
    said = plain(" ".join(_COMMAND.sub("", beginning).split())).strip()
    is_cut = len(said) > most or len(beginning) < len(text)
    return f"{said[: most - 1]}…" if is_cut else said


def quoted(value: object, most: int = MOST) -> str:
    """A value that others wrote, as Python would write it: what is invisible in it is spelled out; cut too."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = short.maxlong = most
    try:
        return one_line(short.repr(value), most)
    except (ValueError, RecursionError):  # a whole number of thousands of digits
        return f"a {type(value).__name__}"
