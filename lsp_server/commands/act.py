import difflib
import os
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.syntax import Syntax

from hearth.engine import backends
from hearth.engine.code_actions import actions
from hearth.engine.code_actions.chosen import settings_for, temperature_for
from hearth.engine.code_actions.edits import applied
from hearth.engine.code_actions.rewrite import rewrite, write_tests
from hearth.engine.code_actions.targets import ActionContext, Problem
from hearth.engine.code_actions.unit_tests import Plan, plan, running
from hearth.engine.errors import EditRefused
from hearth.engine.files import DOCUMENT, read_bytes, write_atomically
from hearth.engine.settings import Settings
from hearth.engine.trust import is_trusted
from hearth.lsp_server.commands import terminal
from hearth.lsp_server.commands.selection import HELP, selection
from hearth.lsp_server.commands.talking import tell
from hearth.lsp_server.words import screen

_NAMES = ", ".join(row.id for row in actions.ACTIONS if row.mode != "answer")


def act(
    action: Annotated[str, typer.Argument(help=f"one of {_NAMES}")],
    place: Annotated[str, typer.Argument(metavar="FILE:A-B", help=HELP)],
    instruction: Annotated[str, typer.Option("--instruction", "-i", help="what to do, for `instruct`")] = "",
    problem: Annotated[str, typer.Option(help="the message of the problem, for `fix`")] = "",
    write: Annotated[bool, typer.Option("--write", help="change the file instead of showing the diff")] = False,
) -> None:
    """Let the model change code: shows a diff, and changes nothing without --write."""
    row = actions.action(action)
    if row is None or row.mode == "answer":
        terminal.fail(f"there is no action {action!r}; there are {_NAMES}")
    if row.id == "instruct" and not instruction:
        terminal.fail("say what to do: hearth act instruct FILE:A-B -i 'use a dict'")
    if row.id == "fix" and not problem:
        terminal.fail("say what is wrong: hearth act fix FILE:LINE --problem 'undefined name x' (or use `bug`)")
    document, start, end = selection(place)
    problems = (Problem(start, end, problem),) if problem else ()
    target = row.find(ActionContext(document.code, start, end, problems, instruction))
    if target is None:
        terminal.fail(f"{action} makes no sense for {place}")
    file = Path(str(document.path)).absolute()
    path, old, new = terminal.run(_changed(row, target, file, terminal.user_settings()))
    if not write:
        screen.out.print(Syntax(_diff(path, old, new), "diff", theme="ansi_dark", background_color="default"))
        return
    if old is not None and read_bytes(path, DOCUMENT) != old.encode():
        terminal.fail(f"{path} was changed meanwhile; nothing was written")
    mode = path.stat().st_mode if old is not None else 0o644
    write_atomically(path, new.encode())
    path.chmod(mode)
    screen.out.print(f"changed {path}" if old is not None else f"wrote {path}")


async def _changed(
    row: actions.Action, target: actions.Target, path: Path, settings: Settings
) -> tuple[Path, str | None, str]:
    """(file, its text, its new text)."""
    settings = settings_for(settings, row.id)
    temperature = temperature_for(settings, row.id)
    backend = backends.create(settings.chat.backend, settings, tell)
    try:
        if row.mode == "file":
            root = _root(path)
            found = plan(target, str(path), str(root), _read)
            is_run = settings.actions.run_tests and is_trusted(str(root), settings.chat.trusted_folders)
            run = partial(_run, found, root) if is_run else None
            text = await write_tests(backend, settings.chat, row, target, found, temperature=temperature, run=run)
            return found.path, found.old_text, text
        result = await rewrite(backend, settings.chat, row, target, temperature=temperature)
        return path, target.code.text, applied(target.code.text, result.edits)
    except EditRefused as refused:
        raise EditRefused(f"{path.name}: {refused}") from refused
    finally:
        await backend.close()


def _run(found: Plan, root: Path, text: str) -> running.Ran | None:
    ran = running.run(found, text, root)
    if ran is not None:
        screen.complain(ran.verdict, "green" if ran.passed else "yellow")
    return ran


def _diff(path: Path, old: str | None, new: str) -> str:
    name = os.path.relpath(path)
    lines = difflib.unified_diff(
        (old or "").splitlines(), new.splitlines(), name if old is not None else os.devnull, name, lineterm=""
    )
    return "\n".join(lines)


def _root(path: Path) -> Path:
    """The repository that the file is in, else the nearest folder that looks like a project's root."""
    marks = ("pyproject.toml", "setup.py", "package.json", "go.mod", "Cargo.toml", "pom.xml")
    repository = next((each for each in path.parents if (each / ".git").exists()), None)
    nearest = next((each for each in path.parents if any((each / mark).exists() for mark in marks)), None)
    return repository or nearest or path.parent


def _read(path: Path) -> str | None:
    try:
        return read_bytes(path, DOCUMENT).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
