"""The key that a server wants: from the environment, or from the program that asks the system's keyring."""

import asyncio
import os
import shlex
import sys
from contextlib import suppress

from hearth.engine.errors import SettingsError
from hearth.engine.settings import OpenAISettings

_SECONDS = 60.0  # a keyring may first ask the user to unlock it


def from_environment(options: OpenAISettings) -> str:
    """The variable's value, empty where none is named. Raises `SettingsError` for one that is not set."""
    name = options.api_key_env
    key = os.environ.get(name, "") if name else ""
    if name and not key:
        raise SettingsError(f"The environment variable {name} (api_key_env) is not set.")
    return _sendable(key, f"The environment variable {name} (api_key_env)")


async def from_command(options: OpenAISettings) -> str:
    """What `api_key_command` prints. Raises `SettingsError`, which never shows any of that."""
    try:
        program, *arguments = _words(options.api_key_command)
    except ValueError as error:
        raise SettingsError(f"openai_compatible.api_key_command is no command: {error}.") from error
    quiet = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            program, *arguments, stdin=quiet, stdout=asyncio.subprocess.PIPE, stderr=quiet
        )
    except OSError as error:
        raise SettingsError(f"{program} (api_key_command) cannot be run: {error.strerror or error}.") from error
    try:
        printed, _ = await asyncio.wait_for(process.communicate(), _SECONDS)
    except TimeoutError as error:
        raise SettingsError(f"{program} (api_key_command) gave no key within {_SECONDS:g} seconds.") from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    lines = printed.decode("utf-8", "replace").split()
    if process.returncode != 0 or len(lines) != 1:
        raise SettingsError(
            f"{program} (api_key_command) gave no key: it ended with {process.returncode} "
            f"and printed {len(lines)} words instead of one."
        )
    return _sendable(lines[0], f"{program} (api_key_command)")


def _words(command: str) -> list[str]:
    """The program and its arguments, as a shell of this system reads them. Raises `ValueError`.

    On Windows a backslash is part of a path and means nothing else; quotes around a word are not part of it.
    """
    if sys.platform == "win32":
        reader = shlex.shlex(command, posix=True, punctuation_chars=False)
        reader.whitespace_split, reader.escape, reader.commenters, reader.quotes = True, "", "", '"'
        return list(reader)
    return shlex.split(command)


def _sendable(key: str, source: str) -> str:
    """The key, unless no header can hold it."""
    if not (key.isascii() and key.isprintable()):
        raise SettingsError(f"{source} holds no key: there are characters in it that no key has.")
    return key
