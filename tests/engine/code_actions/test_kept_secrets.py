"""Code actions on code with keys in it: the model sees none, and the file keeps every one byte for byte."""

import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.code_actions.actions import action
from hearth.engine.code_actions.edits import applied
from hearth.engine.code_actions.rewrite import rewrite, write_tests
from hearth.engine.code_actions.targets import ActionContext
from hearth.engine.code_actions.unit_tests import plan
from hearth.engine.errors import EditRefused
from hearth.engine.settings import ChatSettings
from hearth.engine.types import ChatRequest, Finished, FinishReason, Piece
from tests.engine.code_actions.asked import place, target
from tests.engine.secrets.examples import ISSUED, PLAIN, any_of

GITHUB = next(key for name, key in ISSUED if name == "a GitHub token")
PASSWORD = "pä" + "$wörd9Kd"
SECRET = any_of(PLAIN, 40)
HEAD = f'"""Orders."""\n\nDATABASE = "postgres://shop:{PASSWORD}@db/shop"\n\n\n'
CODE = (
    f'def con‸nect(host, token="{GITHUB}", retries=3):\n'
    "    # first the login\n"
    f'    password = "{PASSWORD}"\n'
    f'    api_key = "{SECRET}"\n'
    "    client = open(host, DATABASE, password, api_key)\n"
    "    result = client.login(token)\n"
    "    return result\n"
)
KEYS = (GITHUB, PASSWORD, SECRET)
STAND_IN = re.compile(r'token="(\w+)"')


class Echo(ScriptedBackend):
    """Answers with what is made of the code that it is shown."""

    def __init__(self, change: Callable[[str], str]) -> None:
        super().__init__([])
        self.change = change

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece | Finished, None]:
        self.requests.append(request)
        code = re.findall(r"```\w*\n(.*?)```", request.prompt.messages[1].content, re.DOTALL)[-1]
        yield Piece(f"```python\n{self.change(code)}\n```")
        yield Finished(FinishReason.EOG)


async def changed(name: str, where: ActionContext, change: Callable[[str], str]) -> str:
    """The text after the action; no key may be in what was asked."""
    row = action(name)
    assert row is not None
    backend = Echo(change)
    try:
        result = await rewrite(backend, ChatSettings(), row, target(name, where))
        return applied(where.code.text, result.edits)
    finally:
        asked = str(backend.requests)
        assert backend.requests
        assert [key for key in KEYS if key in asked] == []


def shorter(code: str) -> str:
    return code.replace("    result = client.login(token)\n    return result", "    return client.login(token)")


def typed(code: str) -> str:
    return re.sub(
        r"\(host, token=(\"\w+\"), retries=3\)", r"(host: str, token: str = \1, retries: int = 3) -> str", code
    )


def rewritten(code: str) -> str:
    """Also each line that has a key."""
    return code.replace("    password = ", "    password: str = ").replace("api_key = ", "api_key: str = ")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("fix", shorter),
        ("bug", shorter),
        ("bug", rewritten),
        ("simplify", shorter),
        ("annotate", typed),
        ("instruct", rewritten),
        ("document", lambda code: code.replace("    # first", '    """Log in."""\n    # first')),
    ],
)
async def test_a_rewritten_function_keeps_its_key(name: str, change: Callable[[str], str]) -> None:
    problem = f'"{PASSWORD}" and {GITHUB} do not belong here' if name == "fix" else ""
    where = place(HEAD + CODE, problem=problem, instruction=f"log in with {GITHUB}" if name == "instruct" else "")
    text = where.code.text
    after = await changed(name, where, change)
    assert after != text
    assert [after.count(key) for key in KEYS] == [text.count(key) for key in KEYS]
    assert "hidden" not in after
    if name not in ("annotate", "document"):
        assert after == HEAD + change(CODE.replace("‸", ""))


@pytest.mark.parametrize("name", ["bug", "instruct", "simplify"])
async def test_a_rewritten_line_keeps_its_key_of_whatever_kind(name: str) -> None:
    """The line with the key is written anew, beside one that is removed."""
    for kind, key in ISSUED:
        where = place(f'def f‸(client):\n    one = "{key}"\n    two = client.login(one)\n    return two\n')
        where = replace(where, instruction="shorter")
        after = await changed(
            name,
            where,
            lambda code: re.sub(
                r"    one = (.*)\n    two = .*\n    return two", r"    return client.login(\1)", code
            ),
        )
        assert after == f'def f(client):\n    return client.login("{key}")\n', kind


async def test_two_keys_may_change_places() -> None:
    other = any_of(PLAIN, 40)
    where = place(f'def f‸():\n    first_token = "{SECRET}"\n    second_token = "{other}"\n    return 1\n')

    def change(code: str) -> str:
        one, two = re.findall(r"hidden\w+", code)
        return code.replace(one, "?").replace(two, one).replace("?", two)

    after = await changed("bug", where, change)
    assert after == f'def f():\n    first_token = "{other}"\n    second_token = "{SECRET}"\n    return 1\n'


async def test_a_key_that_was_named_only_in_the_instruction_is_written() -> None:
    where = place("def con‸nect(host):\n    return open(host)\n", instruction=f"use {GITHUB}")

    row = action("instruct")
    assert row is not None
    backend = ScriptedBackend([])

    async def chat(request: ChatRequest) -> AsyncGenerator[Piece | Finished, None]:
        asked = request.prompt.messages[1].content
        assert GITHUB not in asked
        word = re.search(r"hidden\w+", asked)
        assert word is not None
        yield Piece(f'def connect(host):\n    return open(host, "{word[0]}")')
        yield Finished(FinishReason.EOG)

    backend.chat = chat  # type: ignore[method-assign]
    result = await rewrite(backend, ChatSettings(), row, target("instruct", where))
    assert f'open(host, "{GITHUB}")' in applied(where.code.text, result.edits)


@pytest.mark.parametrize("name", ["fix", "bug", "simplify", "instruct"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda word: word[:-3],
        lambda word: word[:10] + word[12:],
        lambda word: word[:12] + "x" + word[13:],
        lambda word: word + word[-4:],
        str.lower,
    ],
)
async def test_a_key_that_comes_back_damaged_is_refused(name: str, damage: Callable[[str], str]) -> None:
    def change(code: str) -> str:
        return STAND_IN.sub(lambda found: f'token="{damage(found[1])}"', shorter(code))

    where = place(HEAD + CODE, problem="wrong" if name == "fix" else "", instruction="shorter")
    with pytest.raises(EditRefused, match=r"hidden from the model|differ in"):
        await changed(name, where, change)


@pytest.mark.parametrize("name", ["bug", "simplify"])
async def test_an_answer_that_leaves_a_key_out_is_refused(name: str) -> None:
    def change(code: str) -> str:
        return re.sub(r'    api_key = "\w+"\n', "", shorter(code)).replace(", api_key)", ")")

    with pytest.raises(EditRefused, match="omitted a key"):
        await changed(name, place(HEAD + CODE), change)


@pytest.mark.parametrize("name", ["fix", "instruct"])
async def test_a_key_may_be_taken_out_by_who_asks_for_that(name: str) -> None:
    def change(code: str) -> str:
        return re.sub(r'api_key = "\w+"', 'api_key = os.environ["KEY"]', code)

    where = place(HEAD + CODE, problem="a key in the code" if name == "fix" else "", instruction="no keys")
    after = await changed(name, where, change)
    assert SECRET not in after and 'os.environ["KEY"]' in after
    assert (after.count(GITHUB), after.count(PASSWORD)) == (1, 2)


async def test_a_key_is_not_written_into_a_file_of_tests(tmp_path: Path) -> None:
    where = place(HEAD + CODE)
    row = action("test")
    assert row is not None
    found = plan(target("test", where), str(tmp_path / "shop.py"), str(tmp_path), lambda path: None)

    def change(code: str) -> str:
        return f"def test_connect():\n    assert connect('x', token={words[0]!r})\n"

    words: list[str] = []

    class Tests(Echo):
        async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece | Finished, None]:
            asked = request.prompt.messages[1].content
            assert [key for key in KEYS if key in asked] == []
            words.extend(STAND_IN.findall(asked))
            yield Piece(change(""))
            yield Finished(FinishReason.EOG)

    with pytest.raises(EditRefused, match="must not be copied to another file"):
        await write_tests(Tests(change), ChatSettings(), row, target("test", where), found)
