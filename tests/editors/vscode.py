"""Drive a real VS Code: code-server with the packaged extension and a clean profile, seen by a browser."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.editors.neovim import ARTEFACTS, PATIENCE
from tests.editors.vscode_provision import node
from tests.waiting import found_in_time

_BRIDGE = Path(__file__).parent / "vscode_bridge.mjs"
_CHAT = "page.frameLocator('iframe.webview').frameLocator('#active-frame')"


@dataclass
class VSCode:
    browser: subprocess.Popen[str]
    server: psutil.Process
    folder: Path

    def run(self, code: str) -> Any:
        """The value of JavaScript with `page` (Playwright's) and `requested`, every address that was asked for."""
        assert self.browser.stdin and self.browser.stdout
        self.browser.stdin.write(json.dumps({"code": code}) + "\n")
        self.browser.stdin.flush()
        answer = self._answer()
        if "error" in answer:
            self.save("failed")
            raise AssertionError(answer["error"])
        return answer["value"]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.run(f"await page.keyboard.press({json.dumps(key)})")

    def write(self, text: str) -> None:
        self.run(f"await page.keyboard.type({json.dumps(text)}, {{delay: 30}})")

    def command(self, title: str) -> None:
        """Run a command by its title in the palette, which closes when something else takes the focus."""
        row = f".quick-input-widget .monaco-list-row:has-text({json.dumps(title)})"

        ways = itertools.cycle(
            (  # the key does nothing where the focus is on a page that has gone
                "await page.keyboard.press('F1')",
                "await page.locator('.command-center .command-center-quick-pick').first().click()",
                "await page.locator('.part.statusbar').click({position: {x: 400, y: 5}})"
                "; await page.keyboard.press('F1')",
            )
        )

        patience = itertools.chain((3, 6, 12), itertools.repeat(20))  # seconds for each step of a try

        def ran() -> bool:
            limit = f"page.setDefaultTimeout({next(patience) * 1000}); "
            try:
                self.run(limit + next(ways))
                self.run("await page.locator('.quick-input-widget .monaco-list-row').first().waitFor()")
                self.run(
                    f"await page.locator('.quick-input-widget input').first().fill({json.dumps('>' + title)})"
                )
                self.run(f"await page.locator({json.dumps(row)}).first().click()")
                return True
            except AssertionError:
                with suppress(AssertionError):
                    self.press("Escape")
                    self.run("await page.locator('.editor-group-container').first().click()")
                return False
            finally:
                self.run("page.setDefaultTimeout(30_000)")

        self.until(ran, f"the command {title!r}")

    def choose(self, text: str) -> None:
        """Take a row of the list that is open."""
        row = f".quick-input-widget .monaco-list-row:has-text({json.dumps(text, ensure_ascii=False)})"
        self.run(f"await page.locator({json.dumps(row)}).first().click()")

    def until_focus(self) -> None:
        """Wait until what is typed goes into the editor."""
        inside = "return await page.evaluate(() => document.activeElement?.closest('.editor-instance') != null)"
        self.until(lambda: self.run(inside), "the focus in the editor")

    def open_menu(self) -> None:
        """That of the status bar."""
        self.run(r"await page.locator('#hearth\\.hearth\\.hearth\\.status').click()")
        self.until(lambda: "Restart the server" in self.text(".quick-input-list"), "the menu")

    def take_action(self, title: str) -> None:
        """A code action at the cursor. VS Code forgets the wish when the server is not ready for it yet."""
        row = f"page.locator('.action-widget .monaco-list-row', {{hasText: {json.dumps(title)}}}).first()"

        def offered() -> bool:
            self.press("Escape", "Control+.")
            with suppress(AssertionError):
                self.run(f"await {row}.waitFor({{timeout: 2000}})")
                return True
            return False

        self.until(offered, f"the action {title!r}")
        self.run(f"await {row}.click()")

    def hide_other_chat(self) -> None:
        """The side bar on the right, which VS Code opens with a chat of its own."""
        self.run("await page.locator('.part.auxiliarybar').waitFor()")
        self.press("Control+Alt+b")
        self.run("await page.locator('.part.auxiliarybar').waitFor({state: 'hidden'})")

    def open(
        self, name: str, text: str = ".editor-group-container.active .editor-instance .view-lines >> nth=0"
    ) -> None:
        """By its path, to stay, beside the explorer; the focus is in the `text` that this selects."""
        path = json.dumps(str(self.folder / name))
        row = f".quick-input-widget .monaco-list-row:has-text({json.dumps(Path(name).name)})"

        # Whatever takes the focus closes the list, as the explorer does. Escape would hide notifications too.
        def is_open() -> bool:
            with suppress(AssertionError):
                self.press("Control+Shift+e", "Control+p")
                self.run(
                    f"await page.locator('.quick-input-widget input').first().fill({path}, {{timeout: 5000}})"
                )
                self.run(f"await page.locator({json.dumps(row)}).first().click({{timeout: 10_000}})")
                return bool(found_in_time(lambda: Path(name).name in self.text(".tab.active"), seconds=10))
            return False

        self.until(is_open, f"{name} in the editor")
        self.run(f"await page.locator({json.dumps(text)}).click()")

    def close_tab(self) -> None:
        """That of the active editor."""
        before = self.text(".tab")
        self.run("await page.locator('.tab.active .tab-actions .action-label').first().click()")
        self.until(lambda: self.text(".tab") != before, "the end of the tab")

    def text(self, selector: str) -> str:
        """Of everything that it selects, with ordinary blanks."""
        found = self.run(f"return (await page.locator({json.dumps(selector)}).allTextContents()).join('\\n')")
        return str(found).replace("\N{NO-BREAK SPACE}", " ")

    def status(self) -> str:
        return self.text("#hearth\\.hearth\\.hearth\\.status")

    def tooltip(self) -> str:
        """What the status bar item says to who points at it, or cannot see it."""
        return str(
            self.run(
                r"return await page.locator('#hearth\\.hearth\\.hearth\\.status a').getAttribute('aria-label')"
            )
        )

    def ghost(self) -> str:
        return self.text(".ghost-text-decoration, .ghost-text-decoration-preview, .suggest-preview-text")

    def notes(self) -> str:
        """The notifications that are shown, one a line."""
        return self.text(".notifications-toasts .notification-list-item-message")

    def press_button(self, name: str) -> None:
        """Of a notification."""
        button = (
            f"page.locator('.notifications-toasts').getByRole('button', {{name: {json.dumps(name)}, exact: true}})"
        )
        self.run(f"await {button}.first().click()")

    def chat(self, code: str) -> Any:
        """JavaScript with `chat`, the page of the chat view."""
        return self.run(f"const chat = {_CHAT}; {code}")

    def answer(self) -> str:
        """What there is of the answer to the last question."""
        last = "chat.locator('.turn').last().locator('.answer:not(:has(.waiting))')"
        return str(self.chat(f"return (await {last}.allTextContents()).join('')"))

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Wait for something to become true; shows the screen when it does not."""
        if value := found_in_time(condition, PATIENCE):
            return value
        self.save("failed")
        raise AssertionError(f"never came: {what} (see vscode-failed.png in {ARTEFACTS.name})")

    def save(self, name: str) -> None:
        path = ARTEFACTS / f"vscode-{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        assert self.browser.stdin
        self.browser.stdin.write(json.dumps({"code": f"await page.screenshot({{path: {json.dumps(str(path))}}})"}))
        self.browser.stdin.write("\n")
        self.browser.stdin.flush()
        self._answer()

    def processes(self) -> list[psutil.Process]:
        return [self.server, *self.server.children(recursive=True)]

    def language_servers(self) -> list[psutil.Process]:
        found = []
        for process in self.processes():
            with suppress(psutil.Error):
                if any(part.endswith("/hearth") for part in process.cmdline()) and "serve" in process.cmdline():
                    found.append(process)
        return found

    def _answer(self) -> dict[str, Any]:
        assert self.browser.stdout
        line = self.browser.stdout.readline()
        if not line:
            raise AssertionError("the browser ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def vscode(
    modules: Path,
    browser: Path,
    vsix: Path,
    root: Path,
    home: Path,
    files: dict[str, str],
    *,
    programs: Path = Path(sys.executable).parent,
    env: dict[str, str] | None = None,
    trust: bool = True,
) -> Iterator[VSCode]:
    """VS Code as after "install the vsix, open a folder": no settings, `hearth` (of `programs`) on the PATH.

    With `trust` every folder is trusted; without it VS Code asks, as it does by default.
    """
    folder = root / "project"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        if text.startswith("#!"):
            (folder / name).chmod(0o755)
    program = [str(node(modules)), str(modules / "code-server" / "out" / "node" / "entry.js")]
    profile = ["--user-data-dir", str(root / "user"), "--extensions-dir", str(root / "extensions")]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("VSCODE_")},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HEARTH_HOME": str(home),
        "HOME": str(root / "home"),
        **(env or {}),
    }
    (root / "home").mkdir()
    # VS Code takes its PATH from a login shell
    (root / "home" / ".profile").write_text(f'export PATH="{programs}:$PATH"\n')
    installing = subprocess.run(
        [*program, *profile, "--install-extension", str(vsix)], env=environment, capture_output=True, text=True
    )
    assert "successfully installed" in installing.stdout, installing.stdout + installing.stderr
    port = _free_port()
    quiet = ["--auth", "none", "--disable-telemetry", "--disable-update-check"]
    quiet += ["--disable-workspace-trust"] if trust else []
    argv = [*program, *profile, *quiet, "--bind-addr", f"127.0.0.1:{port}"]
    with (root / "server.log").open("w") as log:
        server = subprocess.Popen(argv, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_for(port, root / "server.log")
        url = f"http://127.0.0.1:{port}/?folder={folder}"
        bridge = [str(node(modules)), str(_BRIDGE), str(modules), str(browser), url]
        pipe = subprocess.PIPE
        with subprocess.Popen(bridge, stdin=pipe, stdout=pipe, text=True, env=environment) as page:
            editor = VSCode(page, psutil.Process(server.pid), folder)
            try:
                editor._answer()
                yield editor
            finally:
                page.stdin and page.stdin.close()
                with suppress(subprocess.TimeoutExpired):
                    page.wait(10)
                page.kill()
    finally:
        left = []
        with suppress(psutil.Error):
            left = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            server.wait(5)
        for process in left:  # also those that have a group of their own
            with suppress(psutil.Error):
                process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, log: Path) -> None:
    def answers() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    assert found_in_time(answers, PATIENCE), f"code-server did not start: {log.read_text()[-500:]}"
