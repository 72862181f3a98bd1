from pathlib import Path

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
    assert len(problems) == 2


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
