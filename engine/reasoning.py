"""Splits what a reasoning model thinks (`<think>…</think>` or the like) from what it answers, as it streams."""

import re
from dataclasses import dataclass, field

from hearth.engine.types import Piece

_OPEN = "<think>"  # that a template may have in the prompt
# What opens thoughts, and what closes them: R1 and Qwen, Gemma and others, Magistral, Seed, and gpt-oss.
_TAGS = {
    _OPEN: "</think>",
    "<thought>": "</thought>",
    "[THINK]": "[/THINK]",
    "<seed:think>": "</seed:think>",
    "<|channel|>analysis<|message|>": "<|end|>",
}
# What gpt-oss says in front of its answer.
_HEADINGS = ("<|start|>assistant<|channel|>final<|message|>", "<|channel|>final<|message|>")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass
class Splitter:
    """Feed it with `push`, then call `finish`. The pieces' texts, joined, are the input without the tags.

    An opening tag counts at the start of a line and outside of code fences only, since answers may speak
    about the tag. `starts_inside`: the chat template put the opening tag into the prompt (DeepSeek-R1).
    `budget` is in characters of thinking; once it is passed, `over_budget` says so and nothing else happens.
    """

    starts_inside: bool = False
    budget: int | None = None
    thought: int = field(default=0, init=False)  # characters
    _closing: str = field(default="", init=False)  # what ends the thoughts that we are in; "": we are in none
    _may_repeat_tag: bool = field(default=False, init=False)
    _pending: str = field(default="", init=False)
    _line: str = field(default="", init=False)  # the answer's current line, as far as it is known
    _fence: str = field(default="", init=False)  # what opened the code fence that we are in

    def __post_init__(self) -> None:
        self._may_repeat_tag = self.starts_inside
        self._closing = _TAGS[_OPEN] if self.starts_inside else ""

    @property
    def over_budget(self) -> bool:
        return self.budget is not None and self.thought > self.budget

    def push(self, text: str) -> list[Piece]:
        """The pieces that are certain so far; a beginning tag is held back."""
        self._pending += text
        pieces: list[Piece] = []
        while self._step(pieces):
            pass
        return _joined(pieces)

    def finish(self) -> list[Piece]:
        """The rest, at the end of the stream. Without a closing tag all of it was thinking."""
        pieces: list[Piece] = []
        self._emit(len(self._pending), pieces)
        return _joined(pieces)

    def _step(self, pieces: list[Piece]) -> bool:
        """Take the next tag, or what is certain in front of one; False when more input is needed."""
        if self._may_repeat_tag:
            start = self._pending.lstrip()
            if len(start) < len(_OPEN) and _OPEN.startswith(start):
                return False
            self._may_repeat_tag = False
            if start.startswith(_OPEN):
                self._pending = self._pending.replace(_OPEN, "", 1)
        wanted = (self._closing,) if self._closing else (*_TAGS, *_HEADINGS)
        at, tag = min(((at, tag) for tag in wanted if (at := self._pending.find(tag)) >= 0), default=(-1, ""))
        if at < 0:
            held = max(_overlap(self._pending, tag) for tag in wanted)
            self._emit(len(self._pending) - held, pieces)
            return False
        self._emit(at, pieces)
        if not self._closing and (self._fence or self._line.strip()):
            self._emit(len(tag), pieces)  # a tag that is spoken about
            return True
        self._pending = self._pending[len(tag) :]
        self._closing = "" if self._closing else _TAGS.get(tag, "")
        self._line = ""
        return True

    def _emit(self, length: int, pieces: list[Piece]) -> None:
        text, self._pending = self._pending[:length], self._pending[length:]
        if self._closing:
            self.thought += len(text)
            pieces.append(Piece(text, "thinking"))
            return
        pieces.append(Piece(text))
        *ended, last = text.split("\n")
        for line in ended:
            self._end_line(self._line + line)
            self._line = ""
        self._line += last

    def _end_line(self, line: str) -> None:
        mark = _FENCE.match(line)
        if not mark:
            return
        if not self._fence:
            self._fence = mark[1]
        elif mark[1].startswith(self._fence) and not line[mark.end() :].strip():
            self._fence = ""


def _overlap(text: str, tag: str) -> int:
    """The length of the longest end of `text` that begins `tag`."""
    return next((n for n in range(min(len(text), len(tag) - 1), 0, -1) if tag.startswith(text[-n:])), 0)


def _joined(pieces: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if joined and joined[-1].part == piece.part:
            joined[-1] = Piece(joined[-1].text + piece.text, piece.part)
        else:
            joined.append(piece)
    return joined
