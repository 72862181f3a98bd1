"""How much memory a model and its KV caches may take."""

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from hearth.engine.host import memory
from hearth.engine.host.limits import MAX_SEQUENCES
from hearth.engine.host.native import LoadOptions, Model
from hearth.engine.host.session import Session
from hearth.engine.machine.memory import Limit
from hearth.engine.types import ModelRef
from tests.fakes.control_groups import ControlGroups
from tests.tiny_model import write_tiny_gguf


def sequences(path: Path) -> int:
    model = Model(str(path), LoadOptions(threads=1), lambda share: None)
    session = Session(model, ModelRef("tiny", str(path)))
    try:
        return len(session.cache.sequences)
    finally:
        session.close()


def test_a_kv_cache_is_as_large_as_the_control_group_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    assert sequences(path) == MAX_SEQUENCES
    monkeypatch.setattr(memory, "limits", lambda: [Limit(4 << 30, 4 * 2**20)])
    assert sequences(path) == 2


@pytest.mark.parametrize(("bytes_each", "found"), [(0, 16), (1 << 20, 16), (20 << 20, 7), (1 << 30, 2)])
def test_as_many_sequences_as_fit_and_never_less_than_two(
    bytes_each: int, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available", lambda: 1 << 30)
    assert memory.sequences_that_fit(16, bytes_each) == found


V1 = ("limit_in_bytes", "usage_in_bytes", "total_inactive_file")


@pytest.mark.parametrize(
    ("version", "names"), [(1, V1), (2, ("max", "current", "inactive_file"))], ids=["version 1", "version 2"]
)
@pytest.mark.parametrize("above", [False, True])
def test_no_more_than_its_control_group_has_left_or_one_above(
    version: int, names: tuple[str, str, str], above: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=64 << 30, total=64 << 30))
    groups = ControlGroups(tmp_path, monkeypatch)
    groups.play(version, "memory", "/user.slice/app")
    assert memory.available() == 64 << 30
    limit, used, cached = names
    folder = "/user.slice" if above else "/user.slice/app"
    groups.write(folder, f"memory.{limit}", 8 << 30)
    groups.write(folder, f"memory.{used}", 5 << 30)
    groups.write(folder, "memory.stat", f"anon 1\n{cached} {2 << 30}\n")
    assert memory.available() == 5 << 30


@pytest.mark.parametrize("said", ["max", "9223372036854771712", "nonsense", ""])
def test_a_control_group_without_a_limit_takes_nothing_away(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=64 << 30, total=64 << 30))
    groups = ControlGroups(tmp_path, monkeypatch)
    groups.play(2, "memory", "/")
    groups.write("/", "memory.max", said)
    groups.write("/", "memory.current", 5 << 30)
    assert memory.available() == 64 << 30
