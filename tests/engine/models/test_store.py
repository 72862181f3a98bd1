import hashlib
import os
from pathlib import Path

import pytest

from hearth.engine import paths
from hearth.engine.errors import BrokenModel, DigestMismatch, DownloadFailed, ModelMissing, UnknownModel
from hearth.engine.models import digest, store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.download import Progress
from hearth.engine.models.store import catalog_models
from hearth.engine.settings import DownloadSettings
from hearth.engine.types import ModelRef
from tests.engine.models.conftest import NAME
from tests.engine.models.fake_hub import FakeHub

OFFLINE = DownloadSettings(allowed=False)


@pytest.fixture
def own(model: CatalogModel, content: bytes) -> Path:
    """The tiny model as Hearth's own file."""
    path = catalog_models.folder(model) / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_a_model_is_hashed_before_its_first_use_only(own: Path, hashed: list[Path]) -> None:
    first = store.find("tiny")
    assert first and not first.verified and hashed == []
    store.ensure("tiny")
    store.ensure("tiny")
    assert hashed == [own]
    again = store.find("tiny")
    assert again and again.verified


def test_a_file_that_changed_is_hashed_again_and_put_aside(own: Path, content: bytes) -> None:
    store.ensure("tiny")
    own.write_bytes(content[:-1] + b"?")
    os.utime(own, ns=(1, 1))
    with pytest.raises(DigestMismatch, match="wrong contents"):
        store.ensure("tiny")
    assert not own.exists()
    assert own.with_name(f"{NAME}.rejected").exists()


def test_a_file_of_wrong_size_is_put_aside_without_hashing(own: Path, hashed: list[Path]) -> None:
    own.write_bytes(b"GGUF")
    assert store.find("tiny") is None
    with pytest.raises(DigestMismatch, match="it has 4 bytes"):
        store.ensure("tiny")
    assert hashed == [] and not own.exists()


def test_the_first_check_can_be_cancelled(own: Path) -> None:
    with pytest.raises(DownloadFailed, match=r"check of .* was cancelled"):
        store.ensure("tiny", cancelled=lambda: True)
    assert own.exists()
    assert store.ensure("tiny").path == str(own)


def test_the_first_check_shows_its_progress(own: Path, content: bytes) -> None:
    steps: list[Progress] = []
    store.ensure("tiny", steps.append)
    assert steps == [Progress("checking", NAME, len(content), len(content))]


def test_a_damaged_memory_of_digests_costs_a_new_check_only(own: Path, hashed: list[Path]) -> None:
    store.ensure("tiny")
    for record in (paths.models_dir() / "checked").iterdir():
        record.write_bytes(b"{")
    store.ensure("tiny")
    assert hashed == [own, own]


def test_a_digest_is_remembered_under_a_new_name(tmp_path: Path, hashed: list[Path]) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"abc")
    found = digest.of(old)
    old.rename(new)
    digest.move(old, new)
    assert digest.remembered(new) == found == digest.of(new)
    assert digest.remembered(old) == ""
    assert hashed == [old]


def test_verify_reads_the_file_again_whatever_is_remembered(own: Path, hashed: list[Path]) -> None:
    store.ensure("tiny")
    store.ensure("tiny")
    assert hashed == [own]
    store.verify("tiny")
    assert hashed == [own, own]


@pytest.mark.parametrize("how", ["written over", "replaced"])
def test_other_bytes_of_the_same_size_and_time_are_noticed(how: str, own: Path, content: bytes) -> None:
    store.ensure("tiny")
    before = own.stat()
    other = own if how == "written over" else own.with_name("other")
    other.write_bytes(content[:-1] + b"?")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(own)
    with pytest.raises(DigestMismatch):
        store.ensure("tiny")


def test_what_others_say_of_digests_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of what is remembered is another user's: as if this process ran as somebody else."""
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    right = digest.of(file)
    assert digest.remembered(file) == right
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert digest.remembered(file) == ""


def test_a_file_is_hashed_where_nothing_can_be_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.write_text("")
    monkeypatch.setenv("HEARTH_HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    assert digest.of(file) == hashlib.sha256(b"abc").hexdigest()
    digest.forget(file)


def test_verify_of_a_sound_model_says_so(own: Path) -> None:
    assert store.verify("tiny").verified
    with pytest.raises(ModelMissing, match=r"hearth models pull hf:o/r/a.gguf"):
        store.verify("hf:o/r/a.gguf")


def test_remove_takes_only_hearths_own_files(own: Path, user_home: Path, content: bytes) -> None:
    for name in (f"{NAME}.abc.part", f"{NAME}.rejected"):
        own.with_name(name).write_bytes(b"x")
    foreign = user_home / ".lmstudio/models/p/m" / NAME
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(content)
    assert len(store.remove("tiny")) == 3
    assert foreign.exists() and not own.exists()
    with pytest.raises(ModelMissing, match="not Hearth's own"):
        store.remove("tiny")
    with pytest.raises(ModelMissing, match="not Hearth's own"):
        store.remove(str(foreign))
    assert foreign.exists()


def test_remove_of_a_file_from_the_hub(hub: FakeHub, content: bytes) -> None:
    hub.files["o/r/a.gguf"] = content
    path = Path(store.ensure("hf:o/r/a.gguf").path)
    assert store.remove("hf:o/r/a.gguf") == [path]
    assert not path.exists()


@pytest.mark.parametrize("relative", [False, True])
def test_a_plain_file_is_a_model(
    content: bytes, tmp_path: Path, relative: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(content)
    monkeypatch.chdir(tmp_path)
    ref = store.ensure("mine.gguf" if relative else str(path), settings=OFFLINE)
    assert ref == ModelRef(str(path), str(path), "", "", 2048)


def test_a_home_folder_may_be_short(content: bytes, user_home: Path) -> None:
    (user_home / "mine.gguf").write_bytes(content)
    assert store.ensure("~/mine.gguf").path == str(user_home / "mine.gguf")


def test_a_plain_file_that_is_broken_or_missing_is_explained(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(content[:-10])
    with pytest.raises(BrokenModel, match="cut short"):
        store.ensure(str(broken))
    with pytest.raises(ModelMissing, match="There is no file"):
        store.ensure(str(tmp_path / "none.gguf"))
    assert broken.exists()


def test_a_model_that_is_not_here_is_found_nowhere(model: CatalogModel) -> None:
    assert store.find("tiny") is None
    with pytest.raises(ModelMissing, match="switched off"):
        store.ensure("tiny", settings=OFFLINE)


@pytest.mark.parametrize(
    "name", ["no-such-model", "", "hf:", "hf:owner/a.gguf", "hf:o/../a.gguf", "hf:o/r/a.bin", "ollama:"]
)
def test_a_name_that_nothing_can_have_is_unknown(name: str) -> None:
    with pytest.raises(UnknownModel):
        store.find(name)
    with pytest.raises(UnknownModel):
        store.ensure(name)
