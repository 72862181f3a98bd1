"""Names of Hearth's own catalogue mean nothing to other programs, and are not sent to them."""

from collections.abc import Sequence

from hearth.engine.backends.shared.http import names_of
from hearth.engine.errors import SettingsError
from hearth.engine.models import catalog

_CHOOSE = (
    "Choose a model that the server offers, in the editor's model menu or with completion.model and chat.model."
)


def for_server(model: str, offered: Sequence[str]) -> str:
    """The name to ask a server by that offers these. Raises `SettingsError` where there is none.

    A name of the catalogue is sent where the server has a model of that name. Else the one model of a server that
    has no other is meant, as llama-server answers to any name.
    """
    if model in offered or model.lower() not in catalog.models():
        return model
    if len(offered) == 1:
        return offered[0]
    offers = f"It offers: {names_of(offered)}. " if offered else "It does not say what it offers. "
    raise SettingsError(
        f"{model} is a name of Hearth's own catalogue, which the server does not know. {offers}{_CHOOSE}"
    )


def for_ollama(model: str) -> str:
    """What Ollama's library calls that model. Raises `SettingsError` for one that it does not have."""
    row = catalog.models().get(model.lower())
    if row is None:
        return model
    if not row.ollama:
        raise SettingsError(f"{model} is a name of Hearth's own catalogue, which Ollama does not know. {_CHOOSE}")
    return row.ollama[0]
