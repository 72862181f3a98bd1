"""The judge of the code actions on real functions, and the way to a server; on a small file of our own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import packages
from tests.benchmarks.actions import crafted, pairs, run
from tests.benchmarks.actions.pairs import Pair
from tests.benchmarks.actions.verdicts import Result, judge
from tests.benchmarks.packages import Package

SHOP = '''"""A shop."""

import math

LIMIT = 3


def total(prices, rate=0.2):
    """The price of all.

    >>> total([1, 2], 0)
    3
    """
    # Taxes come last.
    found = 0
    for price in prices:
        found += price
    return found * (1 + rate)


def root(value):
    return math.sqrt(value)
'''
BUG = Pair("shop", "shop/shop.py", "def total(", "bug", changes=(("found += price", "found -= price"),))
ADD = Pair(
    "shop", "shop/shop.py", "def root(", "instruct", instruction="Raise if value is negative.", asks=("value < 0",)
)
RENAME = Pair("shop", "shop/shop.py", "def root(", "instruct", instruction="x", renames={"value": "number"})
DOCUMENT = Pair("shop", "shop/shop.py", "def total(", "document", says="price")
BROKEN = SHOP.replace("found += price", "found -= price")


@pytest.fixture(autouse=True)
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    def fetch(name: str, version: str, folder: Path) -> None:
        (folder / "shop").mkdir()
        (folder / "shop" / "shop.py").write_text(SHOP)

    monkeypatch.setattr(packages, "CACHE", tmp_path)
    monkeypatch.setitem(pairs.PACKAGES, "shop", Package("python", "shop", "1", fetch, ()))
    pairs.root_of.cache_clear()
    yield
    pairs.root_of.cache_clear()


def test_there_are_sixty_pairs_of_six_languages() -> None:
    found = pairs.load()
    assert len(found) == len({pair.label for pair in found}) == 60
    assert {pair.language for pair in found} == {"python", "typescript", "go", "rust", "java", "cpp"}


@pytest.mark.parametrize(
    ("pair", "text", "outcome", "why"),
    [
        (BUG, SHOP, "right", ""),
        (BUG, SHOP.replace("found += price", "found = found + price"), "right", ""),
        (BUG, BROKEN, "refused", "nothing was changed"),
        (BUG, SHOP.replace("found += price", "found += 2 * price"), "wrong", "the checks fail"),
        (BUG, SHOP.replace("    # Taxes come last.\n", ""), "spoiled", "a comment is gone: # Taxes come last."),
        (BUG, SHOP.replace(", rate=0.2", ""), "spoiled", "the head has lost rate"),
        (BUG, SHOP.replace("    return found * (1 + rate)\n", ""), "spoiled", "the function has lost return"),
        (BUG, SHOP.replace("    for price", "  for price"), "spoiled", "it does not parse"),
        (BUG, SHOP.replace("LIMIT = 3\n", ""), "spoiled", "outside of the function this is gone: LIMIT = 3"),
        (BUG, SHOP + "print(1)\n", "spoiled", "outside of the function this has come: print(1)"),
        (BUG, SHOP.replace("def total", "def sum_of"), "spoiled", "the function is gone"),
        (
            ADD,
            SHOP.replace("    return math", "    if value < 0:\n        raise ValueError(value)\n    return math"),
            "right",
            "",
        ),
        (ADD, SHOP.replace("return math", "return 1 * math"), "wrong", "there is no value < 0"),
        (RENAME, SHOP.replace("value", "number"), "right", ""),
        (RENAME, SHOP.replace("def root(value)", "def root(number)"), "spoiled", ""),
        (DOCUMENT, SHOP, "right", ""),
        (DOCUMENT, "# The price of all.\n" + SHOP.replace("The price of all.", "Well."), "wrong", ""),
    ],
)
def test_what_an_edit_has_made_of_a_file_is_judged(pair: Pair, text: str, outcome: str, why: str) -> None:
    verdict = judge(pairs.place(pair), Result(text))
    assert verdict.outcome == outcome, verdict
    assert why in ("", verdict.why)


async def test_a_server_is_asked_from_outside_and_each_pair_only_once(tmp_path: Path) -> None:
    body = SHOP[SHOP.index("def total") : SHOP.index("\n\n\ndef root")]
    settings = {"completion": {"backend": "scripted", "model": ""}, "chat": {"backend": "scripted", "model": body}}
    kept = tmp_path / "actions.jsonl"
    await run.measure(None, settings, [BUG, RENAME], kept)
    rows = [json.loads(line) for line in kept.read_text().splitlines()]
    assert [row["label"] for row in rows] == [BUG.label, RENAME.label]
    assert rows[0]["outcome"] == "right" and "+        found += price" in rows[0]["diff"]
    assert rows[1]["outcome"] == "refused" and rows[1]["why"]
    await run.measure(None, {}, [BUG, RENAME], kept)
    assert len(kept.read_text().splitlines()) == 2


async def test_crafted_answers_about_a_file_are_applied_when_right_and_lose_nothing_when_wrong() -> None:
    found = list(crafted.in_file("python", "shop.py", SHOP))
    assert [sample.function.name for sample in found] == ["total"]
    right, wrong = list(crafted.right_answers(found)), list(crafted.wrong_answers(found))
    assert len(right) == 8 and len(wrong) == 6
    assert [each.kind for each in right if not (await crafted.outcome(each)).is_good] == []
    outcomes = [await crafted.outcome(each) for each in wrong]
    assert [(each.answer.kind, each.why) for each in outcomes if not each.is_good] == []
    assert not any(each.is_applied for each in outcomes)
