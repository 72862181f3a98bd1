"""The `hearth` command: one module per subcommand, joined in `app`.

Exit codes: 0 it worked; 1 it did not, and one line on stderr says why; 2 the command line makes no sense.
"""

from importlib.metadata import version
from typing import Annotated

import typer

from hearth.engine import logs
from hearth.engine.errors import HearthError
from hearth.lsp_server.commands import (
    act,
    bench,
    chat,
    commit,
    complete,
    demo,
    doctor,
    explain,
    import_settings,
    inspect,
    settings,
    stats,
    stop,
)
from hearth.lsp_server.commands.models import app as models
from hearth.lsp_server.words import screen

app = typer.Typer(
    name="hearth",
    help="A code model on your own machine, for your editor.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def run() -> int:
    """The command, as the user gave it; its exit code. Whatever goes wrong is one line, never a traceback."""
    screen.forgive()
    logs.of_command()
    try:
        code = app(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except BrokenPipeError:
        return 1  # whoever read our output has gone
    except typer.Abort:
        said = "Aborted."
    except HearthError as error:
        said = str(error)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        said = f"{where}{error.strerror or error}"
    except Exception as error:
        say = getattr(error, "format_message", None)  # typer has given these exceptions a name only lately
        if say is not None:
            if message := say():  # not where the help was printed
                screen.complain(f"hearth: {message}")
            return int(getattr(error, "exit_code", 2))
        if logs.is_debug():
            raise
        said = f"an unexpected error: {type(error).__name__}. With HEARTH_DEBUG=1 it is told whole."
    screen.complain(said)
    return 1


def _print_version(wanted: bool) -> None:
    if wanted:
        screen.exactly(f"hearth {version('hearth-lsp')}", end="\n")
        raise typer.Exit


@app.callback()
def hearth(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def serve() -> None:
    """Run the language server on stdin and stdout (what editors start), or with --tcp PORT on a loopback port.

    With --http PORT it answers OpenAI's HTTP API there instead, with --ollama also Ollama's.
    """
    # `hearth.lsp_server.cli` takes `serve` before typer is even imported; this is here for the help.


app.command()(complete.complete)
app.command()(explain.explain)
app.command()(act.act)
app.command()(chat.chat)
app.command()(commit.commit)
app.command()(doctor.doctor)
app.command()(demo.demo)
app.command()(inspect.inspect)
app.command()(stats.stats)
app.command()(bench.bench)
app.command()(settings.settings)
app.command("import")(import_settings.import_settings)
app.command()(stop.stop)
app.add_typer(models, name="models")
