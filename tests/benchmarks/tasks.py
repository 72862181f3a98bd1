"""The infilling tasks (HumanEval, OpenAI, MIT licence): data for measuring only, read from the user's folder."""

import gzip
import json
import random
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.home import Unavailable

SINGLE_LINE = "HumanEval-SingleLineInfilling.jsonl.gz"
RANDOM_SPAN = "HumanEval-RandomSpanInfillingLight.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Task:
    """What stands above and below, what was there, and how to tell that an answer is right."""

    id: str
    above: str
    below: str
    solution: str
    test: str
    entry_point: str

    def completed(self, answer: str) -> str:
        return self.above + answer + self.below

    def program(self, completed: str) -> str:
        """The completed text with its test; it fails when the completion is wrong."""
        return f"{completed}\n{self.test}\ncheck({self.entry_point})\n"


def load(folder: Path, file: str, sample: int | None, seed: int) -> list[Task]:
    """All tasks of a file, or a random sample of them in a fixed order. Raises `Unavailable`."""
    path = folder / file
    if not path.exists():
        raise Unavailable(
            f"{path} is missing: it is part of OpenAI's human-eval-infilling; name its folder with --data"
        )
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        tasks = [_task(json.loads(line)) for line in lines if line.strip()]
    if sample is not None and sample < len(tasks):
        tasks = random.Random(seed).sample(tasks, sample)
    return tasks


def is_exact(completed: str, task: Task) -> bool:
    """What was there stands there again, white space at its ends aside."""
    return completed.removeprefix(task.above).removesuffix(task.below).strip() == task.solution.strip()


def first_line_of(completion: str) -> str:
    """What is left of an answer that is cut behind its first line end: the tasks miss a whole line."""
    line, end, _ = completion.partition("\n")
    return line + end


def _task(row: dict[str, str]) -> Task:
    return Task(
        row["task_id"], row["prompt"], row["suffix"], row["canonical_solution"], row["test"], row["entry_point"]
    )
