"""How many of the definitions that a line needs are in its context; no model. `definitions.toml` names them.

Each project is laid out anew from packages at fixed versions. A hit is a passage that shows the definition.
"""

import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from hearth.engine.context.documents import Document
from hearth.engine.context.gathering import gather
from hearth.engine.context.query import ContextQuery
from hearth.engine.languages import language_of
from tests.benchmarks import machine
from tests.benchmarks.options import Options
from tests.benchmarks.packages import Package, from_debian, from_npm, from_pip, unpacked
from tests.benchmarks.results import Sheet, number, percent, publish

MARK = "⟨⟩"
TOKENS = 512  # as set by default
_TABLE = Path(__file__).with_name("definitions.toml")
_PACKAGES = {
    "httpx": Package("python", "httpx", "0.28.1", from_pip, ()),
    "@tanstack/db": Package("typescript", "@tanstack/db", "0.1.0", from_npm, ()),
    "golang-github-charmbracelet-huh-dev": Package(
        "go", "golang-github-charmbracelet-huh-dev", "0.5.2+ds-2", partial(from_debian, release="trixie"), ()
    ),
    "librust-textwrap-dev": Package("rust", "librust-textwrap-dev", "0.16.0-2", from_debian, ()),
    "react-native": Package("java", "react-native", "0.72.17", from_npm, ()),
    "re2": Package("cpp", "re2", "1.21.4", from_npm, ()),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One wanted definition. `tokens` are those of the whole context."""

    language: str
    kind: str
    name: str
    hit: bool
    tokens: int


async def run(options: Options, model: Path) -> None:
    answers: list[Answer] = []
    missing: list[str] = []
    for project in tomllib.loads(_TABLE.read_text("utf-8"))["project"]:
        package = _PACKAGES[project["package"]]
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            try:
                lay_out(project, unpacked(package), root)
            except OSError as error:
                missing.append(f"{package.name} {package.version} cannot be had: {error}")
                continue
            answers += ask(project, root)
    misses = [f"missed: {each.language}, {each.kind}, {each.name}" for each in answers if not each.hit]
    columns = ("", "wanted", "found", "hit rate", "context tokens per hit")
    sheet = Sheet("Definitions that a line needs", columns, tuple(_rows(answers)))
    data = {"answers": [asdict(each) for each in answers]}
    publish(options.out, "definitions", machine.describe(options, model), sheet, data, [*missing, *misses])


def lay_out(project: dict[str, Any], package: Path, root: Path) -> None:
    """The workspace: parts of the package where `place` says, and our own files."""
    for source, place in project["place"].items():
        shutil.copytree(package / source, root / place)
    for name, text in project["files"].items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


def ask(project: dict[str, Any], root: Path) -> Iterator[Answer]:
    for kind in project["kind"]:
        for said in kind["names"]:
            header, _, name = said.rpartition(" ")
            text = kind["text"].replace("{name}", name).replace("{header}", header)
            wanted = re.compile(kind["wanted"].replace("{name}", name))
            gathered = gather(_query(root, kind["file"], text), TOKENS)
            hit = any(wanted.search(file.text) for file in gathered.files)
            yield Answer(project["language"], kind["kind"], name, hit, gathered.tokens)


def _query(root: Path, name: str, text: str) -> ContextQuery:
    language = language_of("", name)
    shown = text.replace(MARK, "")
    lsp_id = language.lsp_ids[0] if language else "plaintext"
    document = Document((root / name).as_uri(), shown, lsp_id, str(root / name))
    return ContextQuery(document.snapshot(), text.index(MARK), (document,), (str(root),))


def _rows(answers: list[Answer]) -> Iterator[tuple[str, ...]]:
    yield _row("all", answers)
    for language in dict.fromkeys(each.language for each in answers):
        of_language = [each for each in answers if each.language == language]
        yield _row(language, of_language)
        for kind in dict.fromkeys(each.kind for each in of_language):
            yield _row(f"{language}, {kind}", [each for each in of_language if each.kind == kind])


def _row(title: str, answers: list[Answer]) -> tuple[str, ...]:
    hits = sum(each.hit for each in answers)
    tokens = sum(each.tokens for each in answers)
    return (title, number(len(answers)), number(hits), percent(hits / len(answers)), number(tokens / max(1, hits)))
