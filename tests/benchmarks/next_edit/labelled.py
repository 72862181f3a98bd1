"""Commits with labels of people: which hunks belong together. A folder of JSON files as EditFlow has them."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

from tests.benchmarks.home import Unavailable
from tests.benchmarks.next_edit.hunks import Hunk
from tests.benchmarks.next_edit.releases import LANGUAGES, Release


def commits(folder: Path) -> list[Release]:
    """One release for each file. Raises `Unavailable`."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise Unavailable(
            f"{folder} has no .json files: name EditFlow's folder prompt_tuning/database with --labels"
        )
    return [_release(file.stem, json.loads(file.read_text("utf-8"))) for file in files]


def _release(name: str, commit: dict[str, Any]) -> Release:
    release = Release(name)
    by_number: dict[int, Hunk] = {}
    for file, segments in commit["commit_snapshots"].items():
        if PurePosixPath(file).suffix not in LANGUAGES:
            continue
        lines: list[str] = []
        for segment in segments:
            if isinstance(segment, list):
                lines += _lines(segment)
                continue
            old, new = _lines(segment["before"]), _lines(segment["after"])
            hunk = Hunk(file, len(lines), len(lines) + len(old), tuple(old), tuple(new))
            lines += old
            by_number[segment["idx"]] = hunk
            release.hunks.append(hunk)
        release.texts[file] = "".join(f"{line}\n" for line in lines)
    release.links = {hunk: set() for hunk in release.hunks}
    for pair in commit["partial_orders"]:
        one, other = (by_number.get(number) for number in pair["edit_hunk_pair"])
        if one is not None and other is not None:
            release.links[one].add(other)
            release.links[other].add(one)
    return release


def _lines(segment: list[str]) -> list[str]:
    return [line.removesuffix("\n") for line in segment]
