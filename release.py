"""Makes what a release consists of, in dist/release, with checksums: `make release`.

The server's wheel and source archive, llama.cpp's wheels as they lie in wheels/, the VS Code extension, the Neovim
plugin as its mirror has it, and the list of what is in them. The same commit makes the same files, byte for byte.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent
INTO = ROOT / "dist" / "release"
_EXTENSION = ROOT / "editors" / "vscode"
_PLUGIN = ROOT / "editors" / "nvim"
_NPM = "npm.cmd" if sys.platform == "win32" else "npm"


def main() -> int:
    os.environ["SOURCE_DATE_EPOCH"] = time = said("git", "log", "-1", "--format=%ct")
    shutil.rmtree(INTO, ignore_errors=True)
    INTO.mkdir(parents=True)
    run(sys.executable, "-m", "hatchling", "build", "-d", str(INTO))
    for wheel in sorted((ROOT / "wheels").glob("*.whl")):
        shutil.copy2(wheel, INTO)
    run(_NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=_EXTENSION)
    package()
    shutil.copy2(_EXTENSION / "dist" / "hearth.vsix", INTO / f"hearth-{version()}.vsix")
    plugin(INTO / f"hearth-nvim-{version()}.tar.gz", int(time))
    shutil.copy2(ROOT / "build" / "sbom.json", INTO / f"hearth-{version()}.sbom.json")
    (INTO / "SHA256SUMS").write_text(checksums(INTO), "utf-8", newline="\n")
    print((INTO / "SHA256SUMS").read_text("utf-8"), end="")
    return 0


def package() -> None:
    """The extension. Its manifest names where the project is published, if the one who releases says so."""
    manifest = _EXTENSION / "package.json"
    before = manifest.read_bytes()
    try:
        if address := os.environ.get("HEARTH_REPOSITORY", ""):
            manifest.write_text(linked(before.decode(), address), "utf-8")
        run(_NPM, "run", "package", folder=_EXTENSION)
    finally:
        manifest.write_bytes(before)


def linked(manifest: str, address: str) -> str:
    """The manifest with the links that a page of an extension shows."""
    links = {
        "repository": {"type": "git", "url": f"{address}.git"},
        "homepage": f"{address}#readme",
        "bugs": {"url": f"{address}/issues"},
    }
    return json.dumps({**json.loads(manifest), **links}, indent=2, ensure_ascii=False) + "\n"


def plugin(archive: Path, time: int) -> None:
    """The tracked files of the Neovim plugin and the licence: the content of the mirror repository."""
    names = said("git", "ls-files", "--full-name", str(_PLUGIN)).splitlines()
    files = {Path(name).relative_to("editors/nvim").as_posix(): ROOT / name for name in names}
    files["LICENSE"] = ROOT / "LICENSE"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, file in sorted(files.items()):
            entry = tarfile.TarInfo(f"hearth-nvim-{version()}/{name}")
            entry.size, entry.mtime = file.stat().st_size, time
            with file.open("rb") as content:
                tar.addfile(entry, content)
    archive.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def checksums(folder: Path) -> str:
    """As `sha256sum --check` reads them."""
    files = sorted(file for file in folder.iterdir() if file.name != "SHA256SUMS")
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def run(*command: str, folder: Path = ROOT) -> None:
    subprocess.run(command, cwd=folder, check=True)


def said(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
