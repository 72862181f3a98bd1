"""What a real llama-server holds of the prompts of one who types, with random weights."""

from pathlib import Path

from tests.benchmarks import prefix
from tests.benchmarks.device.shapes import SHAPES, write


async def test_a_prompt_grows_only_at_its_end(tmp_path: Path) -> None:
    asked = await prefix.crowd(write(SHAPES["tiny"], tmp_path / "tiny.gguf"), typists=1, looks=10, seed=1)
    typed = [one for one in asked if one.kind == "key" and not one.lost]
    cached, evaluated = sum(one.cached for one in typed), sum(one.evaluated for one in typed)
    assert len(typed) >= 5
    assert cached >= 0.9 * (cached + evaluated)


def test_the_table_counts_what_was_typed_only() -> None:
    asked = [
        prefix.Asked("first", 0, 900),
        prefix.Asked("key", 900, 10),
        prefix.Asked("key", 940, 50),
        prefix.Asked("ahead", 0, 400),
        prefix.Asked("key", lost=True),
    ]
    assert prefix.row(1, asked) == ("1", "2", "1900", "96.8%", "10", "50", "200", "1")
