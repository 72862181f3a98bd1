"""What a user without any model is offered: the one that suits this machine best, and the fastest."""

from collections.abc import Mapping
from dataclasses import dataclass

from hearth.engine.models import fit
from hearth.engine.models.fit import Advice, Machine, Speed
from hearth.engine.settings import Settings

NEEDED = "No code model is on this disk yet. Choose one; it is downloaded once."


@dataclass(frozen=True, slots=True)
class Offered:
    advice: Advice
    is_recommended: bool
    is_fastest: bool


def offered(machine: Machine, measured: Mapping[str, Speed]) -> tuple[Offered, ...]:
    """The best model, and the fastest one if that is another. Empty where none fits the memory."""
    able = [each for each in fit.rank("completion", machine, measured) if _suits(each)]
    if not able:
        return ()
    best, fastest = able[0], max(able, key=lambda each: each.speed.generation)
    if fastest.model.id == best.model.id:
        return (Offered(best, True, True),)
    return Offered(best, True, False), Offered(fastest, False, True)


def is_chosen(name: str) -> bool:
    """Whether somebody has named that model in the settings: then it is the one they want."""
    defaults = Settings()
    return name not in (defaults.completion.model, defaults.chat.model)


def _suits(advice: Advice) -> bool:
    """For completion and chat, so that nothing else has to be downloaded."""
    model = advice.model
    return advice.fits and model.recommended and model.code and not model.non_commercial and model.plays("chat")
