"""The hub, through the real client, against a server on loopback."""

import hashlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hearth.engine import paths
from hearth.engine.errors import DigestMismatch, DownloadFailed, ModelMissing
from hearth.engine.models import store
from hearth.engine.models.catalog import CatalogModel
from hearth.engine.models.download import Progress
from hearth.engine.settings import DownloadSettings
from tests.engine.models.conftest import NAME, REPO
from tests.engine.models.fake_hub import COMMIT, FakeHub
from tests.waiting import blocking_until

HUB_ONLY = DownloadSettings(mirror="hub")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hearth.engine.models.sources.hub._pause", lambda seconds, have, report: report(have))


def pull(name: str = "tiny", settings: DownloadSettings = HUB_ONLY) -> Path:
    return Path(store.ensure(name, settings=settings).path)


def test_a_model_is_fetched_at_its_pinned_revision(hub: FakeHub, model: CatalogModel, content: bytes) -> None:
    ref = store.ensure("tiny", settings=HUB_ONLY)
    assert Path(ref.path).read_bytes() == content
    assert (ref.id, ref.sha256, ref.family, ref.context) == ("tiny", model.files[0].sha256, "qwen", 2048)
    assert {revision for _, revision, _ in hub.requests} == {COMMIT}


def test_progress_counts_the_bytes_and_names_the_source(hub: FakeHub, model: CatalogModel) -> None:
    steps: list[Progress] = []
    store.ensure("tiny", steps.append, settings=HUB_ONLY)
    size = model.files[0].bytes
    fetched = [step.done for step in steps if step.phase == "downloading"]
    assert fetched == sorted(fetched) and fetched[-1] == size
    assert {(step.file, step.total) for step in steps} == {(NAME, size)}
    assert {step.source for step in steps if step.phase == "downloading"} == {"hub"}
    assert steps[-1].phase == "checking" and steps[-1].done == size


def test_a_cut_connection_is_taken_up_where_it_broke(hub: FakeHub, model: CatalogModel, content: bytes) -> None:
    hub.cuts, hub.cut_after = 1, 100_000
    assert pull().read_bytes() == content
    assert hub.downloads() == ["bytes=0-", "bytes=100000-"]


def test_a_cancelled_download_keeps_what_has_come(hub: FakeHub, model: CatalogModel, content: bytes) -> None:
    hub.cuts, hub.cut_after = 1, 50_000
    with pytest.raises(DownloadFailed, match=r"cancelled.*are kept"):
        store.ensure("tiny", cancelled=lambda: any(_partials()) and _partials()[0] == 50_000, settings=HUB_ONLY)
    assert _partials() == [50_000]
    assert store.find("tiny") is None
    hub.requests.clear()
    assert pull().read_bytes() == content
    assert hub.downloads() == ["bytes=50000-"]


def test_a_hub_that_sends_nothing_is_given_up(hub: FakeHub, model: CatalogModel) -> None:
    hub.cuts, hub.cut_after = 100, 0
    with pytest.raises(DownloadFailed, match="cannot be reached"):
        pull()
    assert len(hub.downloads()) == 3


def test_a_server_without_ranges_begins_anew(hub: FakeHub, model: CatalogModel, content: bytes) -> None:
    hub.cuts, hub.cut_after, hub.ranges = 1, 70_000, False
    assert pull().read_bytes() == content


def test_wrong_bytes_are_kept_aside_and_never_used(hub: FakeHub, model: CatalogModel, content: bytes) -> None:
    wrong = b"x" * len(content)
    hub.files[f"{REPO}/{NAME}"] = wrong
    hub.etag = hashlib.sha256(content).hexdigest()  # it lies
    with pytest.raises(DigestMismatch, match=r"wrong contents.*rejected"):
        pull()
    assert store.find("tiny") is None
    (rejected,) = _models().rglob("*.rejected")
    assert rejected.name == f"{NAME}.rejected" and rejected.read_bytes() == wrong
    hub.files[f"{REPO}/{NAME}"] = content
    assert pull().read_bytes() == content


def test_another_file_under_that_name_is_not_even_fetched(hub: FakeHub, model: CatalogModel) -> None:
    hub.files[f"{REPO}/{NAME}"] = b"another"
    with pytest.raises(DownloadFailed, match="another file under the name"):
        pull()
    assert hub.downloads() == []


def test_more_bytes_than_the_file_has_are_refused(hub: FakeHub, model: CatalogModel, content: bytes) -> None:
    pull_size = model.files[0].bytes
    hub.etag = model.files[0].sha256
    hub.files[f"{REPO}/{NAME}"] = content + b"more"
    with pytest.raises(DownloadFailed, match="another file"):
        pull()
    assert not [path for path in _models().rglob("*.part") if path.stat().st_size > pull_size]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"gated": {REPO}}, r"accept its terms at .*hf auth login"),
        ({"files": {}}, r"does not exist, is private, or needs you to log in"),
        ({"files": {f"{REPO}/other.gguf": b""}}, rf"has no file {NAME} at revision {COMMIT}"),
        ({"status": 401}, r"\(401\).*hf auth login"),
        ({"status": 403}, r"\(403\).*accept its terms"),
        ({"status": 429}, r"too many requests"),
        ({"status": 503}, r"answered with an error \(503\)"),
    ],
)
def test_what_the_hub_refuses_is_explained(
    hub: FakeHub, model: CatalogModel, change: dict[str, object], complaint: str
) -> None:
    for name, value in change.items():
        setattr(hub, name, value)
    with pytest.raises(DownloadFailed, match=complaint):
        pull()


def test_downloads_switched_off_make_no_connection(hub: FakeHub, model: CatalogModel) -> None:
    for name in ("tiny", "hf:owner/Other-GGUF/other.gguf"):
        with pytest.raises(ModelMissing, match="switched off"):
            pull(name, DownloadSettings(allowed=False))
    assert hub.requests == []


def test_a_model_that_lies_here_makes_no_connection(hub: FakeHub, model: CatalogModel) -> None:
    pull()
    hub.requests.clear()
    assert pull().is_file()
    assert hub.requests == []


def test_an_unreachable_hub_says_so(model: CatalogModel) -> None:
    with pytest.raises(DownloadFailed, match=r"hub \(127.0.0.1:9\) cannot be reached"):
        pull()


@pytest.mark.parametrize(
    "variables",
    [
        {"ALL_PROXY": "socks5://127.0.0.1:9"},
        {"HTTP_PROXY": "socks4://127.0.0.1:9"},
        {"HTTP_PROXY": "http://proxy:port"},
    ],
)
def test_proxy_variables_that_cannot_be_used_are_told(
    model: CatalogModel, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    huggingface_hub.close_session()  # it remembers what it saw at first
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.lower(), value)
    try:
        with pytest.raises(DownloadFailed, match=r"HTTPS_PROXY and ALL_PROXY must name HTTP proxies"):
            pull()
    finally:
        huggingface_hub.close_session()


def test_a_hub_that_accepts_and_says_nothing_is_left_after_the_deadline(
    model: CatalogModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hearth.engine.models.sources.hub._HEAD_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(DownloadFailed, match=r"does not answer|cannot be reached"):
            pull()


def test_two_pulls_at_once_fetch_once(hub: FakeHub, model: CatalogModel, content: bytes) -> None:
    hub.pace = threading.Event()
    waiting = threading.Event()
    results: list[Path] = []

    def second(step: Progress) -> None:
        if step.phase == "waiting":
            waiting.set()

    def run(on_progress: Callable[[Progress], None]) -> None:
        results.append(Path(store.ensure("tiny", on_progress, settings=HUB_ONLY).path))

    threads = [threading.Thread(target=run, args=(lambda step: None,))]
    threads[0].start()
    blocking_until(lambda: bool(hub.downloads()))
    threads.append(threading.Thread(target=run, args=(second,)))
    threads[1].start()
    assert waiting.wait(60)
    hub.pace.set()
    for thread in threads:
        thread.join(60)
    assert len(results) == 2 and results[0] == results[1]
    assert results[0].read_bytes() == content
    assert hub.downloads() == ["bytes=0-"]


def test_who_waits_for_another_pull_can_be_cancelled(hub: FakeHub, model: CatalogModel) -> None:
    hub.pace = threading.Event()
    first = threading.Thread(target=pull)
    first.start()
    blocking_until(lambda: bool(hub.downloads()))
    seen: list[Progress] = []
    with pytest.raises(DownloadFailed, match="cancelled"):
        store.ensure("tiny", seen.append, lambda: bool(seen), HUB_ONLY)
    assert [step.phase for step in seen] == ["waiting"]
    hub.pace.set()
    first.join(60)
    assert store.find("tiny") is not None


def test_any_file_of_the_hub_can_be_named(hub: FakeHub, content: bytes) -> None:
    hub.files["owner/Other-GGUF/sub/other.gguf"] = content
    name = "hf:owner/Other-GGUF/sub/other.gguf"
    assert store.find(name) is None
    ref = store.ensure(name)
    assert Path(ref.path).read_bytes() == content
    assert (ref.id, ref.sha256, ref.context) == (name, hashlib.sha256(content).hexdigest(), 2048)
    hub.requests.clear()
    assert store.ensure(name) == ref
    assert hub.requests == []


def test_a_file_of_the_hub_can_be_pinned(hub: FakeHub, content: bytes) -> None:
    hub.files["owner/Other-GGUF/other.gguf"] = content
    store.ensure(f"hf:owner/Other-GGUF/other.gguf@{COMMIT}")
    assert {revision for _, revision, _ in hub.requests} == {COMMIT}
    with pytest.raises(DownloadFailed, match="at revision v9"):
        store.ensure("hf:owner/Other-GGUF/other.gguf@v9")


def test_a_file_whose_digest_the_hub_does_not_name_is_refused(hub: FakeHub) -> None:
    hub.files["owner/Other-GGUF/other.gguf"] = b"small"
    hub.etag = "abc"
    with pytest.raises(DownloadFailed, match="gives no SHA-256"):
        store.ensure("hf:owner/Other-GGUF/other.gguf")


def test_a_file_of_the_catalog_is_the_catalogs_model(hub: FakeHub, model: CatalogModel) -> None:
    assert store.ensure(f"hf:{REPO}/{NAME}", settings=HUB_ONLY).id == "tiny"


def _partials() -> list[int]:
    return [path.stat().st_size for path in _models().rglob("*.part")]


def _models() -> Path:
    return paths.models_dir()
