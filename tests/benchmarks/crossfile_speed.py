"""What building the context costs with fifty open files, keystroke after keystroke."""

import time
from dataclasses import dataclass

from hearth.engine.context.documents import Document
from hearth.engine.context.gathering import gather, prepare
from hearth.engine.context.query import ContextQuery
from hearth.engine.context.recent import RecentEdits
from hearth.engine.languages import language_of
from tests.benchmarks.metrics import percentile
from tests.benchmarks.packages import Project

OPEN = 50
MAX_CHARS = 400_000
TYPED = "\n        value = console.print(self.style, options.width)"
BUDGET = 512


@dataclass(frozen=True, slots=True)
class Building:
    """Milliseconds of one thread: the first context, the median and the slowest of those after a keystroke."""

    files: int
    first: float
    median: float
    slowest: float


def measure(project: Project) -> Building:
    """Each keystroke is a new context, which is more than an editor would cause: frames last for lines."""
    files = [file for file in project.files if file.stat().st_size < MAX_CHARS]
    files = sorted(files, key=lambda file: -file.stat().st_size)[:OPEN]
    documents = tuple(_document(str(file), file.read_text("utf-8")) for file in files)
    for document in documents:
        prepare(document)  # as when it is opened
    own = documents[len(documents) // 3]
    offset = own.text.rfind("\n    def ", 0, len(own.text) // 2)
    offset = own.text.find("\n", offset + 1)
    edits = RecentEdits()
    times: list[float] = []
    gathered = None
    for char in TYPED:
        edits.note(own, offset, offset, char)
        own.apply(offset, offset, char)
        offset += 1
        began = time.thread_time()
        window = (max(0, offset - 3300), offset + 800)
        query = ContextQuery(
            own.snapshot(), offset, documents, (str(project.root),), edits.newest(), window=window
        )
        gathered = gather(query, BUDGET, gathered)
        times.append(1000 * (time.thread_time() - began))
    return Building(len(documents), times[0], percentile(times[1:], 50) or 0.0, max(times[1:]))


def _document(path: str, text: str) -> Document:
    language = language_of("", path)
    return Document(f"file://{path}", text, language.lsp_ids[0] if language else "plaintext", path)
