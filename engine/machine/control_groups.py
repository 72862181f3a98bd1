"""The control groups that Linux keeps this process in, as a container or systemd sets them up (cgroups(7)).

Each group may limit it, and so may each group above. Of version 2 there is one tree; of version 1 there is one for
each controller. Where the trees are is in /proc/self/mountinfo, which group it is in /proc/self/cgroup.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hearth.engine.files import NOTES, read_text

_PROC = Path("/proc/self")


@dataclass(frozen=True, slots=True)
class _Tree:
    """`root` is the group that is mounted on `folder`; of version 2 there are no `controllers`."""

    root: PurePosixPath
    folder: Path
    controllers: frozenset[str]


def folders(controller: str) -> Iterator[Path]:
    """The folders of the groups with that controller that this process is in, the innermost first.

    Empty on other systems. A folder may lack the controller's files.
    """
    try:
        trees = list(_trees(read_text(_PROC / "mountinfo", NOTES).splitlines()))
        lines = read_text(_PROC / "cgroup", NOTES).splitlines()
    except OSError:
        return
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if not controllers or controller in controllers.split(","):
            for tree in trees:
                if controller in tree.controllers if controllers else not tree.controllers:
                    yield from _up(tree, PurePosixPath(group))


def numbers_in(file: Path) -> list[int | None]:
    """The numbers that stand there, None for "max"; empty where the file does not say any."""
    try:
        return [None if word == "max" else int(word) for word in read_text(file, NOTES).split()]
    except (OSError, ValueError):
        return []


def _trees(lines: Iterable[str]) -> Iterator[_Tree]:
    r"""From `36 35 98:0 /root /folder options - cgroup name options`, with `\040` for a blank."""
    for line in lines:
        before, _, behind = line.partition(" - ")
        mounted, filesystem = before.split(), behind.split()
        if len(mounted) < 5 or not filesystem:
            continue
        root, folder = (each.replace("\\040", " ") for each in mounted[3:5])
        if filesystem[0] == "cgroup2":
            yield _Tree(PurePosixPath(root), Path(folder), frozenset())
        elif filesystem[0] == "cgroup":
            yield _Tree(PurePosixPath(root), Path(folder), frozenset(filesystem[-1].split(",")))


def _up(tree: _Tree, group: PurePosixPath) -> Iterator[Path]:
    """From the group to the top of what is mounted; a container may see neither the group nor what is above."""
    inside = group.relative_to(tree.root) if group.is_relative_to(tree.root) else PurePosixPath()
    if ".." in inside.parts:
        inside = PurePosixPath()
    for each in (inside, *inside.parents):
        yield tree.folder / each
