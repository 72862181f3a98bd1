"""Prompts of the user's own, and which of a project's are used."""

from pathlib import Path

import pytest

from hearth.engine import paths
from hearth.engine.chat.own_prompts import OwnPrompt, meant, own_prompts


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("text", "question", "asked"),
    [
        ("Review this.", "/review", "Review this."),
        ("Review this.", "/review only the names", "Review this.\n\nonly the names"),
        ("Say {input} in German.", "/review hello", "Say hello in German."),
        ("Say {input}.", "/review", "Say ."),
        ("Review this.", "  /review\nfor me", "Review this.\n\nfor me"),
        ("Review this.", "/reviews", "/reviews"),
        ("Review this.", "what is /review", "what is /review"),
        ("Review this.", "/other", "/other"),
        ("Review this.", "/", "/"),
        ("Use {input} and {input}.", "/review a {input}", "Use a {input} and a {input}."),
    ],
)
def test_a_prompt_is_called_by_its_name(text: str, question: str, asked: str) -> None:
    assert meant(question, {"review": OwnPrompt("review", text, Path("review.md"))}) == asked


def test_a_project_s_prompts_are_used_only_where_the_user_trusts_it(tmp_path: Path) -> None:
    project = tmp_path / "work" / "shop"
    write(project / ".hearth" / "prompts", "review.md", "Theirs")
    write(paths.config_file().parent / "prompts", "review.md", "Mine")
    write(paths.config_file().parent / "prompts", "other.md", "# Other\n\nMine too")
    roots = (str(project),)
    assert {name: each.text for name, each in own_prompts(roots, ()).items()} == {
        "review": "Mine",
        "other": "# Other\n\nMine too",
    }
    for trusted in ((str(project),), (str(tmp_path / "work"),)):
        assert own_prompts(roots, trusted)["review"].text == "Theirs"
    for strange in (str(tmp_path / "wor"), "", "~nobody/x", str(project / ".hearth")):
        assert own_prompts(roots, (strange,))["review"].text == "Mine"
    assert own_prompts((), ())["other"].summary == "Other"


def test_a_link_out_of_a_trusted_folder_is_not_trusted(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside / ".hearth" / "prompts", "review.md", "Theirs")
    (tmp_path / "trusted").mkdir()
    (tmp_path / "trusted" / "link").symlink_to(outside)
    assert own_prompts((str(tmp_path / "trusted" / "link"),), (str(tmp_path / "trusted"),)) == {}


def test_what_is_no_prompt_is_left_out(tmp_path: Path) -> None:
    folder = paths.config_file().parent / "prompts"
    write(folder, "empty.md", " \n")
    write(folder, "odd name.md", "x")
    write(folder, "long.md", "x" * 1_000_000)
    write(folder, "text.txt", "x")
    (folder / "folder.md").mkdir()
    (folder / "missing.md").symlink_to(tmp_path / "nowhere")
    assert own_prompts((), ()) == {}
