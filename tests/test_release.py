"""What a release consists of is the same each time it is made from one commit, and has its checksums."""

import hashlib
import importlib.util
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """As `release.py` makes it, but for the packages of npm: its extension is a played file."""
    spec = importlib.util.spec_from_file_location("hearth_release", ROOT / "release.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    really: Callable[..., None] = module.run
    played = tmp_path / "extension"
    (played / "dist").mkdir(parents=True)
    (played / "dist" / "hearth.vsix").write_text("played")
    (played / "package.json").write_text(
        (ROOT / "editors" / "vscode" / "package.json").read_text("utf-8"), "utf-8"
    )
    monkeypatch.delenv("HEARTH_REPOSITORY", raising=False)

    def run(*command: str, folder: Path = ROOT) -> None:
        if folder != played:
            really(*command, folder=folder)

    monkeypatch.setattr(module, "run", run)
    monkeypatch.setattr(module, "_EXTENSION", played)
    monkeypatch.setattr(module, "INTO", tmp_path / "release")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    (ROOT / "build").mkdir(exist_ok=True)
    if not (ROOT / "build" / "sbom.json").exists():
        monkeypatch.setattr(module.shutil, "copy2", lambda source, to: copied(Path(source), to))
    return module


def copied(source: Path, to: Path) -> None:
    """`make check` writes the list of parts; without it another text stands for it."""
    if source.exists():
        shutil.copyfile(source, to / source.name if to.is_dir() else to)
    else:
        to.write_text("{}")


def test_the_same_commit_makes_the_same_files(release: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert release.main() == 0
    first = (release.INTO / "SHA256SUMS").read_text()
    assert capsys.readouterr().out.endswith(first)
    assert release.main() == 0
    assert (release.INTO / "SHA256SUMS").read_text() == first
    sums = dict(reversed(line.split("  ")) for line in first.splitlines())
    assert sums == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in release.INTO.iterdir()
        if file.name != "SHA256SUMS"
    }
    assert {Path(name).suffix for name in sums} == {".whl", ".gz", ".vsix", ".json"}
    assert len(sums) >= 5, "two archives: of the server, and of the Neovim plugin"


def test_the_mirror_of_the_neovim_plugin_is_a_plugin(release: ModuleType, tmp_path: Path) -> None:
    archive = tmp_path / "plugin.tar.gz"
    release.plugin(archive, 0)
    with tarfile.open(archive) as packed:
        top = packed.getnames()[0].partition("/")[0]
        names = {name.removeprefix(f"{top}/") for name in packed.getnames()}
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT / "editors" / "nvim", capture_output=True, text=True, check=True
    )
    assert names == {*tracked.stdout.splitlines(), "LICENSE"}
    assert {"plugin/hearth.lua", "lua/hearth/init.lua", "lsp/hearth.lua", "doc/hearth.txt"} <= names


def test_the_extension_links_to_where_it_is_published_and_nothing_stays_changed(
    release: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = release._EXTENSION / "package.json"
    before, seen = manifest.read_bytes(), []
    monkeypatch.setattr(release, "run", lambda *_, folder: seen.append(json.loads(manifest.read_text("utf-8"))))
    monkeypatch.setenv("HEARTH_REPOSITORY", "https://example.org/o/hearth")
    release.package()
    monkeypatch.delenv("HEARTH_REPOSITORY")
    release.package()
    with_links, without = seen
    assert with_links == {
        **without,
        "repository": {"type": "git", "url": "https://example.org/o/hearth.git"},
        "homepage": "https://example.org/o/hearth#readme",
        "bugs": {"url": "https://example.org/o/hearth/issues"},
    }
    assert manifest.read_bytes() == before


def test_a_release_of_a_public_host_says_where_it_is() -> None:
    job = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))["jobs"]["release"]
    assert job["env"]["HEARTH_REPOSITORY"] == "${{ github.server_url }}/${{ github.repository }}"


def test_the_page_names_what_is_made() -> None:
    page = (ROOT / "RELEASING.md").read_text("utf-8")
    for word in ("make release", "make wheels", "SHA256SUMS", "hearth-nvim", ".vsix", "source archive"):
        assert word in page
