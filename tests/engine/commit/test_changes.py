"""What is about to be committed, read with the real git."""

import os
from pathlib import Path

import pytest

from hearth.engine.commit.changes import Changes, read
from hearth.engine.errors import InvalidRequest
from tests.repositories import Repo, repository

SHOP = "def total(prices):\n    return sum(prices)\n"
CHANGED = "def total(prices):\n    return round(sum(prices), 2)\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = repository(tmp_path / "shop")
    repo.commit("Begin", shop=SHOP)
    return repo


def lines(changes: Changes) -> list[str]:
    return [line for file in changes.files for hunk in file.hunks for line in hunk.lines]


def why_not(place: Path) -> str:
    with pytest.raises(InvalidRequest) as raised:
        read(place)
    return str(raised.value)


def test_what_is_staged_is_meant_and_nothing_else(repo: Repo) -> None:
    repo.stage("shop.py", CHANGED)
    repo.write("shop.py", "not staged\n")
    repo.write("new.py", "not known\n")
    found = read(repo.root)
    assert (found.source, [each.path for each in found.files], found.messages) == (
        "staged",
        ["shop.py"],
        ("Begin",),
    )
    assert lines(found) == [" def total(prices):", "-    return sum(prices)", "+    return round(sum(prices), 2)"]
    assert (found.files[0].status, found.files[0].added, found.files[0].removed) == ("M", 1, 1)


def test_without_anything_staged_all_changes_of_known_files_are_meant(repo: Repo) -> None:
    repo.write("shop.py", CHANGED)
    repo.write("new.py", "x = 1\n")
    found = read(repo.root / "shop.py")
    assert (found.source, [each.path for each in found.files]) == ("tracked", ["shop.py"])
    assert "+    return round(sum(prices), 2)" in lines(found)


def test_files_that_are_new_deleted_renamed_and_oddly_named(repo: Repo) -> None:
    repo.commit("More", gone="x = 1\n", old="".join(f"line_{n} = {n}\n" for n in range(20)))
    repo.git("rm", "--quiet", "gone.py")
    repo.git("mv", "old.py", "moved to ü.py")
    repo.stage("sub/neu\n.py", "y = 2\n")
    found = {each.path: each for each in read(repo.root).files}
    assert {path: each.status for path, each in found.items()} == {
        "gone.py": "D",
        "moved to ü.py": "R",
        "sub/neu\n.py": "A",
    }
    assert found["moved to ü.py"].old_path == "old.py"
    assert found["sub/neu\n.py"].hunks[0].lines == ("+y = 2",)


def test_the_first_commit_of_all(tmp_path: Path) -> None:
    repo = repository(tmp_path / "new")
    repo.stage("shop.py", SHOP)
    found = read(repo.root)
    assert (found.source, found.messages, found.files[0].status) == ("staged", (), "A")


def test_the_nearest_line_above_says_where_a_change_is(repo: Repo) -> None:
    body = "".join(f"    step({n})\n" for n in range(20))
    repo.commit("Long", long=f"import os\n\n\ndef run():\n{body}")
    repo.stage("long.py", f"import os\n\n\ndef run():\n{body.replace('step(15)', 'leap(15)')}")
    (file,) = read(repo.root).files
    assert [hunk.within for hunk in file.hunks] == ["def run():"]
    assert file.hunks[0].lines == (
        *("     step(13)", "     step(14)", "-    step(15)", "+    leap(15)"),
        *("     step(16)", "     step(17)"),
    )


def test_where_nothing_can_be_said_a_sentence_says_why(repo: Repo, tmp_path: Path) -> None:
    assert "nothing has changed" in why_not(repo.root)
    repo.write("new.py", "x = 1\n")
    assert "only new files are there (new.py)" in why_not(repo.root)
    repo.stage("picture.png", b"\x89PNG\0\0")
    assert "only binary files have changed, such as picture.png" in why_not(repo.root)
    assert "is in no git repository" in why_not(tmp_path)
    assert "is not on this disk" in why_not(tmp_path / "nowhere" / "shop.py")
    bare = tmp_path / "bare"
    repo.git("clone", "--quiet", "--bare", str(repo.root), str(bare))
    assert "without files (bare)" in why_not(bare)


def test_what_git_is_in_the_middle_of_has_a_message_already(repo: Repo) -> None:
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit("Side", side="a = 1\n")
    repo.git("checkout", "--quiet", "main")
    repo.commit("Main", shop=CHANGED)
    repo.git("merge", "--quiet", "--no-commit", "--no-ff", "side")
    assert "a merge is in progress" in why_not(repo.root)


def test_conflicts_are_told(repo: Repo) -> None:
    repo.write("shop.py", CHANGED)
    repo.git("stash")
    repo.commit("Other", shop=SHOP.replace("sum", "max"))
    repo.git("stash", "pop", ok=False)
    assert "there are conflicts" in why_not(repo.root)


def test_what_lies_in_a_worktree_or_below_the_root_is_found(repo: Repo, tmp_path: Path) -> None:
    side = tmp_path / "side"
    repo.git("worktree", "add", "--quiet", "-b", "side", str(side))
    (side / "deep").mkdir()
    Repo(side).stage("deep/x.py", "x = 1\n")
    assert [each.path for each in read(side / "deep").files] == ["deep/x.py"]
    assert "nothing has changed" in why_not(repo.root)


def test_what_nobody_would_read_is_only_counted(repo: Repo) -> None:
    repo.stage("package-lock.json", '{"a": 1}\n' * 500)
    repo.stage("data.csv", "x,y\n" * 200_000)
    repo.stage("picture.png", b"\x89PNG\0\0")
    repo.stage("shop.py", CHANGED)
    found = {each.path: (each.why, bool(each.hunks)) for each in read(repo.root).files}
    assert found == {
        "package-lock.json": ("generated", False),
        "data.csv": ("a long file", False),
        "picture.png": ("binary", False),
        "shop.py": ("", True),
    }


def test_no_secret_is_in_what_is_found(repo: Repo) -> None:
    key = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    block = "\n".join(
        ["-----BEGIN RSA PRIVATE KEY-----", *["MIIEpAIBAAKCAQEA" * 4] * 12, "-----END RSA PRIVATE KEY-----"]
    )
    repo.commit("Old", config=f'TOKEN = "{key}"\nPEM = """\n{block}\n"""\nLAST = 1\n')
    changed = block.replace("MIIE", "MIIF", 7)  # its middle only: nothing around says what it is
    repo.stage("config.py", f'TOKEN = "{key[:-4]}XYZ9"\nPEM = """\n{changed}\n"""\nLAST = 2\n')
    repo.stage(".env", "PASSWORD=hunter2hunter2\n")
    found = read(repo.root)
    told = "\n".join(lines(found))
    assert "LAST = 2" in told and "TOKEN = " in told
    assert "ghp_" not in told and "MIIE" not in told and "MIIF" not in told and "AKCAQEA" not in told
    assert {each.path: each.why for each in found.files}[".env"] == "it may hold secrets"
    assert "hunter2" not in told


def test_no_program_that_the_repository_names_is_run(repo: Repo, tmp_path: Path) -> None:
    mark = tmp_path / "pwned"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    evil.chmod(0o755)
    repo.stage(".gitattributes", "*.py filter=evil diff=evil merge=evil\n")
    repo.git("commit", "--quiet", "-m", "Attributes")
    repo.write("shop.py", CHANGED)
    for name in (
        *(
            "filter.evil.clean",
            "filter.evil.smudge",
            "filter.evil.process",
            "diff.evil.textconv",
            "diff.evil.command",
        ),
        *("diff.external", "core.fsmonitor", "core.pager", "pager.diff", "pager.log", "core.sshCommand"),
        *("gpg.program", "core.editor", "core.askPass", "interactive.diffFilter", "alias.diff", "alias.rev-parse"),
    ):
        repo.git("config", name, str(evil))
    repo.git("config", "log.showSignature", "true")
    hooks = repo.root / ".git" / "hooks"
    for name in ("post-index-change", "fsmonitor-watchman", "pre-commit", "post-checkout"):
        (hooks / name).write_text(evil.read_text())
        (hooks / name).chmod(0o755)
    assert read(repo.root).source == "tracked"
    os.utime(repo.root / "shop.py")  # the index no longer knows whether it has changed
    assert read(repo.root).source == "tracked"
    assert not mark.exists()
    repo.git("diff", ok=False)
    assert mark.exists()  # so these programs would have been run


def test_a_repository_cannot_lead_to_files_elsewhere(repo: Repo, tmp_path: Path) -> None:
    elsewhere = tmp_path / "home"
    elsewhere.mkdir()
    repo.git("config", "core.worktree", str(elsewhere))
    assert "keeps its files elsewhere" in why_not(repo.root)


def test_a_program_called_git_in_the_project_is_not_run(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = repo.root / "pwned"
    repo.write("git", f"#!/bin/sh\ntouch {mark}\n").chmod(0o755)
    repo.stage("shop.py", CHANGED)
    monkeypatch.chdir(repo.root)
    monkeypatch.setenv("PATH", os.pathsep.join(["", ".", os.environ["PATH"]]))
    assert read(Path()).source == "staged"
    assert not mark.exists()


def test_the_environment_of_a_hook_does_not_change_what_is_read(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.stage("shop.py", CHANGED)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF"):
        monkeypatch.setenv(name, "/nowhere")
    assert read(repo.root).source == "staged"


def test_nothing_is_written_into_the_repository(repo: Repo) -> None:
    repo.write("shop.py", CHANGED)
    os.utime(repo.root / "shop.py")
    before = {path: path.stat().st_mtime_ns for path in sorted(repo.root.rglob("*"))}
    read(repo.root)
    assert {path: path.stat().st_mtime_ns for path in sorted(repo.root.rglob("*"))} == before


def test_a_git_that_hangs_is_given_up(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "git").write_text("#!/bin/sh\nexec sleep 600\n")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs) + os.pathsep + os.environ["PATH"])
    with pytest.raises(InvalidRequest, match="did not answer in time"):
        read(repo.root, seconds=0.3)


def test_without_git_the_message_names_it(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "the program git is not on the PATH" in why_not(repo.root)


def test_line_ends_that_git_converts_are_no_change(repo: Repo) -> None:
    repo.git("config", "core.autocrlf", "true")
    repo.write("shop.py", CHANGED.replace("\n", "\r\n"))
    assert (read(repo.root).files[0].added, read(repo.root).files[0].removed) == (1, 1)


def test_a_shallow_clone_and_a_split_index_are_read(repo: Repo, tmp_path: Path) -> None:
    repo.commit("Second")
    clone = tmp_path / "clone"
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.root}", str(clone))
    shallow = Repo(clone)
    shallow.git("update-index", "--split-index")
    shallow.stage("shop.py", CHANGED)
    found = read(clone)
    assert (found.messages, [each.path for each in found.files]) == (("Second",), ["shop.py"])
