"""An entry of the editor's own menu is selected (`selectedCompletionInfo`): what goes on behind it.

Editors then show only what begins with the entry and replaces its range. So the model is asked about the text
with the entry in its place, and its answer is told as one to the text that there is.
"""

import re
from dataclasses import dataclass, replace

from lsprotocol import types as lsp

from hearth.engine.context.documents import Document
from hearth.engine.types import Completion
from hearth.lsp_server import convert

_TEMPLATE = re.compile(r"[\r\n]|\$(?:\d|\{\d)")  # several lines, or the marks of a snippet


@dataclass(frozen=True, slots=True)
class Asked:
    """A cursor at `offset` of `document`: the text that there is, but with the `entry` in place of `start:end`."""

    document: Document
    offset: int
    start: int
    end: int
    entry: str = ""
    is_shown: bool = True  # whether editors show any answer; else it is kept for when the entry is taken

    def told(self, completion: Completion) -> Completion:
        """The same for the text that there is, with the entry in front."""
        if not self.entry or not completion.text:
            return completion
        text = self.document.text
        start, end = min(self.start, completion.start), max(self.offset, completion.end)
        whole = text[start : completion.start] + completion.text + text[completion.end : end]
        return replace(completion, text=whole, start=start, end=end + self.end - self.offset)


def asked(
    document: Document,
    position: lsp.Position,
    selected: lsp.SelectedCompletionInfo | None,
    encoding: convert.Encoding,
) -> Asked:
    """What the model is asked about; an entry at another place than the cursor's counts as none.

    Nothing can follow a template: what is asked is for when the user leaves the menu.
    """
    offset = convert.offset_at(document, position, encoding)
    plain = Asked(document, offset, offset, offset)
    if selected is None or not selected.text:
        return plain
    first, last = selected.range.start, selected.range.end
    start, end = (convert.offset_at(document, each, encoding) for each in (first, last))
    if not first.line == position.line == last.line or not start <= offset <= end:
        return plain
    if _TEMPLATE.search(selected.text):
        return replace(plain, is_shown=False)
    entry = selected.text
    is_shown = entry.startswith(document.text[start:offset])
    return Asked(document.variant(start, end, entry), start + len(entry), start, end, entry, is_shown)
