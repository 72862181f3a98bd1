"""The `hearth` command."""

import sys


def main() -> None:
    """`hearth serve` takes a short way: what the other commands import would delay `initialize`."""
    if sys.argv[1:2] == ["serve"]:
        from hearth.lsp_server.serve import main as serve

        serve(sys.argv[2:])
        return
    from hearth.lsp_server.commands import run

    sys.exit(run())


if __name__ == "__main__":
    main()
