"""What a public host would run is here: targets of the Makefile, on each system and Python that Hearth is for."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))
SYSTEMS = {"ubuntu", "macos", "windows"}


def jobs(name: str) -> dict[str, Any]:
    read = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text("utf-8"))
    found: dict[str, Any] = read["jobs"]
    return found


def commands(job: dict[str, Any]) -> list[str]:
    """Of each step, with what the matrix puts in its place."""
    matrix = job.get("strategy", {}).get("matrix", {})
    found = [step["run"] for step in job["steps"] if "run" in step]
    for axis, values in matrix.items():
        mark = f"${{{{ matrix.{axis} }}}}"
        found = [
            each.replace(mark, str(value)) for each in found for value in (values if mark in each else values[:1])
        ]
    return found


def made(job: dict[str, Any]) -> set[str]:
    return {target for each in commands(job) for target in re.findall(r"\bmake ([a-z-]+)", each)}


def test_every_target_that_a_job_makes_is_one_of_the_makefile() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "release.yml"]
    for path in WORKFLOWS:
        for name, job in jobs(path.name).items():
            assert made(job), f"{name} of {path.name} makes nothing"
            assert made(job) <= TARGETS, name


def test_all_checks_run_somewhere() -> None:
    wanted = {"check", "docs", "test", "check-lowest", "check-newest", "install", "update", "uninstall", "wheels"}
    assert wanted <= {target for job in jobs("ci.yml").values() for target in made(job)}


@pytest.mark.parametrize("name", ["wheels", "test", "dependencies", "install"])
def test_a_job_runs_on_each_system(name: str) -> None:
    systems = jobs("ci.yml")[name]["strategy"]["matrix"]["os"]
    assert {each.partition("-")[0] for each in systems} == SYSTEMS


def test_the_pythons_are_the_least_that_is_needed_and_those_that_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [each.rpartition(" ")[2] for each in project["classifiers"] if "Python :: 3." in each]
    tested = jobs("ci.yml")["test"]["strategy"]["matrix"]["python"]
    assert tested == named and f">={tested[0]}" == project["requires-python"]
    bounds = {
        row["bounds"]: row["python"] for row in jobs("ci.yml")["dependencies"]["strategy"]["matrix"]["include"]
    }
    assert bounds == {"check-lowest": tested[0], "check-newest": tested[-1]}


def test_a_job_that_takes_what_another_made_waits_for_it_and_asks_for_it_by_its_name() -> None:
    for path in WORKFLOWS:
        of_this = jobs(path.name)
        given = {
            name: step["with"]["name"] for name, job in of_this.items() for step in uses(job, "upload-artifact")
        }
        for name, job in of_this.items():
            for step in uses(job, "download-artifact"):
                assert job["needs"] in given, name
                wanted = step["with"].get("name") or step["with"]["pattern"]
                kinds = [
                    re.sub(r"\$\{\{.*?\}\}|\*|ubuntu-latest", "", each) for each in (wanted, given[job["needs"]])
                ]
                assert kinds[0] == kinds[1], name


def uses(job: dict[str, Any], action: str) -> list[dict[str, Any]]:
    return [step for step in job["steps"] if f"/{action}@" in step.get("uses", "")]


def test_only_the_job_that_publishes_may_write() -> None:
    for path in WORKFLOWS:
        read = yaml.safe_load(path.read_text("utf-8"))
        assert read["permissions"] == {"contents": "read"}
        writing = {name for name, job in read["jobs"].items() if "write" in job.get("permissions", {}).values()}
        assert writing == ({"release"} if path.name == "release.yml" else set())


def test_they_name_no_host() -> None:
    for path in WORKFLOWS:
        assert not re.search(r"https?://|\b(?:[\w-]+\.)+(?:org|io|com|net)\b", path.read_text("utf-8")), path.name
