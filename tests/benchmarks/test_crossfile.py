from pathlib import Path

import pytest

from hearth.engine.types import CompletionRequest, FimPrompt
from tests.benchmarks.crossfile import Answered, Kept, identifiers
from tests.benchmarks.crossfile_cases import Case, cases_of, find
from tests.benchmarks.packages import Project

TOOLS = "class Basket:\n    def put_inside(self, thing): pass\n\ndef price_of(name): pass\n\nRATES = 1\n"
UTIL = "export class Failure {}\nexport function merge(a: A): B {\n  return a\n}\n"


def project(root: Path, language: str, **files: str) -> Project:
    paths = []
    for name, text in files.items():
        path = root / name.replace("_", ".")
        path.write_text(text)
        paths.append(path)
    return Project(language, "sample", root, tuple(paths))


def places(cases: list[Case]) -> set[tuple[str, str, str]]:
    return {(case.name, case.kind, case.expected) for case in cases}


def test_a_use_of_what_another_file_defines_is_a_case(tmp_path: Path) -> None:
    shop = (
        "from tools import Basket, price_of\n\n\ndef total():\n    basket = Basket()\n"
        "    basket.put_inside('tea')\n    return price_of()\n"
    )
    found = cases_of(project(tmp_path, "python", tools_py=TOOLS, shop_py=shop))
    member = {("put_inside", "member", "put_inside('tea')"), ("put_inside", "call", "'tea')")}  # by chance
    assert places(found) - member == {("Basket", "name", "Basket()"), ("price_of", "name", "price_of()")}
    assert len(places(found) & member) == 1
    assert {case.defined_in.name for case in found} == {"tools.py"}
    assert all(case.defined_in in case.open_files for case in found)


def test_a_member_of_a_module_is_a_case(tmp_path: Path) -> None:
    text = "import * as util from './util'\n\nexport function f() {\n  throw new util.Failure()\n}\n"
    found = cases_of(project(tmp_path, "typescript", util_ts=UTIL, a_ts=text))
    assert places(found) == {("Failure", "member", "Failure()")}


def test_where_a_third_file_uses_the_name_is_known(tmp_path: Path) -> None:
    shop = "from tools import price_of\n\n\na = price_of('tea')\n"
    files = {"tools_py": TOOLS, "shop_py": shop, "stall_py": shop.replace("tea", "bun")}
    found = cases_of(project(tmp_path, "python", **files))
    uses = {case.file.name: case.other_use for case in found}
    place = shop.index("price_of('") + len("price_of")
    assert uses == {"shop.py": (tmp_path / "stall.py", place), "stall.py": (tmp_path / "shop.py", place)}


@pytest.mark.parametrize(
    "line",
    [
        "x = RATES_OF\n",  # nobody defines it
        "# price_of(name) is here\n",
        "x = 'price_of(name)'\n",
        "price_of = 3\ny = price_of + price_of\n",  # this file's own
    ],
)
def test_what_needs_no_other_file_is_no_case(tmp_path: Path, line: str) -> None:
    shop = f"from tools import price_of\n\n\n{line}"
    found = cases_of(project(tmp_path, "python", tools_py=TOOLS, shop_py=shop))
    assert found == []


def test_a_name_that_stands_nearby_needs_no_other_file(tmp_path: Path) -> None:
    shop = "from tools import price_of\n\n\na = price_of(1)\nb = price_of(2)\n"
    assert cases_of(project(tmp_path, "python", tools_py=TOOLS, shop_py=shop)) == []


def test_a_name_that_two_files_define_is_nobodys(tmp_path: Path) -> None:
    shop = "from tools import price_of\n\n\na = price_of(1)\n"
    files = {"tools_py": TOOLS, "other_py": TOOLS, "shop_py": shop}
    assert cases_of(project(tmp_path, "python", **files)) == []


def test_fewer_cases_are_the_first_of_more(tmp_path: Path) -> None:
    shop = "from tools import Basket, price_of\n\n\na = price_of('tea')\n\n\ndef f():\n    return Basket()\n"
    projects = [project(tmp_path, "python", tools_py=TOOLS, shop_py=shop)]
    all_of_them = find(projects, 10, seed=1)
    assert len(all_of_them) == 2
    assert find(projects, 1, seed=1) == all_of_them[:1]


def test_answers_are_judged_by_the_line_and_by_its_identifiers() -> None:
    def answered(answer: str) -> Answered:
        return Answered("c", "python", "call", "with", "name, count=1)", answer, 0, {})

    assert answered(" name, count=1) ").exact
    assert not answered("name, count=2)").exact
    assert answered("name, count=2)").same_identifiers
    assert not answered("count, name=1)").same_identifiers
    assert identifiers("$ZodType<_a1>, 3") == ["$ZodType", "_a1"]


def test_a_prompt_is_asked_once(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    asked, other = (CompletionRequest("d", FimPrompt(above, "")) for above in ("a\n", "b\n"))
    Kept(file, "model").add(asked, "answer\n")
    assert Kept(file, "model").find(asked) == "answer\n"
    assert Kept(file, "model").find(other) is None
    assert Kept(file, "another model").find(asked) is None
