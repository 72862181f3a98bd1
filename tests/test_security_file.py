"""SECURITY.md names a test for each claim."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
CLAIMS = re.findall(r"^\| (?!claim|-)(.+) \| (.+) \|$", (ROOT / "SECURITY.md").read_text("utf-8"), re.MULTILINE)


def test_every_claim_is_held_by_tests_that_exist() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    defined = set(re.findall(r"^(?:async )?def (test_\w+)", sources, re.MULTILINE))
    named = {claim: re.findall(r"`(test_\w+)`", tests) for claim, tests in CLAIMS}
    assert len(named) > 15
    assert {claim: tests for claim, tests in named.items() if not tests or not defined.issuperset(tests)} == {}
