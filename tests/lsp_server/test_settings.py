import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.settings import Settings
from lsp_server.settings import Layer, read_toml, resolve

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
