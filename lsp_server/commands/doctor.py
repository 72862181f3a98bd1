import platform
import sys
import time
from importlib.metadata import version

import psutil
from rich.table import Table

from hearth.engine import backends, paths
from hearth.engine.backends.local import LocalBackend
from hearth.engine.errors import HearthError
from hearth.engine.host import crashes, supervision
from hearth.engine.host.wire import Report
from hearth.engine.models import store
from hearth.engine.settings import Settings
from hearth.lsp_server import watchdog
from hearth.lsp_server.commands import terminal
from hearth.lsp_server.words import screen

_LINES = 8  # of a crash report


def doctor() -> None:
    """Say what this machine, the model and its process are like, and whether it all works."""
    settings = terminal.user_settings()
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    memory = psutil.virtual_memory()
    table.add_row("Hearth", f"{version('hearth-lsp')}, Python {sys.version.split()[0]}, {platform.platform()}")
    table.add_row(
        "machine",
        f"{psutil.cpu_count(logical=False)} cores, {_gib(memory.available)} of {_gib(memory.total)} free",
    )
    table.add_row("llama.cpp", f"llama-cpp-python {version('llama-cpp-python')}")
    table.add_row("settings", str(paths.config_file()))
    table.add_row("models", str(paths.models_dir()))
    table.add_row("state", str(paths.state_dir()))
    table.add_row("logs", str(paths.log_dir()))
    table.add_row("backend", settings.completion.backend)
    for number, line in enumerate(held_up()):
        table.add_row("" if number else "event loop", line)
    screen.out.print(table)
    if settings.completion.backend != "local":
        for heading, said in terminal.run(_served(settings)).items():
            screen.out.print(f"{heading}: {said}")
        return
    name = settings.completion.model
    try:
        installed = store.find(name)
    except HearthError as error:
        terminal.fail(f"{name}: {error}")
    if installed is None:
        terminal.fail(f"the model {name} is not on this disk; get it with `hearth models pull {name}`")
    # Before the model is asked: when it is left alone, the reason is what the user came for.
    for line in crash_report(settings.host.crash_budget):
        screen.out.print(line, style="yellow")
    report = terminal.run(_report(LocalBackend(settings, lambda status: None)))
    screen.out.print(_findings(report, str(installed.path), installed.store))


def crash_report(budget: int) -> list[str]:
    """What there is to say of crashes: how often lately, whether restarts pause, and the last words."""
    supervision.notice_crash()
    lines: list[str] = []
    if recent := supervision.recent_crashes():
        times = "once" if len(recent) == 1 else f"{len(recent)} times"
        lines.append(f"The model's process died {times} in the last {supervision.WINDOW / 60:.0f} minutes.")
    if (until := supervision.paused_until(budget)) is not None:
        lines.append(
            f"It is left alone until {_clock(until)} and then tried again (host.crash_budget = {budget})."
        )
    if (last := crashes.last_report()) is not None:
        at, said = last
        shown = said.splitlines()[:_LINES]
        lines += [f"Its last words, {time.strftime('%Y-%m-%d %H:%M', time.localtime(at))}:", *shown]
        lines.append(f"All of it, and what came before, is in {paths.log_dir() / 'host.log'}.")
    return lines


def held_up() -> list[str]:
    """Whether the event loop of an open window, or of one of the last week, was held up, and by what."""
    lines: list[str] = []
    for figures, is_open in watchdog.windows():
        count = sum(each.count for each in figures.long.values())
        which = f"window {figures.pid}" if is_open else f"window {figures.pid}, which is closed"
        held = f"held up {count} times" if count else "never held up"
        lines.append(f"{which}: {held}, the longest of {figures.steps} steps took {_ms(figures.longest)}")
        longest = sorted(figures.long.items(), key=lambda item: -item[1].longest)
        lines += [f"  {name}: {each.count} times, up to {_ms(each.longest)}" for name, each in longest[:_LINES]]
    return lines or ["no window is open"]


async def _served(settings: Settings) -> dict[str, str]:
    """What the server says of itself, where another program runs the model."""
    backend = backends.create(settings.completion.backend, settings, lambda status: None)
    try:
        return await backend.examine() if isinstance(backend, backends.Served) else {}
    finally:
        await backend.close()


async def _report(backend: LocalBackend) -> Report:
    try:
        return await backend.report()
    finally:
        await backend.close()


def _findings(report: Report, path: str, where: str) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_row("model", f"{report.model} ({where})")
    table.add_row("file", path)
    table.add_row("load profile", report.profile)
    for note in report.notes:
        table.add_row("", note)
    fim = {"yes": "works", "nonsense": "answers nonsense", "none": "this model cannot do it"}[report.fim]
    table.add_row("self-test", f"the arithmetic is sound; filling in the middle {fim}")
    speeds = f"prefill {report.prefill_speed:.0f} and decode {report.decode_speed:.0f} tokens/s"
    table.add_row("speed", f"{speeds}, {report.threads} threads")
    table.add_row("GPU", _gpu(report))
    table.add_row("memory", f"{_gib(report.resident_bytes)} in the host process")
    return table


def _gpu(report: Report) -> str:
    if not report.can_offload:
        return "not used: this build of llama.cpp has no support for one, or finds none (docs/gpu.md)"
    return report.placement


def _clock(unix_time: float) -> str:
    return time.strftime("%H:%M", time.localtime(unix_time))


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _gib(size: float) -> str:
    return f"{size / 2**30:.1f} GiB"
