"""Drive a real Neovim: keys in, screen and Lua values out."""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pynvim

from tests.editors.screen import Screen
from tests.waiting import found_in_time

PLUGIN = Path(__file__).parents[2] / "editors" / "nvim"
ARTEFACTS = Path(__file__).parents[1] / "artefacts" / "editors"
SCRIPTED = {"completion": {"backend": "scripted", "model": "5:hello|(world)"}}
SERVER = Path(sys.executable).parent  # the folder that holds `hearth`
# by default it is a link, and the screen only tells where links end
GHOST_STYLE = "vim.api.nvim_set_hl(0, 'ComplHint', { fg = '#808080', italic = true })"
PATIENCE = 90.0  # seconds until something that should happen is given up: only a failure takes that long


@dataclass
class Editor:
    nvim: pynvim.Nvim
    screen: Screen = field(default_factory=Screen)
    marks: int = 0

    def press(self, keys: str) -> None:
        """Type keys in Neovim's notation (`<Esc>`, `<Tab>`)."""
        self.nvim.input(keys)
        self.pump()

    def lua(self, code: str, *args: Any) -> Any:
        return self.nvim.exec_lua(code, *args)

    def lines(self) -> list[str]:
        return list(self.nvim.current.buffer[:])

    def ghost(self) -> str:
        """The ghost text as it stands on the screen, without the text around it."""
        self.pump()
        return self.screen.styled("ComplHint")

    def shows(self, text: str) -> bool:
        self.pump()
        return text in self.screen.text()

    def save(self, path: Path) -> None:
        self.pump()
        self.screen.save(path)

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Wait for something to become true; tells `what` and shows the screen when it does not."""

        def unblocked() -> Any:
            self._must_not_block(what)
            return condition()

        if value := found_in_time(unblocked, PATIENCE):
            return value
        self.pump()
        raise AssertionError(f"never came: {what}\n{self.screen.text()}")

    def pump(self) -> None:
        """Take in every screen update that Neovim sent until now."""
        self._must_not_block()
        self.marks += 1
        self.nvim.command("redraw")
        self.nvim.call("rpcnotify", self.nvim.channel_id, "mark", self.marks)
        while True:
            _kind, name, arguments = self.nvim.next_message()
            if name == "redraw":
                self.screen.redraw(arguments)
            if name == "mark" and arguments == [self.marks]:
                return

    def _must_not_block(self, what: str = "the screen") -> None:
        if self.nvim.api.get_mode()["blocking"]:
            raise AssertionError(f"Neovim waits for a key, and not for: {what}\n{self.screen.text()}")


class Edit(Protocol):
    """Open a file with this text in Neovim, with the plugin set up (after the Lua of `before`)."""

    def __call__(
        self,
        program: Path,
        text: str = "x = \n",
        *,
        settings: dict[str, Any] = ...,
        setup: dict[str, Any] = ...,
        before: str = "",
        env: dict[str, str] | None = None,
        name: str = "example.py",
    ) -> Editor: ...


def to_lua(value: Any) -> str:
    """A JSON-like value as a Lua expression."""
    return f"vim.json.decode({json.dumps(json.dumps(value))})"


@contextmanager
def editing(
    program: Path, file: Path, init: str, home: Path, env: Mapping[str, str] | None = None
) -> Iterator[Editor]:
    """Open `file` in a Neovim of its own: its configuration is `init` (Lua), its home is `home`."""
    config = home / "init.lua"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(f"vim.opt.runtimepath:prepend({json.dumps(str(PLUGIN))})\n{GHOST_STYLE}\n{init}")
    variables = {
        "PATH": f"{SERVER}{os.pathsep}{os.environ['PATH']}",
        "HEARTH_HOME": str(home / "hearth"),
        "NVIM_LOG_FILE": str(home / "nvim.log"),
        **{f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")},
        **(env or {}),
    }
    settings = [f"{name}={value}" for name, value in variables.items()]
    argv = ["env", *settings, str(program), "--embed", "--clean", "-u", str(config), "-n", str(file)]
    nvim = pynvim.attach("child", argv=argv)
    # pynvim waits for ever for the answer of a Neovim that waits for a key
    watchdog = threading.Timer(3 * PATIENCE, os.kill, (nvim.funcs.getpid(), signal.SIGKILL))
    watchdog.start()
    try:
        editor = Editor(nvim)
        nvim.ui_attach(100, 30, rgb=True, ext_linegrid=True, ext_hlstate=True)
        editor.pump()
        yield editor
    finally:
        _quit(nvim)
        watchdog.cancel()


def _quit(nvim: pynvim.Nvim) -> None:
    try:
        if nvim.api.get_mode()["blocking"]:
            nvim.input("<CR><C-c>")
        nvim.command("qall!")
    except (OSError, EOFError):
        pass  # it closes the connection instead of answering
    nvim.close()
