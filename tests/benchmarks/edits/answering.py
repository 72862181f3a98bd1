"""The two ways to an edit: by Hearth's code actions, and by asking the same model in a chat and pasting."""

import time
from contextlib import aclosing
from dataclasses import dataclass

from lsprotocol import types as lsp

from hearth.engine.backends import Backend
from hearth.engine.code_actions.actions import action
from hearth.engine.code_actions.targets import ActionContext, Problem
from hearth.engine.context.parsed import parse
from hearth.engine.languages import language_of
from hearth.engine.types import ChatMessage, ChatPrompt, ChatRequest, Piece
from tests.benchmarks.edits import checks
from tests.benchmarks.edits.tasks import FILES, Task
from tests.e2e.editor import MARK
from tests.lsp_server.acting import ActingEditor

_TOKENS = 512  # of a pasted answer, at most
_FRAMEWORKS = {"python": "pytest", "typescript": "vitest", "go": "the package testing"}
# What a user would write above the selected code.
_INSTRUCTIONS = {
    "fix": "Fix this problem: {problem}",
    "bug": "Find and fix the bug in this function.",
    "implement": "Implement this function.",
    "document": "Add documentation to this code.",
    "annotate": "Add type annotations to this function.",
    "test": "Write tests for this code, which stands in {file}, with {framework}.",
    "simplify": "Simplify this code.",
}


@dataclass(frozen=True, slots=True)
class Edited:
    """The text that a way has left; `refused` says why nothing was applied. `wrong` is the check's verdict."""

    task: str
    text: str
    tests: str
    refused: str
    parses: bool
    wrong: str
    seconds: float

    @property
    def right(self) -> bool:
        return not self.refused and not self.wrong


async def by_hearth(ed: ActingEditor, task: Task) -> Edited:
    """Open the file, choose the action, apply its edit: all by LSP."""
    began = time.perf_counter()
    ed.show(task.code, FILES[task.language], task.language)
    ed.other_changes.clear()
    said = len(ed.messages)
    offered = await ed.actions(*([task.problem] if task.problem else []))
    refused, tests = "", ""
    if task.kind not in offered:
        refused = "the action is not offered"
    else:
        edit = (await ed.resolve(offered[task.kind])).edit
        if edit is None:
            refused = " ".join(ed.messages[said:]) or "no reason was given"
        else:
            ed.apply(edit)
            tests = "".join(each.new_text for change in ed.other_changes for each in getattr(change, "edits", []))
    text = ed.text
    ed.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(ed.uri)))
    return _edited(task, text, tests, refused, began)


async def by_pasting(backend: Backend, task: Task) -> Edited:
    """Ask with the selected function and an instruction; paste the answer's first fence over the selection."""
    began = time.perf_counter()
    text = checks.original(task)
    start, end = selection(task)
    instruction = _INSTRUCTIONS[task.kind].format(
        problem=task.problem, file=FILES[task.language], framework=_FRAMEWORKS[task.language]
    )
    question = f"{instruction}\n\n```{task.language}\n{text[start:end]}\n```"
    request = ChatRequest("ask and paste", ChatPrompt((ChatMessage("user", question),)), max_tokens=_TOKENS)
    answer = ""
    async with aclosing(backend.generate(request)) as events:
        async for event in events:
            if isinstance(event, Piece):
                answer += event.text
    code = first_fence(answer)
    if task.kind == "test":
        return _edited(task, text, code, "", began)
    return _edited(task, text[:start] + code + text[end:], "", "", began)


def selection(task: Task) -> tuple[int, int]:
    """The lines of the function that Hearth's action would take, too."""
    start = task.code.index(MARK)
    end = task.code.rindex(MARK)
    end -= end > start  # the first mark goes
    code = parse(checks.original(task), language_of(task.language))
    problems = (Problem(start, end, task.problem),) if task.problem else ()
    row = action(task.kind)
    target = row.find(ActionContext(code, start, end, problems)) if row else None
    assert target is not None, task.label
    return code.text.rfind("\n", 0, target.start) + 1, target.end


def first_fence(answer: str) -> str:
    """What a user copies: the first fenced block, else all of it."""
    lines = answer.split("\n")
    fences = [number for number, line in enumerate(lines) if line.lstrip().startswith("```")]
    if not fences:
        return answer.strip()
    last = fences[1] if len(fences) > 1 else len(lines)
    return "\n".join(lines[fences[0] + 1 : last])


def _edited(task: Task, text: str, tests: str, refused: str, began: float) -> Edited:
    seconds = time.perf_counter() - began
    wrong = "" if refused else checks.verdict(task, text, tests)
    return Edited(task.label, text, tests, refused, checks.parses(task, text), wrong, round(seconds, 1))
