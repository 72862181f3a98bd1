from hearth.engine.host import starter
from hearth.lsp_server.commands import terminal
from hearth.lsp_server.words import screen


def stop() -> None:
    """End the process that runs the model, for all windows; the next suggestion starts it again."""
    pid = terminal.run(starter.stop())
    if pid is None:
        screen.out.print("No model process is running.")
    else:
        screen.out.print(f"The model process ({pid}) has ended. It is started again when a window needs it.")
