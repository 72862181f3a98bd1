"""The animation for the README, from a real VS Code with the real model: python -m tests.editors.pictures

Ghost text, an edit as told, a question in the chat. Each wait takes pictures, so the times between them are those
that a user sees on this machine; only a picture that does not change is held longer, to be read.
"""

import io
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from hearth.engine.paths import models_dir
from tests.editors import vscode_provision
from tests.editors.vscode import VSCode, vscode
from tests.hosts import stop_host

MEDIA = Path(__file__).parents[2] / "editors" / "vscode" / "media" / "hearth.gif"
WIDTH = 800  # pixels; the editor has 1,200
STEP = 0.12  # seconds between two pictures
LONGEST = 1.6  # seconds that a picture is held while nothing changes
READ = 2.5  # seconds for what is to be read
CODE = '''\
"""What a shop sells."""

from dataclasses import dataclass


@dataclass
class Item:
    name: str
    price: float
    quantity: int


def total(items: list[Item]) -> float:
    """What all of them cost."""
'''


class Film:
    """Pictures of the editor and how long each is shown."""

    def __init__(self, editor: VSCode, folder: Path) -> None:
        self._editor = editor
        self._file = folder / "frame.png"
        self._frames: list[tuple[bytes, float]] = []

    def take(self, seconds: float = STEP) -> None:
        self._editor.run(f"await page.screenshot({{path: {str(self._file)!r}}})")
        picture = self._file.read_bytes()
        if self._frames and self._frames[-1][0] == picture:
            self._frames[-1] = (picture, self._frames[-1][1] + seconds)
        else:
            self._frames.append((picture, seconds))

    def until(self, condition: Callable[[], Any], what: str) -> None:
        """Film until it is so."""
        began = time.monotonic()

        def seen() -> Any:
            nonlocal began
            self.take(time.monotonic() - began)
            began = time.monotonic()
            return condition()

        self._editor.until(seen, what)

    def type(self, text: str) -> None:
        for character in text:
            self._editor.write(character)
            self.take()

    def save(self, path: Path) -> None:
        pictures = [Image.open(io.BytesIO(picture)).convert("RGB") for picture, _ in self._frames]
        height = round(pictures[0].height * WIDTH / pictures[0].width)
        small = [each.resize((WIDTH, height), Image.Resampling.LANCZOS).quantize(64) for each in pictures]
        times = [int(1000 * min(seconds, max(LONGEST, READ))) for _, seconds in self._frames]
        small[0].save(path, save_all=True, append_images=small[1:], duration=times, loop=0, optimize=True)


def act(editor: VSCode, film: Film) -> None:
    editor.open("shop.py")
    editor.press("Control+End")
    film.take(1.0)
    film.type("    return ")
    film.until(editor.ghost, "ghost text")
    film.take(READ)
    editor.press("Tab")
    film.until(lambda: not editor.ghost(), "the accepted text")
    film.take(1.0)

    editor.press("Control+k", "g")
    film.until(lambda: "Hearth: edit" in editor.text(".quick-input-title"), "the box")
    film.type("leave out what has no quantity")
    editor.press("Enter")
    film.until(lambda: "Apply it to shop.py?" in editor.notes(), "the diff")
    film.take(READ)
    editor.press("Control+Enter")
    film.until(lambda: "Apply it" not in editor.notes(), "the edit")
    film.take(1.0)

    editor.press("Control+k", "h")
    asked = "return await chat.locator('#question').evaluate((each) => document.hasFocus())"
    film.until(lambda: editor.chat(asked), "the chat")
    film.type("What does total do?")
    editor.press("Enter")
    film.until(editor.answer, "the beginning of an answer")
    film.until(lambda: editor.chat("return await chat.locator('#send').isVisible()"), "its end")
    film.take(READ)


def main() -> None:
    modules, browser = vscode_provision.code_server(), vscode_provision.chromium()
    vsix = vscode_provision.build_extension()
    root = Path(tempfile.mkdtemp(prefix="hearth-pictures-"))
    home = root / "hearth"
    home.mkdir()
    (home / "models").symlink_to(models_dir(), target_is_directory=True)
    try:
        with vscode(modules, browser, vsix, root / "vscode", home, {"shop.py": CODE}) as editor:
            editor.hide_other_chat()
            editor.until(lambda: editor.status().strip() == "Hearth", "the server")
            film = Film(editor, root)
            act(editor, film)
            film.save(MEDIA)
    finally:
        stop_host(home)
        shutil.rmtree(root, ignore_errors=True)
    print(f"{MEDIA}: {MEDIA.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
