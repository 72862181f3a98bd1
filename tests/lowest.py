"""`make check-lowest`: what touches a dependency works with the oldest versions that pyproject.toml allows.

A fresh environment gets the lowest version of each direct dependency; pip chooses what these need in turn. With
`--newest`, which is `make check-newest`, pip chooses all of them, and takes the newest.
llama.cpp is the one that `make setup` compiled and kept.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "bounds"
TOOLS = {  # of the group "dev"
    "hatchling",
    "editables",
    "pytest",
    "pytest-lsp",
    "pytest-asyncio",
    "pytest-timeout",
    "hypothesis",
    "gguf",
}
TESTS = (  # where the code meets a dependency, and one round through the real server
    "tests/engine/backends",
    "tests/engine/host/test_render.py",
    "tests/engine/languages",
    "tests/engine/models",
    "tests/engine/test_files.py",
    "tests/engine/test_logs.py",
    "tests/lsp_server/http_api",
    "tests/lsp_server/test_cli.py",
    "tests/lsp_server/test_import.py",
    "tests/lsp_server/test_models_cli.py",
    "tests/lsp_server/test_protocol.py",
    "tests/lsp_server/test_settings.py",
    "tests/lsp_server/test_toml_edit.py",
    "tests/lsp_server/words",
    "tests/e2e/test_protocol.py",
)


def main(arguments: list[str]) -> int:
    wanted = project()["project"]["dependencies"]
    if arguments != ["--newest"]:
        wanted = lowest(wanted)
    shutil.rmtree(FOLDER, ignore_errors=True)
    venv.create(FOLDER, with_pip=True)
    python = str(FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    for command in (
        [python, "-m", "hearth.engine.llama_wheel", "install", "requirements.lock"],
        [*pip, *wanted, *tools(project()["dependency-groups"]["dev"])],
        [*pip, "--no-deps", "--no-build-isolation", "-e", "."],
        [python, "-m", "pip", "check"],
    ):
        subprocess.run(command, cwd=ROOT, check=True)
    asked = [python, "-m", "pytest", "-q", "-m", "not model", *TESTS]
    return subprocess.run(asked, cwd=ROOT, check=False).returncode


def project() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def lowest(requirements: list[str]) -> list[str]:
    """Each requirement with its lower bound as its only version."""
    return [re.sub(r"^([\w.-]+)>=([^,;\s]+)[^;]*", r"\1==\2", line) for line in requirements]


def tools(group: list[str]) -> list[str]:
    return [line for line in group if Requirement(line).name in TOOLS]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
