"""`gaps`: what Hearth fills in when it is asked by hand, beside the raw model, in programs with tests.

The raw model is the same file and process with the bare prompt and nothing but its own end token. Its best cut is
the best that any rule could make of its answer by ending it at one of its lines: an upper bound nobody can know.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.progress import track

from hearth.engine.backends import local
from hearth.engine.settings import CompletionSettings, HostSettings, Settings
from tests.benchmarks import machine
from tests.benchmarks.engines import hearth
from tests.benchmarks.gaps import rules
from tests.benchmarks.gaps.programs import Gap, gaps
from tests.benchmarks.home import fresh_home
from tests.benchmarks.infill import ask_hearth, ask_raw
from tests.benchmarks.metrics import interval
from tests.benchmarks.options import Options
from tests.benchmarks.results import Sheet, console, number, percent, publish
from tests.e2e.editor import Editor

_RAW_TOKENS = 192
_MOST_CUTS = 24
_WAYS = ("hearth", "raw", "raw, best cut")


@dataclass(frozen=True, slots=True)
class Filled:
    """One gap: the completed text and the raw answer, how that ended, and which of `_WAYS` pass the tests."""

    id: str
    kind: str
    hearth: str
    raw: str
    raw_reason: str
    passed: dict[str, bool]


async def run(options: Options, model: Path) -> None:
    about = machine.describe(options, model)
    count = max(6, options.tasks // 4)  # of 200 tasks 50 of each kind
    asked = [*gaps("lines", count, options.seed), *gaps("span", count, options.seed)]
    completion, host = CompletionSettings(model=str(model)), HostSettings(threads=options.threads)
    with fresh_home() as home:
        async with hearth.session(str(model), home, options.threads, deadline_ms=options.deadline_ms) as ed:
            backend = local.create(Settings(completion=completion, host=host), lambda status: None)
            try:
                done = [await _filled(ed, backend, gap) for gap in track(asked, "gaps", console=console)]
            finally:
                await backend.close()
    groups = [("all", done)]
    groups += [(kind, [one for one in done if one.kind == kind]) for kind in ("lines", "span")]
    languages = sorted({one.id.partition("/")[0] for one in done})
    groups += [(name, [one for one in done if one.id.startswith(f"{name}/")]) for name in languages]
    rows = tuple(_row(name, way, group) for name, group in groups for way in _WAYS)
    sheet = Sheet(f"Gaps, {model.name}", ("", "right", "of", "share", "95% interval"), rows)
    publish(options.out, "gaps", about, sheet, {"gaps": [asdict(one) for one in done]}, [])
    answers = [(gap, one.raw, one.raw_reason == "eog") for gap, one in zip(asked, done, strict=True)]
    for knows_end in (False, True):
        how = "its own end is trusted" if knows_end else "its own end is not trusted"
        costs = rules.table(f"What each rule costs, {model.name}, {how}", answers, knows_end)
        publish(options.out, f"gaps-rules-{'trusted' if knows_end else 'guessed'}", about, costs, {}, [])


async def _filled(ed: Editor, backend: local.LocalBackend, gap: Gap) -> Filled:
    ours = await ask_hearth(ed, gap.above, gap.below, gap.name, gap.language)
    raw, ended = await ask_raw(backend, gap.id, gap.above, gap.below, _RAW_TOKENS)
    passed = {
        "hearth": gap.passes(ours),
        "raw": gap.passes(f"{gap.above}{raw}{gap.below}"),
    }
    passed["raw, best cut"] = passed["raw"] or any(
        gap.passes(f"{gap.above}{raw[:cut]}{gap.below}") for cut in _cuts(raw)
    )
    return Filled(gap.id, gap.kind, ours, raw, ended.name, passed)


def _cuts(raw: str) -> list[int]:
    """In front of and behind each line end."""
    ends = [at for at, char in enumerate(raw) if char == "\n"]
    return [cut for end in ends[: _MOST_CUTS // 2] for cut in (end, end + 1)]


def _row(group: str, way: str, done: Sequence[Filled]) -> tuple[str, ...]:
    right = sum(one.passed[way] for one in done)
    low, high = interval(right, len(done))
    share = percent(right / max(1, len(done)))
    return (f"{group}, {way}", number(right), number(len(done)), share, f"{percent(low)} to {percent(high)}")
