"""What a measurement was made on: figures without it say nothing."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from hearth.engine.host.profiles import processor
from tests.benchmarks.options import Options


def describe(options: Options, model: Path | None = None) -> dict[str, str]:
    memory = psutil.virtual_memory().total / 2**30
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{processor()}, {psutil.cpu_count(logical=False)} cores, {memory:.0f} GiB",
        "load": f"{os.getloadavg()[0]:.2f} at the start" if hasattr(os, "getloadavg") else "not known",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "hearth": version("hearth-lsp"),
        "llama-cpp-python": version("llama-cpp-python"),
        "model": model.name if model else "none",
        "options": f"places {options.places} per language, keys {options.keys}, clock {options.clock_ms} ms, "
        f"{'words are accepted, ' if options.words else ''}"
        f"tasks {options.tasks}, seed {options.seed}",
    }
