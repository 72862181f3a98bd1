import json
import platform
import sys
import time
from contextlib import aclosing
from importlib.metadata import version
from typing import Annotated

import psutil
import typer
from rich.table import Table

from hearth.engine import backends, paths
from hearth.engine.backends.local import LocalBackend
from hearth.engine.characters import quoted
from hearth.engine.errors import HearthError, SettingsError
from hearth.engine.files import SETTINGS
from hearth.engine.host import crashes, supervision
from hearth.engine.host.wire import Report
from hearth.engine.models import store
from hearth.engine.models.store.installed import InstalledModel
from hearth.engine.next_edit import formats
from hearth.engine.screen import chat_request, completion_request
from hearth.engine.settings import Settings
from hearth.engine.types import AnyRequest, ChatMessage, FimPrompt, Piece
from hearth.lsp_server import watchdog
from hearth.lsp_server.commands import terminal
from hearth.lsp_server.settings import Layer
from hearth.lsp_server.words import screen

_LINES = 8  # of a crash report
_GAP = FimPrompt("def add(a, b):\n    return ", "\n\n\nprint(add(1, 2))\n", path="add.py")
_QUESTION = (ChatMessage("user", "Say hello."),)


def doctor(
    editor: Annotated[
        bool, typer.Option("--editor", help="with an editor's own settings, which are read from stdin as JSON")
    ] = False,
) -> None:
    """Say what this machine, the model and its process are like, and whether it all works."""
    settings = terminal.user_settings(_of_editor() if editor else None)
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
    for job, used in (("completion", settings.completion), ("chat", settings.chat)):
        table.add_row(job, f"{used.model} ({used.backend})")
    if trained := settings.next_edit.trained_model:
        table.add_row("next edits", f"{trained} (local)")
    for number, line in enumerate(held_up()):
        table.add_row("" if number else "event loop", line)
    screen.out.print(table)
    for backend in dict.fromkeys((settings.completion.backend, settings.chat.backend)):
        if backend != "local":
            for heading, said in terminal.run(_served(settings, backend)).items():
                screen.out.print(f"{heading}: {said}")
    if settings.completion.backend != "local":
        if trained:
            screen.out.print(_examined(settings, trained))
        return
    name = settings.completion.model
    installed = _installed(name)
    # Before the model is asked: when it is left alone, the reason is what the user came for.
    for line in crash_report(settings.host.crash_budget):
        screen.out.print(line, style="yellow")
    report = terminal.run(_report(LocalBackend(settings, lambda status: None)))
    screen.out.print(_findings(report, str(installed.path), installed.store))
    if trained and trained != name:
        screen.out.print("\nThe model for next edits:", style="bold")
        screen.out.print(_examined(settings, trained))


def _examined(settings: Settings, trained: str) -> Table:
    """What the model for next edits is like."""
    try:
        formats.format_of(trained)
    except SettingsError as error:
        terminal.fail(str(error))
    installed = _installed(trained)
    report = terminal.run(_report(LocalBackend(settings, lambda status: None), trained))
    return _findings(report, str(installed.path), installed.store)


def _installed(name: str) -> InstalledModel:
    try:
        installed = store.find(name)
    except HearthError as error:
        terminal.fail(f"{name}: {error}")
    if installed is None:
        terminal.fail(f"the model {name} is not on this disk; get it with `hearth models pull {name}`")
    return installed


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


async def _served(settings: Settings, name: str) -> dict[str, str]:
    """What the server says of itself, where another program runs the model, and whether that answers."""
    backend = backends.create(name, settings, lambda status: None)
    try:
        if not isinstance(backend, backends.Served):
            return {}
        said = await backend.examine()
        if settings.completion.backend == name:
            said["one completion"] = await _tried(backend, completion_request("doctor", _GAP, max_tokens=8))
        if settings.chat.backend == name:
            said["one answer"] = await _tried(
                backend, chat_request("doctor", _QUESTION, max_tokens=8, think=False)
            )
        return said
    finally:
        await backend.close()


async def _tried(backend: backends.Backend, request: AnyRequest) -> str:
    """How long it took, or why there was none."""
    began = time.perf_counter()
    said = ""
    try:
        async with aclosing(backend.generate(request)) as events:
            async for event in events:
                said += event.text if isinstance(event, Piece) else ""
    except HearthError as error:
        return str(error)
    return f"{quoted(said, 40)} after {_ms(time.perf_counter() - began)}" if said.strip() else "it is empty"


def _of_editor() -> Layer:
    """The settings that an editor sends to the server, from stdin."""
    try:
        values = json.loads(sys.stdin.read(SETTINGS))
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        terminal.fail("the settings on stdin are no JSON object")
    return Layer("the editor's settings", values.get("hearth", values))


async def _report(backend: LocalBackend, name: str = "") -> Report:
    try:
        return await backend.report(name)
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
    table.add_row("speed", speeds)
    table.add_row("threads", _threads(report))
    table.add_row("GPU", _gpu(report))
    table.add_row("memory", f"{_gib(report.resident_bytes)} in the host process")
    return table


def _threads(report: Report) -> str:
    return f"{report.threads}: {report.why_threads}" if report.why_threads else str(report.threads)


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
