"""Every language that Hearth knows, in the real server: it opens, completes and offers actions, parsed or not."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hearth.engine.languages import LANGUAGES, Language
from tests.engine.languages.test_blocks import LINES
from tests.lsp_server.acting import ActingEditor, acting

pytestmark = pytest.mark.asyncio(loop_scope="module")
READ_BY_HAND = [language for language in LANGUAGES if not language.grammar]
ANSWER = "one_two"
SETTINGS = {
    "completion": {"backend": "scripted", "model": ANSWER},
    "chat": {"backend": "scripted", "model": "```\nfixed line\n```"},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[ActingEditor]:
    async with acting(settings=SETTINGS) as ed:
        yield ed


def _show(ed: ActingEditor, language: Language, marked: str) -> None:
    suffix = language.suffixes[0]
    ed.show(marked, f"sample{suffix}", language.lsp_ids[0])
    ed.client.messages.clear()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
@pytest.mark.parametrize("automatic", [True, False], ids=["automatic", "invoked"])
async def test_completion(server: ActingEditor, language: Language, automatic: bool) -> None:
    opening = (LINES[language.name][0] or ["name = value"])[0]
    _show(server, language, f"{opening}\n    ‸\n")
    assert await server.ghost(automatic) == ANSWER
    for marked in (f"{opening}‸\n", "‸", f"x = (‸)\n{opening}\n", 'x = "‸"\n', f"{language.comment} ‸\n"):
        _show(server, language, marked)
        assert ANSWER.startswith((await server.ghost(automatic)).strip())
    assert server.messages == []


@pytest.mark.parametrize("language", READ_BY_HAND, ids=lambda language: language.name)
async def test_actions_without_a_tree(server: ActingEditor, language: Language) -> None:
    """What needs no definition is offered: a problem is fixed by its own line, and anything is explained."""
    opening = (LINES[language.name][0] or ["name = value"])[0]
    _show(server, language, f"{opening}\n    first\n    sec‸ond\n")
    assert set(await server.actions()) == {"explain"}
    assert set(await server.actions("wrong")) == {"fix", "explain"}
    assert await server.take("fix", "wrong") == f"{opening}\n    first\n    fixed line\n"
    assert server.messages == []
