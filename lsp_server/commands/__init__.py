"""The `hearth` command: one module per subcommand, joined in `app`."""

from typing import Any

import typer

from lsp_server.commands import act, bench, chat, complete, demo, doctor, explain, inspect, stats
from lsp_server.models_cli import app as models
from lsp_server.words import screen

app = typer.Typer(
    name="hearth",
    help="A code model on your own machine, for your editor.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def serve() -> None:
    """Run the language server on stdin and stdout (what editors start), or with --tcp PORT on a loopback port."""
    # `lsp_server.cli` takes `serve` before typer is even imported; this is here for the help.


def main() -> Any:
    """The exit code. What is wrong with the arguments is told like any error: they may quote a file's name."""
    try:
        return app(standalone_mode=False)
    except typer.Abort:
        screen.complain("Aborted.")
        return 1
    except Exception as error:
        say = getattr(error, "format_message", None)  # typer has given these exceptions a name only lately
        if say is None:
            raise
        if message := say():  # not where the help was printed
            screen.complain(f"hearth: {message}")
        return getattr(error, "exit_code", 2)


app.command()(complete.complete)
app.command()(explain.explain)
app.command()(act.act)
app.command()(chat.chat)
app.command()(doctor.doctor)
app.command()(demo.demo)
app.command()(inspect.inspect)
app.command()(stats.stats)
app.command()(bench.bench)
app.add_typer(models, name="models")
