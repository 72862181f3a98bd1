"""Proves after loading that the model decodes on this machine and can fill in the middle.

Native kernels that are wrong for a processor crash, give NaN, or give different answers for a batch and for
single tokens. About 40 tokens of work, whose speed is what `hearth doctor` and the budgets use.
"""

import time

import numpy as np

from hearth.engine.errors import BrokenModel
from hearth.engine.fim import FIM_TEMPLATES
from hearth.engine.host.native import Logits
from hearth.engine.host.profiles import Verdict
from hearth.engine.host.session import Session
from hearth.engine.types import CompletionRequest, FimPrompt, Piece, StopPolicy

_ABOVE = "def add(first, second):\n    return first + second\n\n\ndef subtract(first, second):\n    return "
_BELOW = "\n\n\nprint(add(2, 3))\nprint(subtract(5, 2))\n"
_SINGLE = 4


def run(session: Session) -> Verdict:
    """Never raises for a bad model: the verdict says what is wrong."""
    try:
        return _verdict(session)
    except BrokenModel as error:
        return Verdict(False, str(error))


def _verdict(session: Session) -> Verdict:
    tokens = session.model.tokenize(_ABOVE + _BELOW)
    context = session.cache.context
    began = time.perf_counter()
    context.decode(0, tokens, 0)
    prefill_speed = len(tokens) / (time.perf_counter() - began)
    at_once = context.logits()
    if not context.keep(0, len(tokens) - _SINGLE):
        context.drop(0)
        context.decode(0, tokens[:-_SINGLE], 0)
    began = time.perf_counter()
    for position in range(len(tokens) - _SINGLE, len(tokens)):
        context.decode(0, tokens[position : position + 1], position)
    decode_speed = _SINGLE / (time.perf_counter() - began)
    one_by_one = context.logits()
    context.drop(0)
    if not (np.isfinite(at_once).all() and np.isfinite(one_by_one).all()):
        return Verdict(False, "the model's outputs are not numbers")
    if _similarity(at_once, one_by_one) < 0.98:
        return Verdict(False, "a batch and single tokens give different outputs")
    return Verdict(True, "", _fim(session), prefill_speed, decode_speed)


def _fim(session: Session) -> str:
    if session.family not in FIM_TEMPLATES:
        return "none"
    prompt = FimPrompt(above=_ABOVE, below=_BELOW)
    request = CompletionRequest("self-test", prompt, StopPolicy(mode="line"), max_tokens=8)
    answer = "".join(step.text for step in session.generate(request) if isinstance(step, Piece))
    return "yes" if "first" in answer and "second" in answer else "nonsense"


def _similarity(left: Logits, right: Logits) -> float:
    """Cosine; the logits differ a little between kernels, wrong ones differ a lot."""
    norm = float(np.linalg.norm(left) * np.linalg.norm(right)) or 1.0
    return float(left @ right) / norm
