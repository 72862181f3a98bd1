"""Whether text from other files makes completions right: the same lines with and without it, and by source.

The package of a case is the workspace; the file that defines the symbol and four others are open, and two of
those were edited lately, at places that were not chosen to help. Where a third file uses the symbol, the case is
asked once more as if that use had just been written, as in a change that has several places. The engine's own
context code builds the prompt of a rested cursor, with short windows of the file itself, so that one processor
core is enough. An answer ends with its line. Exact: the rest of the line as it was; identifiers: the same ones in
the same order.

Answers are greedy, so each prompt is asked once and kept beside the results: a run that is stopped goes on where
it was, and a change of the sources asks again only what it changed. `crossfile-answers.jsonl` can be removed.
"""

import hashlib
import json
import re
import time
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from msgspec import structs
from rich.progress import track

from hearth.engine.backends import local
from hearth.engine.completion.completer import Completer
from hearth.engine.completion.cursor import cursor_at
from hearth.engine.completion.requests import request_for
from hearth.engine.context.documents import Document
from hearth.engine.context.gathering import SOURCES, Gathered
from hearth.engine.context.query import ContextQuery
from hearth.engine.context.recent import RecentEdit
from hearth.engine.context.symbols import symbols
from hearth.engine.settings import CompletionSettings, ContextSettings, HostSettings, Settings
from hearth.engine.types import CompletionRequest, Piece, Snapshot
from tests.benchmarks import crossfile_cases, crossfile_speed, machine
from tests.benchmarks.crossfile_cases import Case
from tests.benchmarks.crossfile_speed import Building
from tests.benchmarks.home import fresh_home
from tests.benchmarks.metrics import interval, percentile
from tests.benchmarks.options import Options
from tests.benchmarks.packages import projects
from tests.benchmarks.results import Sheet, console, number, percent, publish, ratio

WITHOUT, WITH = "without", "with all"
OTHER_USE = "recent_edits, the last one of another use"
_PREFIX_TOKENS, _SUFFIX_TOKENS = 256, 64
_MAX_TOKENS = 32
_EDIT_CHARS = 300
_WARM_CASES = 8  # whose requests are timed


@dataclass(frozen=True, slots=True)
class Answered:
    """One case, asked in one way. `context_tokens` is the engine's estimate."""

    case: str
    language: str
    kind: str
    way: str
    expected: str
    answer: str
    context_tokens: int
    by_source: dict[str, int]

    @property
    def exact(self) -> bool:
        return self.answer.strip() == self.expected.strip()

    @property
    def same_identifiers(self) -> bool:
        return identifiers(self.answer) == identifiers(self.expected)


async def run(options: Options, model: Path) -> None:
    found, missing = projects()
    cases = crossfile_cases.find(found, options.tasks, options.seed)
    few = cases[: options.each]
    kept = Kept(options.out / "crossfile-answers.jsonl", model.name)
    settings = Settings(
        completion=CompletionSettings(
            model=str(model), prefix_tokens=_PREFIX_TOKENS, suffix_tokens=_SUFFIX_TOKENS, max_tokens=_MAX_TOKENS
        ),
        host=HostSettings(threads=options.threads),
    )
    about = machine.describe(options, model)
    answers: list[Answered] = []
    with fresh_home():
        backend = local.create(settings, lambda status: None)
        try:
            for case in track(cases, "with and without", console=console):
                for way in (WITHOUT, WITH):
                    answers.append(await _answer(backend, settings, case, way, kept))
            for case in track(few, "each source", console=console):
                each_way = [name for name, _ in SOURCES] + ([OTHER_USE] if case.other_use else [])
                for way in each_way:
                    answers.append(await _answer(backend, settings, case, way, kept))
            warm = await _warm_times(backend, settings, few[:_WARM_CASES])
        finally:
            await backend.close()
    title = f"Completions that need another file, {model.name}"
    ways = (WITHOUT, WITH)
    rows = [*_rows(answers, ways), *_groups(answers, ways), *_sources(answers, [case.id for case in few])]
    columns = ("", "cases", "exact", "95% interval", "× without", "identifiers", "× without", "context tokens")
    building = crossfile_speed.measure(max(found, key=lambda project: len(project.files)))
    notes = [*_notes(warm, building), *missing]
    data = {"answers": [asdict(each) for each in answers], "warm_ms": warm}
    publish(options.out, f"crossfile-{model.stem}", about, Sheet(title, columns, tuple(rows)), data, notes)


def identifiers(text: str) -> list[str]:
    return re.findall(r"[A-Za-z_$][\w$]*", text)


async def request_of(
    backend: local.LocalBackend, settings: Settings, case: Case, way: str
) -> tuple[CompletionRequest, Gathered]:
    """What a cursor that rests there would be answered from."""
    document, others = _open(case)
    edits = [_edit(other) for other in others[1:3]]
    if way == OTHER_USE and case.other_use:
        file, offset = case.other_use
        others = (*others, _document(file, case.language))
        edits = [RecentEdit(file.as_uri(), offset, offset), *edits]
    context = _context_settings(settings, way)

    def surroundings(snapshot: Snapshot, offset: int, window: tuple[int, int]) -> ContextQuery | None:
        if not context.enabled:
            return None
        return ContextQuery(
            snapshot,
            offset,
            open_documents=(document, *others),
            workspace_roots=(str(case.root),),
            recent_edits=tuple(edits),
            settings=context,
            window=window,
        )

    completer = Completer(backend, settings.completion, surroundings)
    framed = await completer.prompts.of(document.uri).fullest(document.snapshot(), case.offset)
    request = request_for(framed, cursor_at(document, case.offset), automatic=False, settings=settings.completion)
    line = replace(request.stop, mode="line", max_lines=1)
    name = f"{case.id} {way}"
    return replace(request, cache_key=name, supersedes=name, stop=line), framed.gathered or Gathered()


async def _answer(backend: local.LocalBackend, settings: Settings, case: Case, way: str, kept: "Kept") -> Answered:
    request, gathered = await request_of(backend, settings, case, way)
    text = kept.find(request)
    if text is None:
        text = await _ask(backend, request)
        kept.add(request, text)
    by_source: dict[str, int] = {}
    for piece in gathered.pieces:
        by_source[piece.source] = by_source.get(piece.source, 0) + piece.tokens
    answer = text.partition("\n")[0]
    return Answered(case.id, case.language, case.kind, way, case.expected, answer, gathered.tokens, by_source)


async def _ask(backend: local.LocalBackend, request: CompletionRequest) -> str:
    text = ""
    async with aclosing(backend.complete(request)) as events:
        async for event in events:
            if isinstance(event, Piece):
                text += event.text
    return text


async def _warm_times(
    backend: local.LocalBackend, settings: Settings, cases: Sequence[Case]
) -> dict[str, list[float]]:
    """Milliseconds until the first token once one more character is typed, the prompt before it being known."""
    times: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    for case in track(cases, "warm requests", console=console):
        requests = {way: (await request_of(backend, settings, case, way))[0] for way in times}
        for request in requests.values():
            await backend.warm(request)
        for way, request in requests.items():
            typed = request.prompt.typed + case.expected[:1]
            began = time.perf_counter()
            await _ask(
                backend, replace(request, prompt=structs.replace(request.prompt, typed=typed), max_tokens=1)
            )
            times[way].append(1000 * (time.perf_counter() - began))
    return times


@dataclass
class Kept:
    """Answers by what was asked, in a file that grows."""

    file: Path
    model: str
    _answers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file.exists():
            for line in self.file.read_text("utf-8").splitlines():
                key, answer = json.loads(line)
                self._answers[key] = answer

    def find(self, request: CompletionRequest) -> str | None:
        return self._answers.get(self._key(request))

    def add(self, request: CompletionRequest, answer: str) -> None:
        self._answers[self._key(request)] = answer
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps([self._key(request), answer]) + "\n")

    def _key(self, request: CompletionRequest) -> str:
        asked = repr((self.model, request.prompt, request.stop, request.max_tokens))
        return hashlib.sha256(asked.encode("utf-8", "replace")).hexdigest()


def _open(case: Case) -> tuple[Document, tuple[Document, ...]]:
    """The case's document without the rest of its line, and the others."""
    document = _document(case.file, case.language)
    document.apply(case.offset, case.offset + len(case.expected), "")
    return document, tuple(_document(file, case.language) for file in case.open_files)


def _document(file: Path, language: str) -> Document:
    return Document(file.as_uri(), file.read_text("utf-8"), language, str(file))


def _edit(document: Document) -> RecentEdit:
    """As if something in the middle of the file had been written lately."""
    found = symbols(document.code).definitions
    place = found[len(found) // 2] if found else None
    start = place.start if place else 0
    return RecentEdit(document.uri, start, min(place.end if place else _EDIT_CHARS, start + _EDIT_CHARS))


def _context_settings(settings: Settings, way: str) -> ContextSettings:
    names = tuple(name for name, _ in SOURCES)
    if way == WITHOUT:
        return replace(settings.context, enabled=False)
    only = way.partition(",")[0]
    return settings.context if way == WITH else replace(settings.context, off=tuple(n for n in names if n != only))


def _rows(answers: Sequence[Answered], ways: Iterable[str], prefix: str = "") -> list[tuple[str, ...]]:
    """One row a way, compared with the one without; all about the same cases."""
    base = _shares([answer for answer in answers if answer.way == WITHOUT])
    rows: list[tuple[str, ...]] = []
    for way in ways:
        chosen = [answer for answer in answers if answer.way == way]
        exact, named = _shares(chosen)
        low, high = interval(sum(answer.exact for answer in chosen), len(chosen))
        tokens = sum(answer.context_tokens for answer in chosen) / max(1, len(chosen))
        rows.append(
            (
                prefix + way,
                number(len(chosen)),
                percent(exact),
                f"{percent(low)} to {percent(high)}",
                ratio(exact, base[0]),
                percent(named),
                ratio(named, base[1]),
                number(tokens),
            )
        )
    return rows


def _groups(answers: Sequence[Answered], ways: Iterable[str]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for group in ("language", "kind"):
        for value in dict.fromkeys(getattr(answer, group) for answer in answers):
            chosen = [answer for answer in answers if getattr(answer, group) == value]
            rows += _rows(chosen, ways, f"{value}, ")
    return rows


def _sources(answers: Sequence[Answered], cases: Sequence[str]) -> list[tuple[str, ...]]:
    chosen = [answer for answer in answers if answer.case in cases]
    names = [name for name, _ in SOURCES]
    repeated = {answer.case for answer in chosen if answer.way == OTHER_USE}
    again = [answer for answer in chosen if answer.case in repeated]
    rows = _rows(chosen, [WITHOUT, *names, WITH], "by source: ") if cases else []
    return rows + (_rows(again, [WITHOUT, OTHER_USE], "used elsewhere: ") if again else [])


def _shares(answers: Sequence[Answered]) -> tuple[float, float]:
    count = max(1, len(answers))
    return sum(each.exact for each in answers) / count, sum(each.same_identifiers for each in answers) / count


def _notes(warm: dict[str, list[float]], building: Building) -> list[str]:
    without, with_all = (percentile(warm[way], 50) for way in (WITHOUT, WITH))
    return [
        f"at most {_PREFIX_TOKENS} tokens above and {_SUFFIX_TOKENS} below the cursor; context as set by default",
        f"a warm request, one more character typed: first token after {number(without)} ms without and "
        f"{number(with_all)} ms with context at the median of {len(warm[WITHOUT])}, "
        f"{ratio(with_all, without)}",
        f"building the context with {building.files} open files, after each keystroke: "
        f"{number(building.median, 1)} ms at the median, {number(building.slowest, 1)} ms at most, "
        f"{number(building.first, 1)} ms the first time",
    ]
