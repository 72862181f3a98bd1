"""Ghost text in a file with keys: what is asked has none, and what is shown has this file's own or none."""

from hearth.engine.backends.scripted import ScriptedBackend
from hearth.engine.secrets.hiding import seen_by_model, stand_ins
from hearth.engine.types import FimPrompt
from tests.engine.completion.typed_in import Typing
from tests.engine.secrets.examples import ISSUED, PLAIN, any_of

GITHUB = next(key for name, key in ISSUED if name == "a GitHub token")


def stand_in(key: str) -> str:
    return stand_ins(seen_by_model(f'token = "{key}"'))[0]


def asked(typing: Typing) -> str:
    requests = [*typing.asked, *typing.backend.warmed]
    assert any(isinstance(request.prompt, FimPrompt) for request in requests)
    return str(requests)


async def test_a_key_of_this_file_is_suggested_as_it_is() -> None:
    text = f'first = "{GITHUB}"\nsecond = ‸\n'
    typing = Typing(ScriptedBackend([f'"{stand_in(GITHUB)}"']), text)
    assert await typing.ghost() == f'"{GITHUB}"'
    assert GITHUB not in asked(typing)


async def test_a_key_of_another_file_is_not_suggested() -> None:
    other = any_of(PLAIN, 40)
    typing = Typing(ScriptedBackend(["open(", f'"{stand_in(other)}"', ")"]), "second = ‸\n")
    shown = await typing.ghost()
    assert shown is not None
    assert "hidden" not in shown and other not in shown


async def test_no_request_ever_has_a_key_while_somebody_types_around_it() -> None:
    typing = Typing(ScriptedBackend(["1"]), f'"""Orders."""\n\n\nfirst = "{GITHUB}"\n‸\n')
    for letter in "x = first; y = len(first)\nz = ":
        typing.type(letter)
        await typing.ghost()
        await typing.rest()
    assert GITHUB not in asked(typing)
    assert GITHUB[:16] not in asked(typing)


async def test_inside_of_a_key_nothing_is_asked_nor_made_ready() -> None:
    typing = Typing(ScriptedBackend(["1"]), "x = 1\n‸\n")
    typing.type('password = "')
    await typing.ghost()
    before = len(typing.asked), len(typing.backend.warmed)
    for letter in "swordfish":
        typing.type(letter)
        assert await typing.ghost() == ""
        await typing.rest()
    assert (len(typing.asked), len(typing.backend.warmed)) == before
