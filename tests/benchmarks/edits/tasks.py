"""The tasks of `tasks/*.toml`, one file for each kind: small programs of our own, and how to tell a right edit."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILES = {"python": "sample.py", "typescript": "sample.ts", "go": "sample.go"}
TEST_FILES = {"python": "test_sample.py", "typescript": "sample.test.ts", "go": "sample_test.go"}
_FOLDER = Path(__file__).parent / "tasks"


@dataclass(frozen=True, slots=True)
class Task:
    """`code` has `‸` at the cursor, or around what `problem` is about; `kind` is the action's id.

    `check` is a program that runs behind the edited code. `answer` is one that a model might give, and that is
    right. The rest is for some kinds only: see the comments in their files.
    """

    kind: str
    id: str
    language: str
    code: str
    answer: str = ""
    check: str = ""
    problem: str = ""
    name: str = ""
    says: str = ""
    replace: str = ""
    by: str = ""

    @property
    def label(self) -> str:
        return f"{self.kind}/{self.language}/{self.id}"


def load(sample: int | None = None) -> list[Task]:
    """All tasks in a fixed order, or the first `sample` of each kind."""
    found: list[Task] = []
    for path in sorted(_FOLDER.glob("*.toml")):
        rows = tomllib.loads(path.read_text("utf-8"))["task"]
        found += [Task(kind=path.stem, **row) for row in rows[:sample]]
    return found
