"""Tests in Java: JUnit 5, and JUnit 4 or TestNG where a project has those."""

import re
from pathlib import Path

from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests.members import members
from hearth.engine.code_actions.unit_tests.plan import Plan
from hearth.engine.code_actions.unit_tests.project import Project, relative
from hearth.engine.errors import EditRefused

_PACKAGE = re.compile(r"^package[ \t]++([\w.]++)[ \t]*+;", re.MULTILINE)
_MANIFESTS = ("pom.xml", "build.gradle", "build.gradle.kts")
# framework -> (its annotation, its assertions)
_FRAMEWORKS = {
    "JUnit 5": ("org.junit.jupiter.api.Test", "org.junit.jupiter.api.Assertions"),
    "JUnit 4": ("org.junit.Test", "org.junit.Assert"),
    "TestNG": ("org.testng.annotations.Test", "org.testng.Assert"),
}
_JUPITER = ("DisplayName", "BeforeEach", "AfterEach", "BeforeAll", "AfterAll", "Nested", "Disabled")
_UTIL = (
    "List",
    "Map",
    "Set",
    "ArrayList",
    "HashMap",
    "HashSet",
    "Arrays",
    "Collections",
    "Optional",
    "Collection",
)
_STYLE = members(("Test", "ParameterizedTest", "RepeatedTest"))


def plan(target: Target, project: Project) -> Plan:
    definition = target.definition
    owner = definition.owner.split(".")[0] if definition is not None else ""
    head = target.code.text[target.start : definition.body] if definition is not None else ""
    if not owner or re.search(r"\bprivate\b", head):
        raise EditRefused(f"{target.name} is private, so a test cannot call it")
    package = _PACKAGE.search(target.code.text)
    manifest = project.nearest(*_MANIFESTS)
    root = manifest.parent if manifest is not None else project.top
    tests = [each for each in project.tests(_is_test) if each.is_relative_to(root)]
    names = (f"{owner}Test.java", f"{owner}Tests.java", f"Test{owner}.java", f"{owner}TestCase.java")
    path = next((each for each in tests if each.name in names and _same_package(project, each, package)), None)
    path = path or _new(project, tests, owner, package[1] if package else "")
    old = project.read(path)
    framework = _framework(project, [old] if old and old.strip() else project.texts(tests))
    annotation, assertions = _FRAMEWORKS[framework]
    texts = [old or "", *project.texts(tests)]
    asserts = f"import static {assertions}.*;"
    if any("org.assertj" in text for text in texts):
        asserts = "import static org.assertj.core.api.Assertions.assertThat;"
    standard = {name: f"import java.util.{name};" for name in _UTIL}
    if framework == "JUnit 5":
        standard |= {name: f"import org.junit.jupiter.api.{name};" for name in _JUPITER}
    class_name = path.stem
    begins = f"package {package[1]};\n\n" if package else ""
    visible = "public " if framework != "JUnit 5" else ""
    return Plan(
        path,
        old,
        framework,
        _STYLE,
        (f"import {annotation};", asserts),
        lambda names: (),
        frozenset({owner}),
        owner,
        stem=owner,
        forgotten=lambda names: tuple(standard[name] for name in names if name in standard),
        is_left_out=lambda text: _is_of_another(text, framework),
        head=f"{begins}{visible}class {class_name} {{\n}}\n",
    )


def _is_of_another(statement: str, framework: str) -> bool:
    """Whether it is of a framework that the project does not have."""
    if "org.testng" in statement:
        return framework != "TestNG"
    if "org.junit.jupiter" in statement:
        return framework != "JUnit 5"
    return "org.junit." in statement and framework != "JUnit 4"


def _is_test(path: Path) -> bool:
    return path.suffix == ".java" and (
        path.stem.endswith(("Test", "Tests", "TestCase", "IT")) or path.stem.startswith("Test")
    )


def _same_package(project: Project, test: Path, package: re.Match[str] | None) -> bool:
    found = _PACKAGE.search(project.text(test))
    return (found[1] if found else "") == (package[1] if package else "")


def _new(project: Project, tests: list[Path], owner: str, package: str) -> Path:
    file = project.file
    plain = [each for each in tests if not each.stem.endswith("IT")][:20]
    styles = [
        "Tests" if each.stem.endswith("Tests") else "Test" for each in plain if not each.stem.startswith("Test")
    ]
    before = sum(each.stem.startswith("Test") for each in plain) > len(styles)
    name = f"Test{owner}" if before else f"{owner}{max(styles, key=styles.count) if styles else 'Test'}"
    folder = file.parent
    for around in project.folders():
        # src/main/java/a/B.java -> src/test/java/a/BTest.java
        if around.name == "main" and around.parent.name == "src":
            folder = around.parent / "test" / Path(*relative(file.parent, around))
            break
    else:
        same = [
            each.parent
            for each in tests
            if each.parent.parts[-len(package.split(".")) :] == tuple(package.split("."))
        ]
        folder = same[0] if same else folder
    return folder / f"{name}.java"


def _framework(project: Project, texts: list[str]) -> str:
    for text in texts:
        if "org.junit.jupiter" in text:
            return "JUnit 5"
        if "org.testng" in text:
            return "TestNG"
        if "org.junit." in text:
            return "JUnit 4"
    for folder in project.folders():
        for name in _MANIFESTS:
            text = project.text(folder / name)
            if "jupiter" in text or "useJUnitPlatform" in text:
                return "JUnit 5"
            if "testng" in text:
                return "TestNG"
            if "junit:junit:4" in text or "<groupId>junit</groupId>" in text:
                return "JUnit 4"
    return "JUnit 5"
