"""The pictures of the results, each as SVG and PNG."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.figure import Figure

_TITLE_WIDTH = 90  # characters


def latencies(folder: Path, title: str, by_engine: Mapping[str, Sequence[float]]) -> None:
    """What share of the warm requests is answered within how many milliseconds."""
    figure, axes = pyplot.subplots(figsize=(7, 4))
    for name, values in by_engine.items():
        ordered = sorted(max(0.1, value) for value in values)
        axes.step(ordered, [(index + 1) / len(ordered) for index in range(len(ordered))], where="post", label=name)
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds from request to answer")
    axes.set_ylabel("share of the warm requests")
    axes.legend()
    _save(figure, folder / "replay", title)


def shares(folder: Path, name: str, title: str, rows: Mapping[str, tuple[float, float, float]]) -> None:
    """Horizontal bars with intervals: (share, low, high) each."""
    figure, axes = pyplot.subplots(figsize=(7, 1.2 + 0.4 * len(rows)))
    values = [100 * share for share, _, _ in rows.values()]
    errors = [
        [100 * max(0.0, share - low) for share, low, _ in rows.values()],
        [100 * max(0.0, high - share) for share, _, high in rows.values()],
    ]
    axes.barh(list(rows), values, xerr=errors, capsize=3)
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("%, with 95% intervals")
    _save(figure, folder / name, title)


def against_limit(folder: Path, title: str, points: Sequence[tuple[float, float]]) -> None:
    """Each request's time over the time of its bare decode loop."""
    figure, axes = pyplot.subplots(figsize=(5, 5))
    bare, ours = [bare for bare, _ in points], [ours for _, ours in points]
    axes.scatter(bare, ours, s=12)
    ends = [min(bare, default=1), max(bare, default=10)]
    axes.plot(ends, ends, label="1×")
    axes.plot(ends, [1.25 * end for end in ends], linestyle="--", label="1.25×")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("bare decode loop, ms")
    axes.set_ylabel("request, ms")
    axes.legend()
    _save(figure, folder / "limit", title)


def memory(folder: Path, title: str, curves: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """Resident memory over time: (minutes, MiB) by process, each from its own axis' zero."""
    figure, rows = pyplot.subplots(len(curves), 1, figsize=(7, 2.2 * len(curves)), sharex=True, squeeze=False)
    for axes, (name, points) in zip(rows[:, 0], curves.items(), strict=True):
        axes.plot([minute for minute, _ in points], [size for _, size in points])
        axes.set_ylim(0, 1.2 * max((size for _, size in points), default=1))
        axes.set_ylabel("MiB")
        axes.legend([name], loc="lower right")
    rows[-1, 0].set_xlabel("minutes")
    _save(figure, folder / "memory", title)


def _save(figure: Figure, path: Path, title: str) -> None:
    lines = (textwrap.fill(line, _TITLE_WIDTH) for line in title.splitlines())
    figure.axes[0].set_title("\n".join(lines), fontsize=9)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    for ending in (".svg", ".png"):
        figure.savefig(path.with_suffix(ending), dpi=150)
    pyplot.close(figure)
