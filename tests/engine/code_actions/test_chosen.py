"""Another model and another temperature for one action."""

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.code_actions.actions import action
from hearth.engine.code_actions.chosen import settings_for, temperature_for
from hearth.engine.code_actions.rewrite import rewrite
from hearth.engine.errors import SettingsError
from hearth.engine.settings import ActionSettings, ChatSettings, Settings
from hearth.engine.types import ChatPrompt
from tests.engine.code_actions.asked import place, target


def test_an_action_has_the_chat_s_model_and_no_temperature_unless_the_user_chose_others() -> None:
    chosen = Settings(actions=ActionSettings(models=("test = big",), temperatures=("instruct=0.4",)))
    assert settings_for(chosen, "test").chat.model == "big"
    assert settings_for(chosen, "bug") == chosen
    assert (temperature_for(chosen, "instruct"), temperature_for(chosen, "bug")) == (0.4, 0.0)


@pytest.mark.parametrize("row", ["test", "=big", "test=", ""])
def test_what_is_no_choice_is_told(row: str) -> None:
    with pytest.raises(SettingsError, match="is not ACTION=VALUE"):
        settings_for(Settings(actions=ActionSettings(models=(row,))), "bug")


@pytest.mark.parametrize("number", ["hot", "-1", "6", "nan"])
def test_what_is_no_temperature_is_told(number: str) -> None:
    with pytest.raises(SettingsError, match="no number from 0 to 5"):
        temperature_for(Settings(actions=ActionSettings(temperatures=(f"bug={number}",))), "bug")


async def test_the_model_is_told_what_the_user_wants_it_to_know_and_how_warm_to_be() -> None:
    where = place("def f(x):\n    ret‸urn x\n")
    row = action("bug")
    assert row is not None
    backend = ScriptedBackend([], answers=[["def f(x):\n    return x + 1"]])
    settings = ChatSettings(system="We use Python 2.")
    await rewrite(backend, settings, row, target("bug", where), temperature=0.4)
    (request,) = backend.requests
    assert isinstance(request.prompt, ChatPrompt) and request.temperature == 0.4
    assert request.prompt.messages[0].content.endswith("\nWe use Python 2.")
