"""Names that may stand behind a dot decide which tokens follow it."""

import time

import numpy as np
import pytest

from hearth.engine.host.decoding import END, Choice, Picker
from hearth.engine.host.guiding import RAISED, UNLISTED, Guide, MemberTokens, is_in_name
from hearth.engine.host.healing import Vocabulary
from hearth.engine.types import Members

LETTERS = [bytes([byte]) for byte in range(33, 127)]
WORDS = [
    b"get",
    b"get_all",
    b"_all",
    b"set",
    b"fetch",
    b"_one",
    b"(",
    b"()",
    b" ",
    b"\n",
    b"0",
    b".get",
    b".fetch",
]
WORDS += [b".", b".\n", b"get(", b"fetch(", b"_", b"et", b"self", b" get", "größe".encode(), "ö".encode()]
PIECES = [b"", b"", *dict.fromkeys([*WORDS, *LETTERS])]  # the first one ends, the second is another special one
VOCABULARY = Vocabulary(PIECES)
TOKENS = MemberTokens(VOCABULARY)
PICKER = Picker(VOCABULARY, np.array([0], dtype=np.int64))


def logits(**said: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    return those({name.encode(): value for name, value in said.items()})


def those(values: dict[bytes, float]) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    found = np.full(len(PIECES), -30.0, dtype=np.float32)
    for piece, value in values.items():
        found[PIECES.index(piece)] = value
    return found


def guide(*names: str, complete: bool = True, typed: str = "") -> Guide:
    return Guide(TOKENS, Members(names, complete, typed))


def listed(guide: Guide, wanted: bytes = b"") -> set[bytes]:
    mask = guide.listed(wanted)
    assert mask is not None
    return {piece for piece, is_listed in zip(PIECES, mask, strict=True) if is_listed}


def said(choice: Choice) -> bytes:
    return b"" if choice.token == END else PIECES[choice.token]


def answer(values: dict[bytes, float], guide: Guide, wanted: bytes = b"", tokens: int = 8) -> bytes:
    """What is said where each token always has the same logit."""
    text = b""
    for _ in range(tokens):
        choice = PICKER.pick(those(values), wanted, guide)
        if choice.token == END:
            break
        guide.said(PIECES[choice.token], wanted)
        wanted = wanted[len(PIECES[choice.token]) :]
        text += PIECES[choice.token]
    return text


def test_tokens_lead_to_a_name_or_begin_none() -> None:
    found = listed(guide("get_all", "set"))
    assert {b"get", b"get_all", b"g", b"s", b"set", b"(", b"()", b" ", b"\n", b"0", b"", b".get"} <= found
    assert not {b"fetch", b"fetch(", b"_", b"_all", b"et", b"a", b"get(", b"self"} & found


def test_behind_the_beginning_of_a_name_only_the_rest_of_one_follows() -> None:
    names = guide("get_all", "get_one", "set")
    names.said(b"get", b"")
    assert listed(names) == {b"_", b"_all", b"_one"}


def test_behind_a_whole_name_anything_follows_that_does_not_make_it_longer() -> None:
    names = guide("get", "get_all")
    names.said(b"get", b"")
    found = listed(names)
    assert {b"(", b"()", b" ", b"\n", b"", b"_all", b"_"} <= found
    assert not {b"fetch", b"0", b"_one", b"s"} & found
    names.said(b"(", b"")
    assert names.listed(b"") is None


def test_what_was_typed_and_is_healed_counts_once() -> None:
    """The cursor stands behind `.ge`, and the first token spells that again, or a part of it."""
    found = listed(guide("get", "get_all", typed="ge"), b".ge")
    assert {b".", b".get"} <= found and not {b".fetch", b"get", b".\n"} & found
    kept = guide("get_all", typed="get_")  # only `_` is healed: what stands in front of it is the prompt's
    assert listed(kept, b"_") == {b"_", b"_all"}
    kept.said(b"_all", b"_")
    assert b"(" in listed(kept) and b"a" not in listed(kept)
    assert {b".", b".fetch", b".\n"} <= listed(guide("fetch"), b".") and b".get" not in listed(
        guide("fetch"), b"."
    )


def test_a_complete_list_rules_other_names_out() -> None:
    values = {b"fetch": 5.0, b"(": 1.0, b"get": 2.0, b"_one": 3.0, b"_all": 2.5}
    assert answer(values, guide("get_all", "get", "set"), tokens=2) == b"get_all"
    assert answer({b".fetch": 5.0, b".get": 1.0}, guide("get"), b".", 1) == b".get"


def test_an_incomplete_list_raises_its_names_and_rules_nothing_out() -> None:
    """Never more than a little: what is much more probable is said all the same."""
    close, far = RAISED - 0.1, RAISED + 0.1
    names = guide("get", complete=False)
    assert said(PICKER.pick(logits(fetch=close, get=0.0), b"", names)) == b"get"
    assert said(PICKER.pick(logits(fetch=far, get=0.0), b"", names)) == b"fetch"
    assert said(PICKER.pick(those({b"(": 0.1, b"get": 0.0}), b"", names)) == b"("  # this is no other name
    names.said(b"fetch", b"")
    assert names.listed(b"") is None


def test_the_probability_of_what_is_raised_is_the_models_own() -> None:
    values = logits(fetch=1.0, get=0.0)
    choice = PICKER.pick(values, b"", guide("get", complete=False))
    own = np.exp(values) / np.exp(values).sum()
    assert said(choice) == b"get"
    assert choice.probability == pytest.approx(own[PIECES.index(b"get")], rel=1e-5)
    assert choice.second is not None and PIECES[choice.second] == b"fetch"
    assert choice.second_probability == pytest.approx(own[PIECES.index(b"fetch")], rel=1e-5)


def test_what_a_complete_list_leaves_is_surer_but_never_certain() -> None:
    """The list may be wrong: a name of which the model thinks nothing is not shown for want of another."""
    likely = PICKER.pick(logits(fetch=1.0, get=1.0), b"", guide("get"))
    assert likely.probability == pytest.approx(1 / (1 + UNLISTED), rel=1e-4)
    unlikely = PICKER.pick(logits(fetch=9.0, get=0.0), b"", guide("get"))
    assert said(unlikely) == b"get" and unlikely.probability < 0.01


def test_what_a_complete_list_rules_out_is_no_alternative() -> None:
    values = logits(fetch=9.0, get_all=1.0)
    names = guide("get_all", typed="get_al")
    choice = PICKER.pick(those({b"l": 1.0, b"a": 9.0}), b"", names)
    assert (said(choice), choice.second) == (b"l", None)
    choice = PICKER.pick(values, b"", guide("get_all"))
    assert choice.second is None or PIECES[choice.second] != b"fetch"


def test_an_end_in_the_middle_of_a_name_is_none_where_the_list_is_complete() -> None:
    values = those({b"": 5.0, b"_all": 1.0})
    begun, whole, open_ = guide("get_all"), guide("get", "get_all"), guide("get_all", complete=False)
    for each in (begun, whole, open_):
        each.said(b"get", b"")
    assert said(PICKER.pick(values, b"", begun)) == b"_all"
    assert PICKER.pick(values, b"", whole).token == END
    assert PICKER.pick(values, b"", open_).token == END


def test_names_of_other_letters() -> None:
    assert (
        answer({"ö".encode(): 3.0, b"g": 2.0, b"r": 2.5, "größe".encode(): 1.0}, guide("größe"), tokens=1) == b"g"
    )
    names = guide("größe")
    names.said(b"gr", b"")
    assert "ö".encode() in listed(names) and b"o" not in listed(names)
    empty = guide("empty?", "empty")  # a name may end with a sign
    empty.said(b"empty", b"")
    assert b"?" in listed(empty) and b"(" in listed(empty)


def test_a_list_that_does_not_know_what_was_typed_says_nothing() -> None:
    assert guide("get", typed="fe").listed(b"fe") is None
    assert guide().listed(b"") is None


def test_a_vocabulary_that_cannot_spell_any_name_is_left_alone() -> None:
    vocabulary = Vocabulary([b"", b"a", b"b"])
    picker = Picker(vocabulary, np.array([0], dtype=np.int64))
    values = np.array([-9.0, 1.0, 0.0], dtype=np.float32)
    names = Guide(MemberTokens(vocabulary), Members(("ac",), True, "a"))
    assert picker.pick(values, b"", names) == picker.pick(values, b"")


def test_without_a_list_nothing_changes_by_a_bit() -> None:
    random = np.random.default_rng(1)
    for wanted in (b"", b".", b"ge", b" "):
        values = random.normal(size=len(PIECES)).astype(np.float32)
        before = values.copy()
        over = guide("get")
        over.said(b"(", b"")
        assert (
            PICKER.pick(values, wanted, over) == PICKER.pick(values, wanted) == PICKER.pick(values, wanted, None)
        )
        PICKER.pick(values, wanted, guide("get", "fetch"))
        assert (values == before).all(), "the logits belong to the KV cache"


def test_the_tokens_are_those_that_a_search_through_all_of_them_finds() -> None:
    names, wanted = ("get", "get_all", "set", "größe", "x1"), (b"", b".", b"\n")
    for typed in ("", "g", "get", "get_", "x"):
        for before in wanted:
            fitting = [name.encode() for name in names if name.startswith(typed)]
            assert listed(guide(*names, typed=typed), before) == {
                piece for piece in PIECES if _leads(piece, before, typed.encode(), fitting)
            }


def _leads(piece: bytes, wanted: bytes, typed: bytes, names: list[bytes]) -> bool:
    if not piece:
        return not wanted and (not typed or typed in names)
    if not piece.startswith(wanted):
        return wanted.startswith(piece)
    new = piece[len(wanted) :]
    whole = typed + new
    if any(name.startswith(whole) for name in names):
        return True
    if not typed and new and (not is_in_name(new[0]) or new[:1].isdigit()):
        return True
    return any(whole.startswith(name) and not is_in_name(whole[len(name)]) for name in names)


def test_a_token_costs_microseconds_once_its_list_is_known() -> None:
    random = np.random.default_rng(2)
    pieces = [b"", *{bytes(random.integers(97, 123, size=4)) for _ in range(50_000)}]
    vocabulary = Vocabulary(pieces)
    picker, tokens = Picker(vocabulary, np.array([0])), MemberTokens(vocabulary)
    values = random.normal(size=len(pieces)).astype(np.float32)
    names = tuple(piece.decode() * 2 for piece in pieces[1:1001])

    def seconds(members: Members | None) -> float:
        began = time.thread_time()
        for _ in range(20):
            picker.pick(values, b"", Guide(tokens, members) if members else None)
        return time.thread_time() - began

    seconds(Members(names, True))
    assert seconds(Members(names, True)) < 20 * seconds(None) + 0.1
