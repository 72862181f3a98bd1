"""The snippets of editors/*.md, taken from the pages and run in the real editors."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.editors import terminal
from tests.editors.neovim import SERVER

PAGES = Path(__file__).parents[2] / "editors"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A home whose own hearth.toml names the scripted model, so that the snippets run as they stand."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "hearth.toml").write_text(
        '[completion]\nbackend = "scripted"\nmodel = "5:hello|(world)"\n'
        '[chat]\nbackend = "scripted"\nmodel = "5:Adds two |numbers."\n'
    )
    return {
        "HEARTH_HOME": str(home),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "PATH": f"{SERVER}{os.pathsep}{os.environ['PATH']}",
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "project" / "example.py"
    file.parent.mkdir()
    file.write_text("x = \n")
    return file


def test_helix(helix: Path, env: dict[str, str], file: Path) -> None:
    config = Path(env["XDG_CONFIG_HOME"]) / "helix"
    config.mkdir(parents=True)
    (config / "languages.toml").write_text(_snippet("helix.md", "toml"))

    log = file.parent / "helix.log"
    with terminal.running([str(helix), "-v", "--log", str(log), str(file)], env, file.parent) as screen:
        screen.until_true(lambda: log.exists() and "hearth/status" in log.read_text(), "attached")
        screen.press("A")  # behind a blank, which is a trigger character
        screen.until("hello(world)")
        screen.press("\t")
        screen.press("\r")
        screen.press("\x1b")
        screen.until("NOR")
        screen.press(":w\r")
        screen.until("written")
    assert file.read_text() == "x = hello(world)\n"


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_helix_takes_several_lines_as_they_are(helix: Path, env: dict[str, str], file: Path, ends: bytes) -> None:
    answer = r"a = n\n    return f'${a}'"
    script = f'[completion]\nbackend = "scripted"\nmodel = "5:{answer}"\n'
    (Path(env["HEARTH_HOME"]) / "hearth.toml").write_text(script)
    file.write_bytes(ends.join([b"def f(n):", b"    x", b"", b"y = 1", b""]))
    config = Path(env["XDG_CONFIG_HOME"]) / "helix"
    config.mkdir(parents=True)
    (config / "languages.toml").write_text(_snippet("helix.md", "toml"))

    log = file.parent / "helix.log"
    with terminal.running([str(helix), "-v", "--log", str(log), str(file)], env, file.parent) as screen:
        screen.until_true(lambda: log.exists() and "hearth/status" in log.read_text(), "attached")
        screen.press("jA\x7f")  # the x goes
        screen.press("\x18")
        screen.until("a = n")
        screen.press("\t")
        screen.press("\r")
        screen.press("\x1b")
        screen.until("NOR")
        screen.press(":w\r")
        screen.until("written")
    expected = [b"def f(n):", b"    a = n", b"    return f'${a}'", b"", b"y = 1", b""]
    assert file.read_bytes() == ends.join(expected)


def test_vim_with_ale(vim_ale: Path, env: dict[str, str], file: Path) -> None:
    vimrc = file.parent / "vimrc"
    before = "set nocompatible completeopt=menuone\nfiletype plugin on\npackloadall\n"
    vimrc.write_text(before + _snippet("vim.md", "vim"))

    with terminal.running([str(vim_ale), "-u", str(vimrc), "-n", str(file)], env, file.parent) as screen:
        screen.until("example.py")
        screen.press("A\x18\x0f")  # Ctrl-x Ctrl-o
        screen.until("Hearth")
        screen.press("\x19\x1b:w\r")  # Ctrl-y takes the entry
        screen.until("written")
    # ALE cuts every suggestion at its first bracket; the page says so
    assert file.read_text() == "x = hello\n"


def test_emacs_with_eglot(emacs: Path, env: dict[str, str], file: Path) -> None:
    script = file.parent / "script.el"
    script.write_text(
        _snippet("emacs.md", "elisp")
        + f"""
        (find-file "{file}")
        (python-mode)
        (apply #'eglot--connect (eglot--guess-contact))
        (goto-char (point-min))
        (end-of-line)
        (unless (completion-at-point) (error "no candidate"))
        (save-buffer)
        (eglot-shutdown-all)
        """
    )
    command = [str(emacs), "--batch", "-Q", "-l", str(script)]
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stderr
    assert file.read_text() == "x = hello(world)\n"


def test_emacs_with_eglot_applies_an_action_and_shows_an_explanation(
    emacs: Path, env: dict[str, str], file: Path
) -> None:
    file.write_text(ADD)
    script = file.parent / "script.el"
    script.write_text(
        _snippet("emacs.md", "elisp")
        + f"""
        (setq eglot-confirm-server-edits nil)
        (defun run (title)
          (let ((actions (eglot-code-actions (point) (point))))
            (eglot-execute (eglot-current-server)
                           (seq-find (lambda (it) (string-prefix-p title (plist-get it :title))) actions))))
        (find-file "{file}")
        (python-mode)
        (apply #'eglot--connect (eglot--guess-contact))
        (run "Document")
        (save-buffer)
        (run "Explain")
        (dotimes (_ 50) (unless (get-buffer-with "Adds two numbers.") (accept-process-output nil 0.1)))
        (princ (buffer-name (get-buffer-with "Adds two numbers.")))
        (eglot-shutdown-all)
        """.replace("(defun run", GET_BUFFER_WITH + "(defun run")
    )
    command = [str(emacs), "--batch", "-Q", "-l", str(script)]
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert file.read_text() == DOCUMENTED
    assert done.stdout.endswith(".md"), done.stdout


def test_emacs_with_lsp_mode(emacs: Path, env: dict[str, str], file: Path) -> None:
    script = file.parent / "script.el"
    script.write_text(
        f"""
        (setq native-comp-enable-subr-trampolines nil) ; they would need a compiler
        (load "lsp-mode-autoloads")
        {_snippet("emacs.md", "elisp", 1)}
        (setq lsp-enabled-clients '(hearth) lsp-enable-snippet nil lsp-auto-guess-root t)
        {GET_BUFFER_WITH}
        (defun wait-for (check what)
          (dotimes (_ 100) (unless (funcall check) (accept-process-output nil 0.1)))
          (unless (funcall check) (error "never came: %s" what)))
        (defun run (title)
          (lsp-execute-code-action (seq-find (lambda (it) (string-prefix-p title (gethash "title" it)))
                                             (lsp-code-actions-at-point))))
        (find-file "{file}")
        (python-mode)
        (lsp)
        (wait-for (lambda () (bound-and-true-p lsp-inline-completion-mode)) "ghost text in this buffer")
        (end-of-line)
        (lsp-inline-completion-display)
        (princ (overlay-get lsp-inline-completion--overlay 'after-string))
        (lsp-inline-completion-accept)
        (princ (concat "/" (buffer-string)))
        (erase-buffer)
        (insert "{ADD}")
        (goto-char (point-min))
        (run "Document")
        (save-buffer)
        (run "Explain")
        (wait-for (lambda () (get-buffer-with "Adds two numbers.")) "the explanation")
        (lsp-workspace-shutdown (car (lsp-workspaces)))
        """
    )
    command = [str(emacs), "--batch", "-Q", "-l", str(script)]
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0, done.stderr
    assert done.stdout == "hello(world)/x = hello(world)\n"
    assert file.read_text() == DOCUMENTED
    assert "Unknown notification" not in done.stderr


def test_vim_with_ale_applies_an_action_and_shows_an_explanation(
    vim_ale: Path, env: dict[str, str], file: Path
) -> None:
    file.write_text(ADD)
    vimrc = file.parent / "vimrc"
    vimrc.write_text(f"set nocompatible cmdheight=5\nfiletype plugin on\npackloadall\n{_snippet('vim.md', 'vim')}")

    with terminal.running([str(vim_ale), "-u", str(vimrc), "-n", str(file)], env, file.parent) as screen:
        screen.until("example.py")
        screen.press(":ALECodeAction\r")
        screen.until("5) Explain")
        screen.press("5\r")
        screen.until("Adds two numbers")
        screen.press("\r:ALECodeAction\r")
        screen.until("2) Document")
        screen.press("2\r")
        screen.until("Adds two numbers")
        screen.press(":w\r")
        screen.until_true(lambda: file.read_text() == DOCUMENTED, "the docstring in the file")
        screen.press("u:w\r")
        screen.until_true(lambda: file.read_text() == ADD, "the file as it was")


def test_an_action_in_vim_with_ale_may_change_a_line_with_wide_characters(
    vim_ale: Path, env: dict[str, str], file: Path
) -> None:
    """ALE takes columns for bytes, whatever was negotiated."""
    file.write_text('def greet(name):\n    return "äöü" + name\n')
    answer = 'def greet(name):\\n    return \\"äöü\\" + name + \\"!\\"'
    (Path(env["HEARTH_HOME"]) / "hearth.toml").write_text(
        f'[completion]\nbackend = "scripted"\n[chat]\nbackend = "scripted"\nmodel = "5:{answer}"\n'
    )
    vimrc = file.parent / "vimrc"
    vimrc.write_text(f"set nocompatible cmdheight=5\nfiletype plugin on\npackloadall\n{_snippet('vim.md', 'vim')}")

    with terminal.running([str(vim_ale), "-u", str(vimrc), "-n", str(file)], env, file.parent) as screen:
        screen.until("example.py")
        screen.press(":ALECodeAction\r")
        screen.until("1) Find and fix")
        screen.press("1\r")
        screen.until('+ "!"')
        screen.press(":w\r")
        screen.until("written")
    assert file.read_text() == 'def greet(name):\n    return "äöü" + name + "!"\n'


def test_helix_applies_an_action_and_opens_an_explanation(helix: Path, env: dict[str, str], file: Path) -> None:
    file.write_text(ADD)
    config = Path(env["XDG_CONFIG_HOME"]) / "helix"
    config.mkdir(parents=True)
    (config / "languages.toml").write_text(_snippet("helix.md", "toml"))

    log = file.parent / "helix.log"
    with terminal.running([str(helix), "-v", "--log", str(log), str(file)], env, file.parent) as screen:
        screen.until_true(lambda: log.exists() and "hearth/status" in log.read_text(), "attached")
        screen.press(" a")
        screen.until("Document add")
        screen.press("\t\r")  # the second one
        screen.until("Adds two numbers")
        screen.press(":w\r")
        screen.until("written")
        screen.press(" a")
        screen.until("Explain")
        screen.press("\x1b[Z\r")  # the last one
        screen.until("Shown to the model")
    assert file.read_text() == DOCUMENTED


ADD = "def add(a, b):\n    return a + b\n"
DOCUMENTED = 'def add(a, b):\n    """Adds two numbers."""\n    return a + b\n'
GET_BUFFER_WITH = """
(defun get-buffer-with (text)
  (seq-find (lambda (buffer) (with-current-buffer buffer
              (and (buffer-file-name) (string-suffix-p ".md" (buffer-file-name))
                   (string-match-p (regexp-quote text) (buffer-string)))))
            (buffer-list)))
"""


def _snippet(page: str, language: str, number: int = 0) -> str:
    """A fenced block of a language on a page, the first one unless told."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", (PAGES / page).read_text(), re.DOTALL)
    assert len(found) > number, f"{page} has {len(found)} snippets in {language}"
    return found[number]
