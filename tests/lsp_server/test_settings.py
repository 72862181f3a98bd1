import os
import time
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.settings import Settings
from hearth.lsp_server.settings import Layer, read_toml, resolve
from tests.lsp_server.acting import acting

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def test_later_layers_win_field_by_field() -> None:
    settings, problems = resolve(
        [
            Layer("file", {"completion": {"model": "a", "max_lines": 3}}),
            Layer("editor", {"completion": {"model": "b"}}),
        ]
    )
    assert problems == []
    assert (settings.completion.model, settings.completion.max_lines) == ("b", 3)


def test_a_wrong_value_leaves_what_was_there_and_is_told_by_name() -> None:
    settings, problems = resolve(
        [Layer("file", {"host": {"threads": 2}}), Layer("editor", {"host": {"threads": "many"}})]
    )
    assert settings.host.threads == 2
    assert len(problems) == 1
    assert problems[0].startswith("editor: hearth.host.threads = 'many' is wrong")


def test_null_means_not_set() -> None:
    assert resolve([Layer("editor", {"completion": {"model": None}})]) == (Settings(), [])


def test_lists_become_tuples() -> None:
    settings, problems = resolve([Layer("editor", {"completion": {"languages_off": ["python"]}})])
    assert (settings.completion.languages_off, problems) == (("python",), [])


def test_a_kind_of_place_that_is_unknown_is_told_and_leaves_the_default() -> None:
    settings, problems = resolve([Layer("editor", {"completion": {"off_in": ["comments", "docs"]}})])
    assert settings.completion.off_in == ()
    assert len(problems) == 1 and "off_in" in problems[0] and "docs" in problems[0]


def test_a_project_sets_only_what_is_harmless() -> None:
    settings, problems = resolve(
        [
            Layer(
                "project",
                {"completion": {"max_lines": 2, "backend": "evil"}, "openai_compatible": {"url": "http://evil"}},
                trusted=False,
            )
        ]
    )
    assert settings.completion.max_lines == 2
    assert (settings.completion.backend, settings.openai_compatible) == ("local", Settings().openai_compatible)
    assert len(problems) == 1
    assert "hearth.completion.backend is ignored" in problems[0]
    assert "hearth.openai_compatible.url is ignored" in problems[0]


@pytest.mark.parametrize("trusted", [True, False])
def test_of_many_problems_five_are_named_and_the_rest_is_counted(trusted: bool) -> None:
    began = time.thread_time()
    _, problems = resolve([Layer("hearth.toml", {f"modle{n}": n for n in range(100_000)}, trusted)])
    assert time.thread_time() - began < 5  # to look for what each of them may mean takes over half a minute
    (message,) = problems
    assert message.count("there is no setting") == 5
    assert message.endswith("; and 99,995 more problems")


def test_keys_and_values_are_written_so_that_nothing_in_them_is_hidden_or_long() -> None:
    _, problems = resolve(
        [Layer("f", {"a\u202eb\x1b": 1, "x" * 10**6: 1, "completion": {"max_lines": "\u200b" * 10**6}})]
    )
    assert r"hearth.'a\u202eb\x1b'" in problems[0]
    assert len(problems[0]) < 600 and problems[0].isprintable()


def test_a_broken_file_says_where_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "hearth.toml"
    path.write_text("'\u202e[x](command:y)' = {" + "a" * 10_000)
    _, (problem,) = read_toml(path, False)
    assert len(problem) < 400 and "\n" not in problem


def test_a_broken_file_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "hearth.toml"
    assert read_toml(path, True) == (None, [])
    path.write_text("[completion\n")
    layer, problems = read_toml(path, True)
    assert layer is None and len(problems) == 1 and str(path) in problems[0]


@given(st.dictionaries(st.sampled_from(["completion", "chat", "host", "debug", "x"]), json_values))
def test_whatever_an_editor_sends_there_are_settings(values: dict[str, object]) -> None:
    settings, _ = resolve([Layer("editor", values)])
    assert isinstance(settings, Settings)


@given(json_values)
def test_whatever_a_section_holds_there_are_settings(value: object) -> None:
    settings, _ = resolve([Layer("editor", {"completion": {"model": value, "max_lines": value}})])
    assert isinstance(settings.completion.model, str)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 60_000,
        "a = " + "{a=" * 1_300,
        "a." * 30_000 + "a = 1",
        "[" + "a." * 30_000 + "a]",
        "a = " + "1" * 4_090,
        "\n" * 20 + "a = 0x" + "f" * 60_000,
        "a = '\0'",
        "# " + "x" * 70_000,
    ],
)
def test_a_hostile_file_is_one_problem_and_costs_little(tmp_path: Path, text: str) -> None:
    path = tmp_path / "hearth.toml"
    path.write_text(text)
    began = time.process_time()
    layer, problems = read_toml(path, False, seconds=60)
    told = problems + resolve([layer] if layer else [])[1]
    assert time.process_time() - began < 2  # seconds of processor time; without a bound the parser takes 18
    assert len(told) == 1 and str(path) in told[0] and len(told[0]) < 400


@pytest.mark.parametrize("data", ["max_lines = 3".encode("utf-16"), b"\xef\xbb\xbf" + b"max_lines = 3 # \xc3\xa9"])
def test_a_file_in_another_encoding_is_read(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "hearth.toml"
    path.write_bytes(data)
    layer, problems = read_toml(path, True)
    assert layer is not None and layer.values == {"max_lines": 3} and problems == []


@pytest.mark.parametrize("kind", ["pipe", "zero", "folder", "loop"])
def test_what_is_no_file_is_one_problem(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "hearth.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "zero" else path.name)
    layer, problems = read_toml(path, True)
    assert layer is None and len(problems) == 1 and "is ignored" in problems[0]


def test_of_100_000_problems_five_are_told_and_the_others_counted() -> None:
    began = time.process_time()
    _, problems = resolve([Layer("file", {f"key{number}": 1 for number in range(100_000)})])
    assert time.process_time() - began < 2  # seconds of processor time; to look for what was meant takes 20
    assert len(problems) == 1 and problems[0].count("there is no setting") == 5
    assert problems[0].startswith("file: ") and problems[0].endswith("; and 99,995 more problems")


def test_each_layer_has_its_own_count() -> None:
    wrong = {f"key{number}": 1 for number in range(5)}
    _, problems = resolve([Layer("a", wrong), Layer("b", wrong)])
    assert [problem[:2] for problem in problems] == ["a:", "b:"]
    assert all(problem.count("there is no setting") == 5 for problem in problems)


def numbers() -> list[tuple[str, str, Any]]:
    """(table, setting, type with its range) of every number."""
    found = []
    for table in fields(Settings):
        kind = get_type_hints(Settings)[table.name]
        for each in fields(kind) if is_dataclass(kind) else []:
            hint = get_type_hints(kind, include_extras=True)[each.name]
            if (hint.__origin__ if hasattr(hint, "__metadata__") else hint) in (int, float):
                found.append((table.name, each.name, hint))
    return found


def test_every_number_has_a_range_and_its_default_is_in_it() -> None:
    assert len(numbers()) >= 14
    for table, name, hint in numbers():
        (limits,) = hint.__metadata__
        assert limits.least <= getattr(getattr(Settings(), table), name) <= limits.most, name


@pytest.mark.parametrize(
    "value",
    [-5, -(10**30), 10**30, pytest.param(16**5_000, id="huge"), float("nan"), float("inf"), float("-inf"), 1e300],
)
def test_a_number_out_of_its_range_is_told_with_the_range_and_the_default_used(value: float) -> None:
    for table, name, hint in numbers():
        settings, problems = resolve([Layer("file", {table: {name: value}})])
        assert settings == Settings()
        assert len(problems) == 1 and f"hearth.{table}.{name}" in problems[0] and len(problems[0]) < 300
        if isinstance(value, float) == (hint.__origin__ is float) and abs(value) < 10**18:
            assert f"from {hint.__metadata__[0].least:,} to {hint.__metadata__[0].most:,}" in problems[0]


def test_both_ends_of_a_range_are_allowed() -> None:
    for table, name, hint in numbers():
        for value in hint.__metadata__[0]:
            assert resolve([Layer("file", {table: {name: hint.__origin__(value)}})])[1] == [], name


def test_values_of_any_depth_and_length_are_one_short_problem() -> None:
    deep: object = 1
    for _ in range(10_000):
        deep = [deep]
    for value in (deep, {"a": deep}, "x" * 1_000_000, ["x" * 1_000_000], ["x"] * 1_000_000, "x" * 70_000):
        for table in ({"model": value}, value):
            settings, problems = resolve([Layer("editor", {"completion": table})])
            assert settings == Settings()
            assert 1 <= len(problems) <= 6 and all(len(problem) < 400 for problem in problems)
    assert resolve([Layer("editor", {"completion": {"languages_off": ["x"] * 5_000}})])[0] == Settings()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_however_an_editor_has_encoded_it(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "hearth.toml"
    path.write_bytes("[completion]\r\nmodel = 'ü.gguf'\r\n".encode(encoding))
    layer, problems = read_toml(path, True)
    assert layer and not problems and layer.values == {"completion": {"model": "ü.gguf"}}


def test_a_path_of_windows_in_double_quotes_is_told_with_how_to_write_it(tmp_path: Path) -> None:
    path = tmp_path / "hearth.toml"
    path.write_text('[completion]\nmodel = "C:\\models\\x.gguf"\n')
    _, (problem,) = read_toml(path, True)
    assert "write paths in single quotes" in problem
    path.write_text("[completion]\nmodel = 'C:\\models\\x.gguf'\n")
    layer, problems = read_toml(path, True)
    assert layer and not problems
    path.write_text("[completion\n")
    _, (problem,) = read_toml(path, True)
    assert "quotes" not in problem


@pytest.mark.parametrize("wanted", [True, False])
async def test_the_setting_debug_logs_more(wanted: bool, tmp_path: Path) -> None:
    settings = {"completion": {"backend": "scripted", "model": "hello"}, "debug": wanted}
    async with acting(settings=settings, home=tmp_path / "home") as ed:
        ed.open("x = ‸\n")
        assert await ed.ghost() == "hello"
    log = (tmp_path / "home" / "logs" / "server.log").read_text()
    assert (" DEBUG " in log) == wanted
