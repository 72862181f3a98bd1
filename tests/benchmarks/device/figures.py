"""Figures beside what they should be: a line on the terminal and a line of JSON each."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """`least` and `most` are what it should be; without either nothing is asked of it."""

    name: str
    value: float
    unit: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def is_met(self) -> bool:
        too_little = self.least is not None and self.value < self.least
        return not too_little and not (self.most is not None and self.value > self.most)

    def __str__(self) -> str:
        said = f"{self.name}: {self.value:.4g}{self.unit}"
        if self.least is None and self.most is None:
            return said
        bound = f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"
        return f"{said} ({bound}{self.unit}: {'met' if self.is_met else 'MISSED'})"


def publish(folder: Path, part: str, model: Path, figures: list[Figure]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "gpu.jsonl").open("a", encoding="utf-8") as file:
        for figure in figures:
            print(f"  {figure}", flush=True)
            row = {"part": part, "model": model.name, **asdict(figure), "met": figure.is_met}
            file.write(json.dumps(row) + "\n")
