"""Tests in C#, in the project of tests that a solution has: xUnit, NUnit or MSTest."""

import re
from pathlib import Path

from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests.members import members
from hearth.engine.code_actions.unit_tests.plan import Plan
from hearth.engine.code_actions.unit_tests.project import Project, relative
from hearth.engine.errors import EditRefused

_NAMESPACE = re.compile(r"^[ \t]{0,40}+namespace[ \t]++([\w.]++)", re.MULTILINE)
_ROOT_NAMESPACE = re.compile(r"<RootNamespace>([\w.]{1,200}+)</RootNamespace>")
# framework -> (what a project refers to, its namespace, what stands above a class)
_FRAMEWORKS = {
    "xUnit": ("xunit", "Xunit", ""),
    "NUnit": ("nunit", "NUnit.Framework", "[TestFixture]\n"),
    "MSTest": ("mstest", "Microsoft.VisualStudio.TestTools.UnitTesting", "[TestClass]\n"),
}
_STYLE = members(("Fact", "Theory", "Test", "TestCase", "TestMethod", "DataTestMethod"))


def plan(target: Target, project: Project) -> Plan:
    definition = target.definition
    owners = definition.owner.split(".") if definition is not None and definition.owner else []
    head = target.code.text[target.start : definition.body] if definition is not None else ""
    if (
        not owners
        or re.search(r"\b(?:private|protected)\b", head)
        or not re.search(r"\b(?:public|internal)\b", head)
    ):
        raise EditRefused(f"{target.name} is private, so a test cannot call it")
    owner = owners[-1]
    found = _project_of_tests(project)
    if found is None:
        raise EditRefused("there is no project of tests (xUnit, NUnit or MSTest) near this file")
    manifest, framework = found
    namespace = _NAMESPACE.search(target.code.text)
    tests = [each for each in project.near() if each.suffix == ".cs" and each.is_relative_to(manifest.parent)]
    path = next((each for each in tests if each.stem in (f"{owner}Tests", f"{owner}Test", f"Test{owner}")), None)
    path = path or _new(project, manifest, tests, owner)
    old = project.read(path)
    own = f"using {namespace[1]};" if namespace else ""
    _, framework_namespace, above = _FRAMEWORKS[framework]
    said = [each for text in project.texts(tests) for each in _NAMESPACE.findall(text)[:1]]
    root = _ROOT_NAMESPACE.search(project.text(manifest))
    base = root[1] if root else manifest.stem
    parts = [base, *relative(path.parent, manifest.parent)]
    ours = (
        said[0]
        if said and len(set(said)) == 1
        else ".".join(re.sub(r"\W", "_", part) if part != base else part for part in parts)
    )
    block = any(
        re.search(rf"namespace {re.escape(each)}\s{{0,8}}+\{{", text)
        for text in project.texts(tests)
        for each in said[:1]
    )
    class_text = f"{above}public class {path.stem}\n{{\n}}\n"
    if block:
        inner = "".join(f"    {line}\n" for line in class_text.rstrip().split("\n"))
        head_text = f"namespace {ours}\n{{\n{inner}}}\n"
    else:
        head_text = f"namespace {ours};\n\n{class_text}"
    return Plan(
        path,
        old,
        framework,
        _STYLE,
        tuple(filter(None, (f"using {framework_namespace};", own))),
        lambda names: (),
        frozenset({owner}),
        owner,
        stem=owner,
        head=head_text,
    )


def _project_of_tests(project: Project) -> tuple[Path, str] | None:
    """(the manifest, its framework): the one that is named after the file's own project, else the nearest one."""
    own = project.nearest("*.csproj")
    manifests = [each for each in project.near() if each.suffix == ".csproj"]
    if own is not None:
        manifests.sort(key=lambda each: own.stem not in each.stem)
    for manifest in manifests:
        text = project.text(manifest).lower()
        for name, (sign, _, _) in _FRAMEWORKS.items():
            if sign in text:
                return manifest, name
    return None


def _new(project: Project, manifest: Path, tests: list[Path], owner: str) -> Path:
    single = sum(each.stem.endswith("Test") for each in tests[:30])
    several = sum(each.stem.endswith("Tests") for each in tests[:30])
    name = f"{owner}{'Test' if single > several else 'Tests'}.cs"
    own = project.nearest("*.csproj")
    folder = manifest.parent
    for part in relative(project.file.parent, own.parent) if own is not None else ():
        if not project.disk.is_folder(folder / part):
            break
        folder = folder / part
    return folder / name
