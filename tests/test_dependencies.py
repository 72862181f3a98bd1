"""What the project says of its dependencies: bounds on both sides, and a lock within them."""

import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests import lowest
from tests.test_install import needed

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCKED = dict(re.findall(r"(?m)^([a-z0-9][\w.-]*)==([^\s;]+)", (ROOT / "requirements.lock").read_text("utf-8")))
PACKAGES, MEGABYTES = 66, 141  # measured
REQUIREMENTS = [Requirement(line) for line in PROJECT["dependencies"]]


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda each: each.name)
def test_a_dependency_has_bounds_on_both_sides_and_the_locked_version_is_within(requirement: Requirement) -> None:
    signs = {each.operator for each in requirement.specifier}
    assert "==" in signs or {">=", "<"} <= signs
    assert requirement.specifier.contains(Version(LOCKED[canonicalize_name(requirement.name)]))


def test_the_lowest_versions_are_single_ones_that_the_project_allows() -> None:
    """These are what `make check-lowest` installs and tries."""
    found = [Requirement(line) for line in lowest.lowest(PROJECT["dependencies"])]
    assert [each.name for each in found] == [each.name for each in REQUIREMENTS]
    for single, requirement in zip(found, REQUIREMENTS, strict=True):
        (bound,) = single.specifier
        assert bound.operator == "==" and requirement.specifier.contains(bound.version)


def test_the_lowest_versions_are_tried_on_tests_that_are_there() -> None:
    assert [name for name in lowest.TESTS if not (ROOT / name).exists()] == []
    group = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]["dev"]
    assert {Requirement(line).name for line in lowest.tools(group)} == lowest.TOOLS


def test_what_is_installed_takes_little_more_room_than_it_did() -> None:
    """Without llama.cpp, whose size is that of its build. Of other systems only the number is known."""
    names = needed(PROJECT["dependencies"]) - {"llama-cpp-python"}
    assert len(names) < 1.1 * PACKAGES, sorted(names)
    if sys.platform == "linux":
        assert sum(map(size, names)) < 1.1 * MEGABYTES * 10**6, {name: size(name) for name in sorted(names)}


def size(name: str) -> int:
    files = metadata.files(name) or []
    return sum(each.size or 0 for each in files)


def test_a_sandbox_that_can_be_escaped_from_is_refused() -> None:
    (jinja,) = [each for each in REQUIREMENTS if each.name == "jinja2"]
    assert not jinja.specifier.contains("3.1.5")
