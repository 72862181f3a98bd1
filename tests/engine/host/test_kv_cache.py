"""Which sequence serves which prompt, with a context that only keeps account."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.errors import BrokenModel
from hearth.engine.host.checkpoints import least_missed
from hearth.engine.host.kv_cache import KvCache, common_prefix
from hearth.engine.host.limits import CHECKPOINT_EVERY, MAX_CHECKPOINTS

SPOILT = -1  # among the tokens that are held: an abort has left something of no use


@dataclass
class FakeContext:
    """Stands in for `native.Context`: what each sequence holds, and how many tokens were evaluated."""

    sequences: int = 3
    held: dict[int, list[int]] = field(default_factory=dict)
    evaluated: int = 0
    last: int = 0  # tokens that the sequence decoded last had then
    aborting: bool = False
    keeps_a_state: bool = False
    refuses: bool = False  # to forget a part of a sequence, though it does not say so beforehand
    saves: bool = True  # and gives its states away
    fails: bool = False

    def decode(self, sequence: int, tokens: list[int], position: int, all_logits: bool = False) -> bool:
        held = self.held.setdefault(sequence, [])
        if self.fails:
            held += [SPOILT]
            raise BrokenModel("no")
        if self.aborting:
            held += [SPOILT] if self.keeps_a_state else []
            return False
        assert position == len(held), "a token was evaluated at a place that is not the end of its sequence"
        assert SPOILT not in held, "a state was used that an abort had spoilt"
        held += tokens
        self.evaluated += len(tokens)
        self.last = len(held)
        return True

    def logits(self) -> list[float]:
        return [self.last]

    def keep(self, sequence: int, count: int) -> bool:
        held = self.held.setdefault(sequence, [])
        if (self.keeps_a_state or self.refuses) and 0 < count < len(held):
            return False
        del held[count:]
        return True

    def drop(self, sequence: int) -> None:
        self.held[sequence] = []

    def save(self, sequence: int) -> list[int] | None:
        return list(self.held[sequence]) if self.saves else None

    def restore(self, sequence: int, state: list[int], count: int) -> bool:
        assert len(state) == count
        self.held[sequence] = list(state)
        return True

    def copy(self, source: int, target: int, count: int) -> bool:
        self.held[target] = list(self.held[source])
        kept = self.keep(target, count)
        if not kept:
            self.drop(target)
        return kept


def cache_with(fake: FakeContext, room: int = 1 << 30) -> KvCache:
    context: Any = fake
    return KvCache(context, room)


def ask(cache: KvCache, owner: str, prompt: list[int], warm_up: bool = False, answer: tuple[int, ...] = ()) -> int:
    """Evaluate a prompt as a job would, and an answer behind it; the number of tokens that the prompt cost."""
    fake: Any = cache.context
    before = fake.evaluated
    with cache.sequence_for(owner, prompt, warm_up) as sequence:
        while rest := prompt[len(sequence.tokens) :]:
            cache.extend(sequence, rest[:16])
        cache.remember(sequence)
        cost = fake.evaluated - before
        assert sequence.tokens == prompt == fake.held[sequence.index]
        assert sequence.last_logits() == [len(prompt)]
        for token in answer:
            cache.extend(sequence, [token])
    return int(cost)


def test_a_prompt_that_grows_costs_what_was_added() -> None:
    cache = cache_with(FakeContext())
    assert ask(cache, "a", list(range(100))) == 100
    assert ask(cache, "a", list(range(103))) == 3


def test_a_prompt_whose_last_logits_are_known_costs_nothing() -> None:
    cache = cache_with(FakeContext())
    ask(cache, "a", list(range(100)))
    assert ask(cache, "a", list(range(100))) == 0


def test_going_back_costs_one_token_for_its_logits_at_most() -> None:
    cache = cache_with(FakeContext())
    ask(cache, "a", list(range(100)))
    assert ask(cache, "a", list(range(77))) == 1


def test_documents_do_not_push_each_other_out_while_there_is_room() -> None:
    cache = cache_with(FakeContext())
    prompts = {owner: [number * 1000 + index for index in range(200)] for number, owner in enumerate("abc")}
    for owner, prompt in prompts.items():
        ask(cache, owner, prompt)
    assert [ask(cache, owner, prompt) for owner, prompt in prompts.items()] == [0, 0, 0]


def test_the_one_not_used_for_longest_makes_room() -> None:
    cache = cache_with(FakeContext())
    prompts = {owner: [number * 1000 + index for index in range(200)] for number, owner in enumerate("abcd")}
    for owner in "abcd":
        ask(cache, owner, prompts[owner])
    assert ask(cache, "d", prompts["d"]) == 0
    assert ask(cache, "c", prompts["c"]) == 0
    assert ask(cache, "a", prompts["a"]) == 200


def test_a_warm_up_leaves_the_prompt_in_use_alone_and_shares_its_beginning() -> None:
    cache = cache_with(FakeContext())
    old = list(range(300))
    new = list(range(150)) + list(range(1000, 1200))
    ask(cache, "a", old)
    assert ask(cache, "a", new, warm_up=True) == 200
    assert ask(cache, "a", old) == 0


def test_a_busy_sequence_is_nobody_elses() -> None:
    cache = cache_with(FakeContext())
    with cache.sequence_for("a", [1, 2, 3]) as first, cache.sequence_for("b", [1, 2, 3]) as second:
        assert first is not second


def test_an_aborted_evaluation_changes_nothing() -> None:
    fake = FakeContext()
    cache = cache_with(fake)
    ask(cache, "a", [1, 2, 3])
    with cache.sequence_for("a", [1, 2, 3, 4]) as sequence:
        fake.aborting = True
        assert not cache.extend(sequence, [4])
        assert sequence.tokens == [1, 2, 3] == fake.held[sequence.index]


def test_a_state_that_is_not_given_away_is_used_again_whole_or_not_at_all() -> None:
    cache = cache_with(FakeContext(keeps_a_state=True, saves=False))
    assert ask(cache, "a", list(range(100))) == 100
    assert ask(cache, "a", list(range(103))) == 3
    assert ask(cache, "a", list(range(103))) == 0
    assert ask(cache, "a", list(range(80))) == 80


def test_behind_a_state_that_typing_goes_on_from_only_what_was_typed_is_evaluated() -> None:
    cache = cache_with(FakeContext(keeps_a_state=True))
    frame = list(range(1000))
    assert ask(cache, "a", frame, answer=(5, 5, 5)) == 1000
    assert ask(cache, "a", [*frame, 7], answer=(6, 6)) == 1
    assert ask(cache, "a", [*frame, 7, 8], answer=(6, 6)) == 1
    assert ask(cache, "a", [*frame, 7, 8], answer=(6, 6)) == 0, "the same letter once more"
    assert ask(cache, "a", [*frame, 7]) == 0, "and it was deleted"


def test_a_state_goes_back_to_a_checkpoint_that_is_near() -> None:
    cache = cache_with(FakeContext(keeps_a_state=True))
    ask(cache, "a", list(range(1000)))
    for shared in (950, 700, 333):
        prompt = [*range(shared), *range(5000, 5010)]
        assert ask(cache, "a", prompt) <= 10 + CHECKPOINT_EVERY + 16
        assert ask(cache, "a", list(range(1000))) <= 1000 - shared + CHECKPOINT_EVERY + 16


def test_the_beginning_that_two_documents_share_is_copied_with_its_state() -> None:
    cache = cache_with(FakeContext(keeps_a_state=True))
    ask(cache, "a", list(range(1000)), answer=(5,) * 60)
    other = [*range(900), *range(5000, 5100)]
    assert ask(cache, "b", other, warm_up=True) <= 100 + CHECKPOINT_EVERY
    assert ask(cache, "a", list(range(1001))) == 1


def test_checkpoints_stay_within_their_room_and_their_number() -> None:
    cache = cache_with(FakeContext(keeps_a_state=True), room=20_000)
    for owner in "abc":
        ask(cache, owner, [ord(owner), *range(1, 600)], answer=tuple(range(50)))
        kept = sum(each.bytes for sequence in cache.sequences for each in sequence.checkpoints.values())
        assert 0 < kept <= 20_000
    for typed in range(100):
        ask(cache, "c", [ord("c"), *range(1, 600), *range(typed)], answer=(1, 2))
        assert all(len(sequence.checkpoints) <= MAX_CHECKPOINTS for sequence in cache.sequences)
    assert ask(cache_with(FakeContext(keeps_a_state=True), room=0), "a", [1, 2, 3]) == 3


def test_those_near_the_end_are_kept_and_far_from_it_some() -> None:
    kept: dict[int, Any] = {}
    for count in [*range(128, 1400, 128), 1400, *range(1402, 1460, 2)]:
        kept[count] = None
        if len(kept) > 5:
            del kept[least_missed(kept)]
    assert {1458, 1456, 1400} <= kept.keys()


def test_after_an_abort_a_state_is_back_at_its_last_checkpoint() -> None:
    fake = FakeContext(keeps_a_state=True)
    cache = cache_with(fake)
    ask(cache, "a", list(range(100)))
    with cache.sequence_for("a", list(range(110))) as sequence:
        fake.aborting = True
        assert not cache.extend(sequence, list(range(100, 110)))
        assert sequence.tokens == list(range(100)) == fake.held[sequence.index]
        fake.aborting = False
        assert cache.extend(sequence, list(range(100, 110)))
    with cache.sequence_for("b", [7, 8]) as sequence:
        fake.aborting = True
        assert not cache.extend(sequence, [7, 8])
        assert sequence.tokens == [] == fake.held[sequence.index]


@pytest.mark.parametrize("keeps_a_state", [False, True])
def test_a_decode_that_fails_leaves_an_empty_sequence(keeps_a_state: bool) -> None:
    fake = FakeContext(keeps_a_state=keeps_a_state)
    cache = cache_with(fake)
    ask(cache, "a", [1, 2, 3])
    fake.fails = True
    with pytest.raises(BrokenModel), cache.sequence_for("a", [1, 2, 3, 4]) as sequence:
        cache.extend(sequence, [4])
    fake.fails = False
    assert ask(cache, "a", [1, 2, 3, 4]) == 4


def test_a_removal_that_is_refused_costs_the_whole_prompt_and_never_a_wrong_one() -> None:
    cache = cache_with(FakeContext(refuses=True))
    assert ask(cache, "a", list(range(100))) == 100
    assert ask(cache, "a", [*range(90), 7, 8, 9]) == 93


prompts = st.lists(st.integers(0, 2), min_size=1, max_size=200)


KINDS: dict[str, Callable[[], FakeContext]] = {
    "plain": FakeContext,
    "refuses": lambda: FakeContext(refuses=True),
    "state": lambda: FakeContext(keeps_a_state=True),
    "state, not saved": lambda: FakeContext(keeps_a_state=True, saves=False),
}
steps = st.lists(st.tuples(st.sampled_from("abcd"), prompts, st.booleans(), st.integers(0, 9)), max_size=30)


@pytest.mark.parametrize("kind", KINDS)
@given(steps, st.integers(0, 4000))
def test_the_account_is_always_what_llama_cpp_holds(
    kind: str, asked: list[tuple[str, list[int], bool, int]], room: int
) -> None:
    fake = KINDS[kind]()
    cache = cache_with(fake, room)
    for owner, prompt, warm_up, aborted_after in asked:
        cost = ask(cache, owner, prompt, warm_up, answer=(2, 1) * (aborted_after // 3))
        assert cost <= len(prompt)
        with cache.sequence_for(owner, [*prompt, 2, 2], warm_up) as sequence:
            fake.aborting = aborted_after == 0
            if rest := [*prompt, 2, 2][len(sequence.tokens) :]:
                cache.extend(sequence, rest)
            fake.aborting = False
            assert sequence.tokens == fake.held[sequence.index] == [*prompt, 2, 2][: len(sequence.tokens)]


@given(prompts, prompts)
def test_common_prefix(left: list[int], right: list[int]) -> None:
    size = common_prefix(left, right)
    assert left[:size] == right[:size]
    assert size == min(len(left), len(right)) or left[size] != right[size]
