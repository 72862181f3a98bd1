"""The wheel in an environment of its own, beside a project with an `engine` and an `lsp_server` of its own."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = """
import json, engine, lsp_server, hearth, hearth.engine.types, hearth.lsp_server.cli
modules = engine, lsp_server, hearth, hearth.engine.types
print(json.dumps([*(module.__file__ for module in modules), hearth.Hearth.__name__]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and, borrowed from this one, what it depends on."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    zipfile.ZipFile(wheel).extractall(site)
    # A path in a .pth brings packages, but not the .pth files there: the editable Hearth stays out.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("engine", "lsp_server"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"NAME = {name!r}\n")
    (tmp_path / "area.py").write_text("def area(width, height):\n    return \n")
    return tmp_path


def test_the_wheel_takes_no_name_but_its_own(wheel: Path) -> None:
    names = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"hearth"}
    assert "hearth/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_a_project_with_the_same_folders_keeps_its_own(python: Path, project: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": "."}
    done = subprocess.run(
        [str(python), "-c", SCRIPT], cwd=project, env=environment, capture_output=True, text=True, check=True
    )
    theirs, also_theirs, package, module, library = json.loads(done.stdout)
    assert Path(theirs).parent == project / "engine" and Path(also_theirs).parent == project / "lsp_server"
    assert Path(package).is_relative_to(python.parents[1]) and Path(module).is_relative_to(python.parents[1])
    assert library == "Hearth"


def test_it_completes_beside_them(python: Path, project: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "hearth.toml").write_text('[completion]\nbackend = "scripted"\nmodel = "width| * height"\n')
    environment = {**os.environ, "PYTHONPATH": ".", "HEARTH_HOME": str(home)}
    command = [str(python), "-m", "hearth.lsp_server.cli", "complete", "area.py:2:12"]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "width * height" in done.stdout
