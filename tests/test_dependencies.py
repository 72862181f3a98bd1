"""What the project says of its dependencies: bounds on both sides, and a lock within them."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCKED = dict(re.findall(r"(?m)^([a-z0-9][\w.-]*)==([^\s;]+)", (ROOT / "requirements.lock").read_text("utf-8")))
REQUIREMENTS = [Requirement(line) for line in PROJECT["dependencies"]]


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda each: each.name)
def test_a_dependency_has_bounds_on_both_sides_and_the_locked_version_is_within(requirement: Requirement) -> None:
    signs = {each.operator for each in requirement.specifier}
    assert "==" in signs or {">=", "<"} <= signs
    assert requirement.specifier.contains(Version(LOCKED[canonicalize_name(requirement.name)]))


def test_a_sandbox_that_can_be_escaped_from_is_refused() -> None:
    (jinja,) = [each for each in REQUIREMENTS if each.name == "jinja2"]
    assert not jinja.specifier.contains("3.1.5")
