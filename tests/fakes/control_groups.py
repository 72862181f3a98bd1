"""Control groups that are played: what /proc says of them, and their folders."""

from pathlib import Path

import pytest

from hearth.engine.machine import control_groups


class ControlGroups:
    """In `folder`; before `play` there are none."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._proc, self._tree = folder / "proc", folder / "a tree"
        self._proc.mkdir()
        monkeypatch.setattr(control_groups, "_PROC", self._proc)

    def play(self, version: int, controller: str, group: str, mounted: str = "/") -> None:
        """This process is in `group`; of the tree the part below `mounted` is there."""
        folder = str(self._tree).replace(" ", "\\040")
        names = f"{controller},other"
        kind = "cgroup2 cgroup2 rw" if version == 2 else f"cgroup cgroup rw,{names}"
        lines = [
            "23 1 0:22 / / rw - ext4 /dev/sda1 rw",
            "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
            f"32 31 0:29 {mounted} {folder} rw,relatime shared:9 - {kind}",
            "33 31 0:30 / /nowhere rw - cgroup cgroup rw,freezer",
        ]
        (self._proc / "mountinfo").write_text("\n".join(lines) + "\n")
        own = f"0::{group}" if version == 2 else f"4:{names}:{group}"
        (self._proc / "cgroup").write_text(f"9:name=systemd:/elsewhere\n5:freezer:/frozen\n{own}\n")

    def write(self, group: str, name: str, content: object) -> None:
        """A file of that group; "/" is what is mounted."""
        folder = self._tree / group.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{content}\n")
