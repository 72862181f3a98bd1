"""What Ollama is asked, as its API wants it: the bodies of /api/generate and /api/chat."""

from typing import Any

from hearth.engine import fim
from hearth.engine.backends.shared import ollama_wire, thinking
from hearth.engine.backends.shared.json_text import count, number, sound
from hearth.engine.backends.shared.ollama_model import Ability, refuse_long
from hearth.engine.settings import OllamaSettings
from hearth.engine.types import ChatRequest, FimPrompt, Usage


def filling(
    model: str, ability: Ability, prompt: FimPrompt, limit: int, settings: OllamaSettings
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """For the text at the cursor, in at most `limit` tokens; and the marks that end it. Not for the way "chat"."""
    options: dict[str, Any] = {"num_predict": limit, "temperature": 0.0}
    stops: tuple[str, ...] = ()
    if ability.way == "suffix":
        left, right = fim.sides(prompt)
        fields: dict[str, Any] = {"prompt": sound(left), "suffix": sound(right)}
    else:
        template = fim.FIM_TEMPLATES[ability.family]
        fields = {"prompt": sound(fim.raw(template, prompt)), "raw": True}
        stops = fim.stop_strings(template)
        options["stop"] = list(stops)
    refuse_long(ability, fields["prompt"] + fields.get("suffix", ""), limit)
    return {**_always(model, ability, options, settings), **fields, "think": False}, stops


def talking(
    model: str, ability: Ability, request: ChatRequest, room: int, may_say: bool, settings: OllamaSettings
) -> dict[str, Any]:
    """For a conversation's next message, of which `room` tokens must fit the window.

    `may_say`: the model takes it when it is told whether to think.
    """
    messages, think = request.prompt.messages, request.prompt.think
    habit = thinking.habit_of(model)
    how: bool | str | None = think
    if habit is not None and habit.has_effort:
        how = None if think else "low"
    elif habit is not None and not think and not ability.thinks:
        messages = thinking.told_not_to(habit, messages)
    refuse_long(ability, "".join(each.content for each in messages), room)
    options = {"num_predict": request.max_tokens, "temperature": request.temperature}
    return {
        **_always(model, ability, options, settings),
        "messages": [{"role": message.role, "content": sound(message.content)} for message in messages],
        **({"think": how} if may_say and how is not None else {}),
    }


def usage(part: ollama_wire.Part) -> Usage:
    """Ollama counts in nanoseconds."""
    prompt = count(part.prompt_eval_count)
    return Usage(
        prompt_tokens=prompt,
        evaluated_tokens=prompt,
        generated_tokens=count(part.eval_count),
        prefill_ms=number(part.prompt_eval_duration) / 1e6,
        decode_ms=number(part.eval_duration) / 1e6,
    )


def _always(model: str, ability: Ability, options: dict[str, Any], settings: OllamaSettings) -> dict[str, Any]:
    """What each request says: the model, its window, and that nothing is cut to fit that without a word."""
    window = {"num_ctx": ability.window} if ability.is_asked else {}
    kept = ollama_wire.keep_alive(settings)
    return {
        "model": model,
        "options": {**options, **window},
        "truncate": False,
        "shift": False,
        **({} if kept is None else {"keep_alive": kept}),
    }
