"""Folders that the user trusts: what a project brings may tell the model what to do there, and may be run."""

import os
from collections.abc import Sequence
from pathlib import Path


def is_trusted(root: str, trusted: Sequence[str]) -> bool:
    """Whether a project lies in one of the folders that the user has named, links followed."""
    here = Path(os.path.realpath(root))
    # `Path.expanduser` raises an error for a user that there is not.
    folders = [os.path.realpath(os.path.expanduser(folder)) for folder in trusted if folder]  # noqa: PTH111
    return any(here.is_relative_to(folder) for folder in folders)
