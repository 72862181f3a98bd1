"""The tables of `server.py` name modules and functions that are there, and importing it imports none of them."""

import inspect
import json
import subprocess
import sys

import pytest

from hearth.lsp_server.features import Later
from hearth.lsp_server.server import COMMANDS, DOCUMENTS, FEATURES, NOTEBOOKS

MODULES = 125  # that are not Python's own; measured
# Tells on stderr what it has imported when it ends.
SERVE = """
import json, sys
from hearth.lsp_server.serve import main
try:
    main([])
finally:
    json.dump(list(sys.modules), sys.stderr)
"""


def framed(message: dict[str, object]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


INITIALIZE = (
    framed({"id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": None, "rootUri": None}})
    + framed({"id": 2, "method": "shutdown"})
    + framed({"method": "exit"})
)


@pytest.mark.parametrize("feature", [*DOCUMENTS, *NOTEBOOKS, *FEATURES], ids=lambda feature: feature.method)
def test_every_feature_has_its_handler(feature: object) -> None:
    handler = Later(feature.module).load()  # type: ignore[attr-defined]
    assert inspect.iscoroutinefunction(handler) == (feature not in (*DOCUMENTS, *NOTEBOOKS))
    assert len(inspect.signature(handler).parameters) == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_function(name: str) -> None:
    assert inspect.iscoroutinefunction(Later("workspace_execute_command", COMMANDS[name].function).load())


def test_answers_that_are_made_have_their_function() -> None:
    made = [feature.empty for feature in FEATURES if isinstance(feature.empty, Later)]
    assert made and all(callable(each.load()) for each in made)


def test_before_initialize_is_answered_no_feature_and_no_engine_is_imported() -> None:
    build = "from hearth.lsp_server.server import build; build()"
    code = f"{build}; import json, sys; print(json.dumps(list(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    found = {name for name in json.loads(told.stdout) if name.startswith("hearth.")}
    assert "hearth.lsp_server.features" in found
    rooms = ("lsp_server.features.", "engine.completion", "engine.context", "engine.backends", "engine.chat")
    assert [name for name in found if name.removeprefix("hearth.").startswith(rooms)] == []


def test_behind_initialize_the_imports_come_in_short_steps() -> None:
    """A step is one turn of the event loop; 20 modules of Hearth take some hundredths of a second."""
    code = (
        "import hearth.lsp_server.server, json, sys\n"
        "from importlib import import_module\n"
        "from hearth.lsp_server import features\n"
        "steps = {}\n"
        "for name in (*features.NEEDED, *features.LATER):\n"
        "    before = set(sys.modules)\n"
        "    import_module(f'hearth.{name}')\n"
        "    steps[name] = sum(each.startswith('hearth.') for each in set(sys.modules) - before)\n"
        "print(json.dumps(steps))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    steps = json.loads(told.stdout)
    assert len(steps) > 10
    assert {name: count for name, count in steps.items() if count > 20} == {}


def test_who_asks_before_that_has_come_to_it_waits_for_short_steps_too() -> None:
    code = (
        "import asyncio, json, sys\n"
        "from hearth.lsp_server.features import Later\n"
        "counts = []\n"
        "async def count():\n"
        "    while True:\n"
        "        counts.append(sum(each.startswith('hearth.') for each in sys.modules))\n"
        "        await asyncio.sleep(0)\n"
        "async def main():\n"
        "    import hearth.lsp_server.server\n"
        "    counting = asyncio.create_task(count())\n"
        "    await asyncio.sleep(0)\n"
        "    await Later('text_document_code_action').prepare()\n"
        "    await asyncio.sleep(0)\n"
        "    print(json.dumps([b - a for a, b in zip(counts, counts[1:])]))\n"
        "    assert 'hearth.engine.code_actions.actions' in sys.modules\n"
        "asyncio.run(main())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    steps = json.loads(told.stdout)
    assert sum(steps) > 50 and max(steps) <= 20, steps


def test_until_initialize_is_answered_few_modules_are_imported() -> None:
    """Each costs an editor's start some time. Those of Python itself differ from version to version."""
    told = subprocess.run(
        [sys.executable, "-c", SERVE], input=INITIALIZE, capture_output=True, check=True, timeout=60
    )
    assert b"capabilities" in told.stdout
    others = {name for name in json.loads(told.stderr) if name.split(".")[0] not in sys.stdlib_module_names}
    assert len(others) < 1.1 * MODULES, sorted(others)
