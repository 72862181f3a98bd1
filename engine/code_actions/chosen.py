"""The model and the temperature that the user has chosen for one action."""

from collections.abc import Sequence
from dataclasses import replace

from hearth.engine.characters import quoted
from hearth.engine.errors import SettingsError
from hearth.engine.settings import Settings

_HOTTEST = 5.0


def settings_for(settings: Settings, action: str) -> Settings:
    """The settings with what answers this action as the chat's model. Raises `SettingsError`."""
    model = _chosen("actions.models", settings.actions.models).get(action)
    return replace(settings, chat=replace(settings.chat, model=model)) if model else settings


def temperature_for(settings: Settings, action: str) -> float:
    """0, the most probable answer, unless the user wants something else. Raises `SettingsError`."""
    said = _chosen("actions.temperatures", settings.actions.temperatures).get(action, "0")
    try:
        temperature = float(said)
    except ValueError:
        temperature = -1.0
    if not 0 <= temperature <= _HOTTEST:
        raise SettingsError(f"actions.temperatures: {quoted(said)} is no number from 0 to {_HOTTEST:.0f}")
    return temperature


def _chosen(name: str, rows: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        action, equals, value = row.partition("=")
        if not equals or not action.strip() or not value.strip():
            raise SettingsError(f"{name}: {quoted(row)} is not ACTION=VALUE")
        found[action.strip()] = value.strip()
    return found
