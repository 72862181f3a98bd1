"""Where Hearth keeps things: under `HEARTH_HOME` when set, else in the platform's own folders."""

import hashlib
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import platformdirs

_APP = "hearth"
# sockaddr_un.sun_path holds 108 bytes on Linux and 104 on macOS, the final NUL included.
_SOCKET_PATH_LIMIT = 100


def models_dir() -> Path:
    """Downloaded model files."""
    return _under("models", lambda: Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "models")


def state_dir() -> Path:
    """What Hearth learnt and may forget: host profiles, measured speeds, statistics, chats."""
    return _under("state", lambda: Path(platformdirs.user_state_dir(_APP, appauthor=False)))


def log_dir() -> Path:
    return _under("logs", lambda: Path(platformdirs.user_log_dir(_APP, appauthor=False)))


def config_file() -> Path:
    """The user's own `hearth.toml` (it need not exist)."""
    return _under("hearth.toml", lambda: Path(platformdirs.user_config_dir(_APP, appauthor=False)) / "hearth.toml")


def runtime_dir() -> Path:
    """The private folder (mode 0700) of the host's socket and lock; made on the first call.

    A socket's path must be short, so a long `HEARTH_HOME` gets a folder of its own in the temporary folder.
    """
    folder = _under("run", _system_runtime_dir)
    if len(os.fsencode(folder / "host.sock")) > _SOCKET_PATH_LIMIT:
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"{_APP}-{_user_tag()}-{digest}"
    return private(folder)


def private(folder: Path) -> Path:
    """That folder, made if need be, open to this user only. Raises `PermissionError` when it is not ours."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if sys.platform != "win32":
        _refuse_foreign(folder)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    return folder


def _under(name: str, default: Callable[[], Path]) -> Path:
    home = os.environ.get("HEARTH_HOME")
    return Path(home).expanduser().absolute() / name if home else default()


def _system_runtime_dir() -> Path:
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it warns and takes a folder in /tmp, whose owner and mode we check ourselves.
        warnings.simplefilter("ignore")
        return Path(platformdirs.user_runtime_dir(_APP, appauthor=False))


def _user_tag() -> str:
    return str(os.getuid()) if sys.platform != "win32" else os.environ.get("USERNAME", "user")


def _refuse_foreign(folder: Path) -> None:
    """Someone else may have made the folder, or a link to one, first in a shared temporary folder."""
    if sys.platform == "win32":
        return
    if {folder.lstat().st_uid, folder.stat().st_uid} != {os.getuid()}:
        raise PermissionError(f"{folder} belongs to another user; remove it or set HEARTH_HOME")
