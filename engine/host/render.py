"""Runs a model's chat template, a program from a stranger's file, in a throw-away process.

A sandbox keeps it from reaching out, and nothing inside a Python process keeps it from going round for ever or
from making a text as large as the memory. So it has a process of its own with a limit of time and of memory.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, NoReturn

import msgspec

from hearth.engine import paths
from hearth.engine.errors import BrokenModel
from hearth.engine.msgspec_types import register

CPU_SECONDS = 3  # a template takes some milliseconds
PATIENCE_SECONDS = 30.0  # by the clock: the machine may be busy
MEMORY = 512 * 2**20  # bytes of address space
MOST_TEXT = 200_000  # characters of a prompt without what stands in the messages
_MOST_WORDS = 200  # characters of what a template says about itself
_ENDLESS = "it does not come to an end"
_CRASHES = "it crashes"
_FATAL = (signal.SIGSEGV, signal.SIGABRT, signal.SIGILL)
_TOO_LARGE = "it takes too much memory"


class Task(msgspec.Struct, frozen=True):
    """A template and what it is given: `conversations` of (role, content), tried in their order.

    The next one is tried where the template fails, or where it leaves out a text that it `must_say`. `day` is what
    tells today's answer from yesterday's: a template may write the date. `seconds` of processor time are the
    limit.
    """

    template: str
    conversations: tuple[tuple[tuple[str, str], ...], ...]
    must_say: tuple[str, ...] = ()
    think: bool = True
    begin: str = ""
    end: str = ""
    day: str = ""
    seconds: int = CPU_SECONDS


class _Outcome(msgspec.Struct, frozen=True):
    text: str = ""
    problem: str = ""


register(Task, _Outcome)
_tasks = msgspec.json.Decoder(Task)
_outcomes = msgspec.json.Decoder(_Outcome)


def rendered(task: Task) -> str:
    """What the template makes of it; remembered, as the messages are mere stand-ins. Blocks: call it in a thread.

    Raises `BrokenModel`, with what the template said or how it ended.
    """
    try:
        outcome = _outcome(task)
    except (OSError, subprocess.TimeoutExpired) as error:  # the machine's fault: another time it may work
        problem = _ENDLESS if isinstance(error, subprocess.TimeoutExpired) else str(error)
        raise BrokenModel(f"the model's chat template cannot be used: {problem}") from error
    if outcome.problem:
        raise BrokenModel(f"the model's chat template cannot be used: {outcome.problem}")
    return outcome.text


@lru_cache(maxsize=64)
def _outcome(task: Task) -> _Outcome:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "hearth.engine.host.render"],
        input=msgspec.json.encode(task),
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        cwd=paths.runtime_dir(),
        check=False,
    )
    if done.returncode < 0:
        return _Outcome(problem=_CRASHES if -done.returncode in _FATAL else _ENDLESS)
    try:
        return _outcomes.decode(done.stdout)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Outcome(problem=_TOO_LARGE)


def main() -> None:
    """Inside the throw-away process."""
    task = _tasks.decode(sys.stdin.buffer.read())
    _limit(task.seconds)
    sys.stdout.buffer.write(msgspec.json.encode(_first_that_works(task)))
    sys.stdout.flush()


def _first_that_works(task: Task) -> _Outcome:
    """The first outcome that says all; else the first that says anything; else the first problem."""
    outcomes = []
    for messages in task.conversations:
        outcome = _tried(task, messages)
        if not outcome.problem and all(text in outcome.text for text in task.must_say):
            return outcome
        outcomes.append(outcome)
    return next((outcome for outcome in outcomes if not outcome.problem), outcomes[0])


def _tried(task: Task, messages: Sequence[tuple[str, str]]) -> _Outcome:
    try:
        text = _text_of(task, messages)
    except MemoryError:
        return _Outcome(problem=_TOO_LARGE)
    except Exception as error:  # a program of a stranger can raise anything
        return _Outcome(problem=(str(error) or type(error).__name__)[:_MOST_WORDS])
    if len(text) > MOST_TEXT:
        return _Outcome(problem=f"it makes a prompt of {len(text):,} characters")
    return _Outcome(text)


def _text_of(task: Task, messages: Sequence[tuple[str, str]]) -> str:
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # only the throw-away process needs it

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _generation_blocks()]
    )
    environment.globals["raise_exception"] = _raise
    environment.globals["strftime_now"] = lambda layout: datetime.now().strftime(layout)
    text: Any = environment.from_string(task.template).render(
        messages=[{"role": role, "content": content} for role, content in messages],
        add_generation_prompt=True,
        enable_thinking=task.think,
        bos_token=task.begin,
        eos_token=task.end,
    )
    return str(text).encode("utf-8", "replace").decode()


def _generation_blocks() -> Any:
    """`{% generation %}` marks, for training, what the assistant says; all that is inside is simply said."""
    from jinja2.ext import Extension

    class GenerationBlocks(Extension):
        tags = {"generation"}  # noqa: RUF012 - as jinja2 has it

        def parse(self, parser: Any) -> Any:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    return GenerationBlocks


def _raise(message: object = "") -> NoReturn:
    from jinja2 import TemplateError

    raise TemplateError(str(message))


def _limit(cpu_seconds: int) -> None:
    """Of time and memory, where the system can; elsewhere only the clock of whoever waits is left."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # there is none on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        seconds = int(time.process_time()) + cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
    os._exit(0)  # what a template has made need not be taken apart
