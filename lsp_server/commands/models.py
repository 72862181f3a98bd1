"""`hearth models`: what there is, what suits this machine, fetching, checking and removing."""

import asyncio
import dataclasses
import functools
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Annotated, Any, Literal

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from hearth.engine import paths
from hearth.engine.backends.shared import ollama_wire
from hearth.engine.errors import HearthError, ModelMissing
from hearth.engine.models import catalog, fit, names, speeds, store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.download import OnProgress
from hearth.engine.models.download import Progress as Step
from hearth.engine.models.sources import local
from hearth.engine.models.store import other_models
from hearth.engine.settings import Settings
from hearth.lsp_server.commands import model_rows, terminal, toml_edit
from hearth.lsp_server.words import screen

app = typer.Typer(help="The models: list, fetch, check, remove, choose.", no_args_is_help=True)

Name = Annotated[
    str,
    typer.Argument(
        help="a name from `hearth models list`, the path of a .gguf file, hf:owner/repo/file.gguf, "
        "ollama:name or lmstudio:publisher/model/file.gguf"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="for programs")]


def _friendly(command: Callable[..., None]) -> Callable[..., None]:
    """Errors that are meant for the user: one red line and exit code 1."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except HearthError as error:
            terminal.fail(str(error))

    return run


@app.command("list")
@_friendly
def list_models(as_json: Json = False) -> None:
    """Every model of the catalog, and what else lies on this disk."""
    machine = fit.Machine.here()
    rows = [model_rows.row(model, machine) for model in catalog.models().values()]
    others = [model_rows.Other.of(found, machine) for found in other_models.everything()]
    if as_json:
        screen.json([*(row.as_json() for row in rows), *(other.as_json() for other in others)])
        return
    screen.out.print(model_rows.table(rows))
    if others:
        screen.out.print("\nAlso on this disk:")
        for other in others:
            screen.out.print(f"  {other}", soft_wrap=True)


@app.command()
@_friendly
def search(text: Annotated[list[str], typer.Argument(help="words that a model's row must hold")]) -> None:
    """The models of the catalog with all these words in name, job, licence or note."""
    found = catalog.search(" ".join(text))
    if not found:
        terminal.fail(f"No model of the catalog has {' '.join(text)!r}.")
    machine = fit.Machine.here()
    screen.out.print(model_rows.table([model_rows.row(model, machine) for model in found]))


@app.command()
@_friendly
def pull(name: Name) -> None:
    """Have a model on this disk: downloaded if need be, and checked. An interrupted download goes on here."""
    settings = terminal.user_settings()
    wanted, installed = names.parse(name), store.find(name)
    if isinstance(wanted, CatalogModel):
        _announce(name, wanted, is_here=installed is not None)
    try:
        with _progress() as on_progress:
            if isinstance(wanted, names.OllamaName) and installed is None:
                _pull_by_ollama(wanted.text, settings, on_progress)
                if store.find(name) is None:
                    terminal.fail(
                        f"Ollama has {wanted.text} now, but in no folder that Hearth can read here. "
                        f'Let Ollama run it: backend = "ollama", model = "{wanted.text}".'
                    )
            ref = store.ensure(name, on_progress, settings=settings.downloads)
    except KeyboardInterrupt:
        screen.errors.print("\nStopped. What has come is kept: the same command goes on from there.")
        raise typer.Exit(130) from None
    screen.out.print(f"{ref.id} is ready: {ref.path}", soft_wrap=True)


@app.command()
@_friendly
def path(name: Name) -> None:
    """Print where a model lies, and nothing else."""
    installed = store.find(name)
    if installed is None:
        terminal.fail(other_models.missing(names.parse(name)))
    screen.exactly(str(installed.path), end="\n")


@app.command()
@_friendly
def remove(name: Name) -> None:
    """Delete Hearth's own files of a model. Files of other programs are never touched."""
    for file in store.remove(name):
        screen.out.print(f"removed {file}", soft_wrap=True)


@app.command()
@_friendly
def verify(name: Name) -> None:
    """Read a model's files again and hold them against their SHA-256."""
    with _progress() as on_progress:
        installed = store.verify(name, on_progress)
    if installed.sha256:
        told = f"{installed.id} is sound: SHA-256 {installed.sha256}"
    else:
        told = f"{installed.id} is a sound GGUF file; there is no digest to hold it against."
    screen.out.print(told, soft_wrap=True)


@app.command()
@_friendly
def recommend(as_json: Json = False) -> None:
    """Which models suit this machine, and why."""
    machine = fit.Machine.here()
    completion, chat = fit.recommend(machine, speeds.measured())
    if as_json:
        report = {
            job: advice and _advice_json(advice) for job, advice in (("completion", completion), ("chat", chat))
        }
        screen.json({**dataclasses.asdict(machine), **report})
        return
    if completion is None and chat is None:
        terminal.fail(f"No model of the catalog fits into the {model_rows.size(machine.memory)} of memory here.")
    for job, advice in (("completion", completion), ("chat", chat)):
        if advice is None:
            screen.out.print(f"{job:<11} nothing fits")
            continue
        screen.out.print(Text.assemble((f"{job:<11}", "bold"), f" {advice.model.id}"))
        screen.out.print(f"            {advice.reason}", soft_wrap=True)
        bigger = fit.why_not_bigger(advice, machine, speeds.measured())
        if bigger is not None:
            said = f"            Not {bigger.model.id}, the next bigger: {bigger.reason}"
            screen.out.print(said, style="dim", soft_wrap=True)
        screen.out.print(
            f"            hearth models pull {advice.model.id}; hearth models use {advice.model.id} --role {job}",
            style="dim",
            soft_wrap=True,
        )


@app.command()
@_friendly
def use(
    name: Name, role: Annotated[Literal["completion", "chat"], typer.Option(help="for what")] = "completion"
) -> None:
    """Write the model into your hearth.toml; the rest of the file stays as it is."""
    wanted = names.parse(name)
    if isinstance(wanted, CatalogModel) and not wanted.plays(role):
        terminal.fail(
            f"{wanted.id} is for {wanted.role} only; `hearth models search {role}` shows those that do it."
        )
    value = _setting(name, wanted)
    toml_edit.set_value(paths.config_file(), role, "model", value)
    screen.out.print(f"{role}.model = {value}, in {paths.config_file()}", soft_wrap=True)
    if store.find(name) is None:
        if isinstance(wanted, CatalogModel) and wanted.restriction:
            screen.out.print(wanted.restriction, style="yellow")
        screen.out.print(other_models.missing(wanted), style="yellow", soft_wrap=True)


def _setting(name: str, wanted: names.Name) -> str:
    """The name as it is written into the settings, where it must mean the same tomorrow and from any folder."""
    match wanted:
        case names.PathName():
            return str(local.expanded(name))
        case CatalogModel():
            return wanted.id
        case names.OllamaName():
            return f"ollama:{wanted.text}"
        case _:
            return name


def _announce(name: str, model: CatalogModel, is_here: bool) -> None:
    """What there is to know before a download, and which row another program's name stands for."""
    if name.lower() in model.ollama or name.lower().removesuffix(":latest") in model.ollama:
        screen.out.print(f"{name} is {model.id} in Hearth's catalog.")
    if is_here:
        return
    screen.out.print(f"{model.title}: {model_rows.size(model.size)}, {model.licence}.")
    for said, style in ((model.restriction, "yellow"), (model.note, "")):
        if said:
            screen.out.print(said, style=style)


def _pull_by_ollama(model: str, settings: Settings, on_progress: OnProgress) -> None:
    """Into Ollama's own store, by the Ollama that runs; ending this ends the download there."""
    if not settings.downloads.allowed:
        raise ModelMissing(f"{model} is not on this disk, and downloads are switched off in the settings.")

    async def follow() -> None:
        async with aclosing(ollama_wire.pull(settings.ollama, model)) as steps:
            async for step in steps:
                if step.total:
                    checking = step.doing.startswith("verifying")
                    phase: Literal["downloading", "checking"] = "checking" if checking else "downloading"
                    on_progress(Step(phase, model, step.done, step.total, "Ollama"))

    asyncio.run(follow())


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A bar on stderr for each file and phase."""
    columns = (screen.description(), BarColumn(), DownloadColumn())
    progress = Progress(*columns, TransferSpeedColumn(), TimeRemainingColumn(), console=screen.errors)
    tasks: dict[str, TaskID] = {}

    def on_progress(step: Step) -> None:
        progress.start()  # not before there is something to show: an empty bar leaves an empty line
        label = _label(step)
        if label not in tasks:
            tasks[label] = progress.add_task(label, total=step.total or None)
        progress.update(tasks[label], completed=step.done, total=step.total or None)

    try:
        yield on_progress
    finally:
        if tasks:
            progress.stop()


def _label(step: Step) -> str:
    if step.phase == "waiting":
        return f"asking the {step.source} for {step.file}" if step.source else f"another pull fetches {step.file}"
    doing = "fetching" if step.phase == "downloading" else "checking"
    return f"{doing} {step.file}" + (f" ({step.source})" if step.source else "")


def _advice_json(advice: fit.Advice) -> dict[str, Any]:
    return {
        "id": advice.model.id,
        "quick": advice.quick,
        "generation_tokens_per_second": round(advice.speed.generation, 1),
        "prompt_tokens_per_second": round(advice.speed.prompt, 1),
        "ram_gib": advice.model.ram_gib,
        "reason": advice.reason,
    }
