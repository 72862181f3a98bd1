"""A wheel that we write is one for pip, and the same each time."""

import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from hearth.engine.llama_wheel import wheel_file

CONTENTS = {
    "played/__init__.py": b"NAME = 'played'\n",
    "played/lib/data.so": b"\0\1",
    "played-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: played\nVersion: 1.0\n",
}


def test_the_same_contents_make_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "later").mkdir()
    one = wheel_file.write(CONTENTS, "py3-none-any", tmp_path)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    other = wheel_file.write(dict(reversed(CONTENTS.items())), "py3-none-any", tmp_path / "later")
    assert one.name == "played-1.0-py3-none-any.whl" and one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(("tag", "pure"), [("py3-none-any", "true"), ("py3-none-win_amd64", "false")])
def test_only_a_wheel_for_any_system_is_pure(tag: str, pure: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel_file.write(CONTENTS, tag, tmp_path)) as packed:
        assert f"Root-Is-Purelib: {pure}\nTag: {tag}\n" in packed.read("played-1.0.dist-info/WHEEL").decode()


def test_pip_installs_it_and_finds_each_file_by_its_digest(tmp_path: Path) -> None:
    wheel = wheel_file.write(CONTENTS, "py3-none-any", tmp_path)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    target = str(tmp_path / "target")
    done = subprocess.run(
        [*pip, "install", "--no-index", "--no-deps", "--target", target, str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(wheel) as packed:
        rows = packed.read("played-1.0.dist-info/RECORD").decode().splitlines()
        assert {row.partition(",")[0] for row in rows} == set(packed.namelist())
    assert all("sha256=" in row for row in rows if "RECORD" not in row)
