from dataclasses import replace
from pathlib import PureWindowsPath

import pytest

from hearth.engine import library
from hearth.engine.errors import HearthError, SettingsError
from hearth.engine.library import Hearth
from hearth.engine.settings import Settings


def test_a_completion_is_plain_text() -> None:
    with Hearth("width * height", backend="scripted") as hearth:
        assert hearth.complete("def area(width, height):\n    return ", "\n") == "width * height"
        assert hearth.complete("x = 1; y = ", "\n", path="a.js") == "width * height"


def test_a_chat_streams_without_what_the_model_thinks() -> None:
    with Hearth("<think>Hm.</think>It |adds |numbers.", backend="scripted") as hearth:
        assert list(hearth.chat("What is this?")) == ["It ", "adds ", "numbers."]
        assert next(iter(hearth.chat("What?", "It adds.", "Why?"))) == "It "  # not read to its end


def test_settings_may_be_given_and_errors_are_the_engines() -> None:
    with pytest.raises(SettingsError, match="no backend named"):
        Hearth(backend="nothing")
    settings = Settings(ollama=replace(Settings().ollama, url="http://127.0.0.1:9"))
    with Hearth("m", "ollama", settings) as hearth:
        with pytest.raises(HearthError, match="Nothing answers"):
            hearth.complete("x = ")


def test_a_path_need_not_be_one_of_this_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a path without a drive has no URI."""
    monkeypatch.setattr(library, "PurePath", PureWindowsPath, raising=False)
    with Hearth("width * height", backend="scripted") as hearth:
        for path in ("a.py", "C:\\src\\a.py", "src/ä b#c.py"):
            assert hearth.complete("def area(width, height):\n    return ", "\n", path) == "width * height"
