import os
import time
from pathlib import Path

import pytest

from hearth.engine.context import ignore
from hearth.engine.context.ignore import MAX_BYTES, Disk, root_of, verdict, verdict_of_path


def write(path: Path, text: str = "") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    "name",
    [
        ".env",
        ".env.production",
        "local.env",
        "server.pem",
        "a.key",
        "a.P12",
        "id_rsa",
        "id_ed25519_work",
        ".npmrc",
        ".netrc",
        "credentials",
        "credentials.json",
        "secrets.yaml",
        "prod.tfvars",
        "my-service-account-1.json",
        ".ssh/config",
        ".aws/config",
    ],
)
def test_a_file_with_a_secret_name_is_not_even_completed(tmp_path: Path, name: str) -> None:
    found = verdict(write(tmp_path / name), [str(tmp_path)])
    assert not found.allowed
    assert found.secret


@pytest.mark.parametrize(
    "name",
    [".env.example", "credentials.py", "secrets_test.go", "id_rsa.pub", "keys.py", "environment.ts", "a.keys"],
)
def test_a_name_that_only_resembles_one_is_fine(tmp_path: Path, name: str) -> None:
    assert verdict(write(tmp_path / name), [str(tmp_path)]).allowed


def test_a_file_with_a_key_is_no_context_but_may_be_completed(tmp_path: Path) -> None:
    text = "KEY = '" + "AK" + "IA" + "A" * 16 + "'"
    found = verdict(write(tmp_path / "a.py", text), [str(tmp_path)], text)
    assert (found.allowed, found.secret) == (False, False)
    assert "AWS" in found.reason


@pytest.mark.parametrize(
    ("rules", "file", "ignored"),
    [
        ({".gitignore": "*.log\n"}, "a/b.log", True),
        ({".gitignore": "*.log\n!keep.log\n"}, "keep.log", False),
        ({".gitignore": "/build/\n"}, "build/a.py", True),
        ({".gitignore": "/build/\n"}, "src/build/a.py", False),
        ({".gitignore": "build/\n!build/a.py\n"}, "build/a.py", True),
        ({".gitignore": "*.py\n", "src/.gitignore": "!a.py\n"}, "src/a.py", False),
        ({"src/.gitignore": "a.py\n"}, "src/a.py", True),
        ({"src/.gitignore": "a.py\n"}, "a.py", False),
        ({"src/.gitignore": "/a.py\n"}, "src/x/a.py", False),
        ({".hearthignore": "private/**\n"}, "private/a.py", True),
        ({".gitignore": "*.gen.py\n", ".hearthignore": "!*.gen.py\n"}, "a.gen.py", False),
        ({".gitignore": "[bad\n\n# comment\n*.log\n"}, "a.log", True),
        ({}, ".git/config", True),
        ({}, "a.py", False),
    ],
)
def test_ignore_files_decide_as_git_does(tmp_path: Path, rules: dict[str, str], file: str, ignored: bool) -> None:
    for name, text in rules.items():
        write(tmp_path / name, text)
    found = verdict(write(tmp_path / file), [str(tmp_path)])
    assert found.allowed is not ignored, found.reason
    assert not found.secret


def test_a_changed_ignore_file_counts_at_once(tmp_path: Path) -> None:
    file = write(tmp_path / "a.py")
    rules = tmp_path / ".gitignore"
    rules.write_text("b.py\n")
    assert verdict(file, [str(tmp_path)]).allowed
    rules.write_text("a.py\n")
    os.utime(rules, ns=(1, 1))
    assert not verdict(file, [str(tmp_path)]).allowed


def test_what_is_outside_of_the_workspace_is_not_read(tmp_path: Path) -> None:
    outside = write(tmp_path / "other" / "a.py")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "link.py").symlink_to(outside)
    roots = [str(tmp_path / "work")]
    assert "outside" in verdict(outside, roots).reason
    assert "outside" in verdict(str(tmp_path / "work" / "link.py"), roots).reason
    assert "outside" in verdict(str(tmp_path / "work" / ".." / "other" / "a.py"), roots).reason
    assert verdict(outside, []).allowed


def test_a_link_to_a_secret_is_a_secret(tmp_path: Path) -> None:
    secret = write(tmp_path / "id_rsa")
    (tmp_path / "notes.txt").symlink_to(secret)
    assert verdict(str(tmp_path / "notes.txt"), [str(tmp_path)]).secret


def test_binary_and_huge_files_are_not_read(tmp_path: Path) -> None:
    roots = [str(tmp_path)]
    huge = write(tmp_path / "a.py", "x" * (MAX_BYTES + 1))
    assert "larger" in verdict(huge, roots).reason
    assert "larger" in verdict(huge, roots, "x" * (MAX_BYTES + 1)).reason
    assert verdict(write(tmp_path / "b.py"), roots, "a\0b").reason == "it is binary"
    assert verdict(str(tmp_path / "gone.py"), roots).reason == "it cannot be read"


def test_the_innermost_root_holds_a_file(tmp_path: Path) -> None:
    file = write(tmp_path / "a" / "b" / "c.py")
    assert root_of(file, [str(tmp_path), str(tmp_path / "a")]) == tmp_path / "a"
    assert root_of(file, [str(tmp_path / "x")]) is None


@pytest.mark.parametrize("kind", ["pipe", "zero", "long", "many rules"])
def test_where_the_rules_cannot_be_read_everything_is_ignored(tmp_path: Path, kind: str) -> None:
    rules = tmp_path / ".gitignore"
    if kind == "pipe":
        os.mkfifo(rules)
    elif kind == "zero":
        rules.symlink_to("/dev/zero")
    else:
        rules.write_text("# comment\n" * 30_000 if kind == "long" else "a\n" * 5_001)
    found = verdict(write(tmp_path / "a.py"), [str(tmp_path)])
    assert "ignored by .gitignore, which cannot be read" in found.reason
    assert not found.secret


def test_a_folder_or_a_dangling_link_in_place_of_the_rules_says_nothing(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").mkdir()
    (tmp_path / ".hearthignore").symlink_to("gone")
    assert verdict(write(tmp_path / "a.py"), [str(tmp_path)]).allowed


def test_rules_that_cost_too_much_count_as_ignoring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ignore, "_PATIENCE", 0.02)
    write(tmp_path / ".gitignore", ("**/a/" * 40 + "b\n") * 300)
    one = Disk()
    for number in range(200):  # the files that one question is about
        path = tmp_path / "/".join(["a"] * 60) / str(number)
        assert "takes too long to apply" in verdict_of_path(str(path), [str(tmp_path)], one).reason
    assert one.spent < 5  # seconds of processor time for all of them; without a limit it is more than 100


@pytest.mark.parametrize("path", ["x/" * 5_000 + "a.py", "x" * 200_000, "a\0b", "x/" * 1_000])
def test_odd_paths_are_judged(tmp_path: Path, path: str) -> None:
    began = time.thread_time()
    verdict_of_path(str(tmp_path / path) if "\0" not in path else f"{tmp_path}/{path}", [str(tmp_path)], Disk())
    assert time.thread_time() - began < 2


def test_folders_that_lead_into_each_other_are_judged(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").symlink_to("../a")
    (tmp_path / "loop").symlink_to("loop")
    assert verdict_of_path(str(tmp_path / "/".join(["a", *["b"] * 30, "c.py"])), [str(tmp_path)], Disk()).allowed
    assert verdict_of_path(str(tmp_path / "loop" / "c.py"), [str(tmp_path)], Disk()).allowed


class AnotherSystem:
    """Plays a disk that does not mind letter case, and on which folders may be junctions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, links: dict[str, str]) -> None:
        self._links = {key.lower(): value for key, value in links.items()}
        monkeypatch.setattr(os.path, "realpath", self.realpath)
        monkeypatch.setattr(os.path, "normcase", str.lower)
        monkeypatch.setattr(os.path, "islink", lambda path: False)  # as it says of junctions

    def realpath(self, path: str) -> str:
        """As it is written on the disk: where a junction leads, and in the letter case of the disk."""
        found = ""
        for part in path.strip("/").split("/"):
            found = self._links.get(f"{found}/{part}".lower(), f"{found}/{part}")
        return found


@pytest.mark.parametrize(
    ("root", "file"),
    [
        ("/Users/me/Proj", "/users/me/proj/src/a.py"),
        ("/users/me/proj", "/Users/me/Proj/src/a.py"),
        ("/short/proj", "/Data/Proj/src/a.py"),
        ("/short/proj", "/short/proj/src/a.py"),
    ],
)
def test_a_workspace_holds_its_files_however_its_name_is_written(
    root: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = {"/users": "/Users", "/Users/me/proj": "/Users/me/Proj", "/short/proj": "/Data/Proj"}
    AnotherSystem(monkeypatch, {**links, "/data": "/Data", "/Data/proj": "/Data/Proj"})
    assert verdict_of_path(file, [root], Disk()).allowed
    assert "outside" in verdict_of_path("/Users/me/Other/a.py", [root], Disk()).reason
    assert "outside" in verdict_of_path("/Users/me/Project/a.py", [root], Disk()).reason
    assert ignore.root_of(file, [root]) is not None
