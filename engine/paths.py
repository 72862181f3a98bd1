"""Where Hearth keeps things: under `HEARTH_HOME` when set, else in the platform's own folders.

Folders are made with mode 0700, those above them too, whatever the umask is. A folder that is not available (a
read-only disk, a file in its place) does not stop anything: see `state_dir` and `runtime_dir`.
"""

import errno
import hashlib
import os
import stat
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
    """What Hearth learnt and may forget: host profiles, measured speeds, statistics, chats. Made if need be.

    Where that cannot be, a folder beside the host's socket, which the system tidies away: `state_trouble`.
    """
    try:
        return private(wanted_state_dir())
    except OSError:
        try:
            return private(runtime_dir() / "state")
        except OSError:
            return Path(os.devnull) / "state"  # where nothing is and nothing can be: not in somebody else's folder


def state_trouble() -> OSError | None:
    """Why the state folder cannot be where it belongs; None when it can."""
    try:
        private(wanted_state_dir())
    except OSError as error:
        return error
    return None


def cache_dir() -> Path:
    """What can be made again at any time: the index of a workspace's symbols. It need not exist."""
    return _under("cache", lambda: Path(platformdirs.user_cache_dir(_APP, appauthor=False)))


def log_dir() -> Path:
    """Where logs are written if they can be (`logs.to_file`)."""
    return _under("logs", lambda: Path(platformdirs.user_log_dir(_APP, appauthor=False)))


def config_file() -> Path:
    """The user's own `hearth.toml` (it need not exist)."""
    return _under("hearth.toml", lambda: Path(platformdirs.user_config_dir(_APP, appauthor=False)) / "hearth.toml")


def config_trouble() -> str:
    """Why the user's own settings are not to be read: others may have written them; "" when they are.

    In words for the user. Nothing is said of a file that is not there.
    """
    file = config_file()
    for path in (file.parent, file) if os.path.lexists(file) else ():
        if reason := _not_ours_alone(path):
            return f"{file} is ignored, because {path} {reason}"
    return ""


def runtime_dir() -> Path:
    """The private folder (mode 0700) of the host's socket and lock; made on the first call.

    A socket's path must be short, and its folder writable: else it is a folder of its own in the temporary folder,
    which all windows with this home find. Raises `PermissionError` for a folder that is another user's.
    """
    folder = _under("run", _system_runtime_dir)
    if _is_short(folder):
        try:
            return private(folder)
        except ForeignFolder:
            raise
        except OSError:
            pass
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    name = f"{_APP}-{_user_tag()}-{digest}"
    temporary = Path(tempfile.gettempdir()) / name
    if sys.platform != "win32" and not _is_short(temporary):
        return private(Path("/tmp") / name)  # a long TMPDIR, as some build systems set it
    return private(temporary)


class ForeignFolder(PermissionError):
    """A folder of ours that belongs to another user."""


def private(folder: Path) -> Path:
    """That folder, made if need be, open to this user only, and writable.

    Raises `OSError` where it cannot be made or written, `ForeignFolder` when it is another user's.
    """
    if not folder.is_absolute():
        raise OSError(errno.ENOENT, "there is no home folder", str(folder))
    make(folder)
    if sys.platform == "win32":
        return folder
    _refuse_foreign(folder)
    if folder.stat().st_mode & 0o777 != 0o700:
        folder.chmod(0o700)
    if not os.access(folder, os.W_OK | os.X_OK):
        read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
        code = errno.EROFS if read_only else errno.EACCES
        raise OSError(code, os.strerror(code), str(folder))
    return folder


def make(folder: Path) -> None:
    """Like `mkdir -p`, but each new folder has mode 0700. Raises `OSError`."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    if sys.platform != "win32":
        folder.chmod(0o700)  # the umask may have taken even the owner's rights


def wanted_state_dir() -> Path:
    """Where `state_dir` belongs, whether it can be there or not."""
    return _under("state", lambda: Path(platformdirs.user_state_dir(_APP, appauthor=False)))


def _under(name: str, default: Callable[[], Path]) -> Path:
    home = os.environ.get("HEARTH_HOME")
    if not home:
        return default()
    try:
        return Path(home).expanduser().absolute() / name
    except RuntimeError:  # `~somebody`, an unknown user
        return Path(home).absolute() / name


def _system_runtime_dir() -> Path:
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it warns and takes a folder in /tmp, whose owner and mode we check ourselves.
        warnings.simplefilter("ignore")
        return Path(platformdirs.user_runtime_dir(_APP, appauthor=False))


def _is_short(folder: Path) -> bool:
    return sys.platform == "win32" or len(os.fsencode(folder / "host.sock")) <= _SOCKET_PATH_LIMIT


def _user_tag() -> str:
    return str(os.getuid()) if sys.platform != "win32" else os.environ.get("USERNAME", "user")


def _refuse_foreign(folder: Path) -> None:
    """Someone else may have made the folder, or a link to one, first in a shared temporary folder."""
    if sys.platform == "win32":
        return
    if {folder.lstat().st_uid, folder.stat().st_uid} != {os.getuid()}:
        raise ForeignFolder(f"{folder} belongs to another user; remove it or set HEARTH_HOME")


def _not_ours_alone(path: Path) -> str:
    """Who else may write there, as the end of a sentence; "" for nobody, and for what does not exist."""
    if sys.platform == "win32":
        return ""
    try:
        found = path.stat()
    except OSError:
        return ""
    if found.st_uid not in (os.getuid(), 0):  # root may do anything anyway
        return f"belongs to another user: make it yours (`chown {os.getuid()} {path}`)"
    if found.st_mode & stat.S_IWOTH or (found.st_mode & stat.S_IWGRP and not _is_own_group(found.st_gid)):
        return f"can be written by other users: look into it, then `chmod go-w {path}`"
    return ""


def _is_own_group(gid: int) -> bool:
    """Whether a group is that of this user alone, which many systems make for each user."""
    import grp
    import pwd

    try:
        user, group = pwd.getpwuid(os.getuid()), grp.getgrgid(gid)
    except KeyError:
        return False
    return gid == user.pw_gid and group.gr_name == user.pw_name and not set(group.gr_mem) - {user.pw_name}
