"""Which sequence serves which prompt, with a context that only keeps account."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearth.engine.host.kv_cache import KvCache, common_prefix


@dataclass
class Ledger:
    """Stands in for `native.Context`: what each sequence holds, and how many tokens were evaluated."""

    sequences: int = 3
    held: dict[int, list[int]] = field(default_factory=dict)
    evaluated: int = 0
    aborting: bool = False
    keeps_a_state: bool = False
    refuses: bool = False  # to forget a part of a sequence, though it does not say so beforehand

    def decode(self, sequence: int, tokens: list[int], position: int) -> bool:
        if self.aborting:
            return False
        held = self.held.setdefault(sequence, [])
        assert position == len(held), "a token was evaluated at a place that is not the end of its sequence"
        held += tokens
        self.evaluated += len(tokens)
        return True

    def logits(self) -> list[float]:
        return []

    def keep(self, sequence: int, count: int) -> bool:
        held = self.held.setdefault(sequence, [])
        if (self.keeps_a_state or self.refuses) and 0 < count < len(held):
            return False
        del held[count:]
        return True

    def drop(self, sequence: int) -> None:
        self.held[sequence] = []

    def copy(self, source: int, target: int, count: int) -> bool:
        self.held[target] = list(self.held[source])
        kept = self.keep(target, count)
        if not kept:
            self.drop(target)
        return kept


def cache_with(ledger: Ledger) -> KvCache:
    context: Any = ledger
    return KvCache(context)


def ask(cache: KvCache, owner: str, prompt: list[int], warm_up: bool = False) -> int:
    """Evaluate a prompt as a job would; the number of tokens that it cost."""
    ledger: Any = cache.context
    before = ledger.evaluated
    with cache.sequence_for(owner, prompt, warm_up) as sequence:
        rest = prompt[len(sequence.tokens) :]
        if rest:
            cache.extend(sequence, rest)
        assert sequence.tokens == prompt == ledger.held[sequence.index]
    return int(ledger.evaluated - before)


def test_a_prompt_that_grows_costs_what_was_added() -> None:
    cache = cache_with(Ledger())
    assert ask(cache, "a", list(range(100))) == 100
    assert ask(cache, "a", list(range(103))) == 3


def test_a_prompt_whose_last_logits_are_known_costs_nothing() -> None:
    cache = cache_with(Ledger())
    ask(cache, "a", list(range(100)))
    assert ask(cache, "a", list(range(100))) == 0


def test_going_back_costs_one_token_for_its_logits_at_most() -> None:
    cache = cache_with(Ledger())
    ask(cache, "a", list(range(100)))
    assert ask(cache, "a", list(range(80))) == 1


def test_documents_do_not_push_each_other_out_while_there_is_room() -> None:
    cache = cache_with(Ledger())
    prompts = {owner: [number * 1000 + index for index in range(200)] for number, owner in enumerate("abc")}
    for owner, prompt in prompts.items():
        ask(cache, owner, prompt)
    assert [ask(cache, owner, prompt) for owner, prompt in prompts.items()] == [0, 0, 0]


def test_the_one_not_used_for_longest_makes_room() -> None:
    cache = cache_with(Ledger())
    prompts = {owner: [number * 1000 + index for index in range(200)] for number, owner in enumerate("abcd")}
    for owner in "abcd":
        ask(cache, owner, prompts[owner])
    assert ask(cache, "d", prompts["d"]) == 0
    assert ask(cache, "c", prompts["c"]) == 0
    assert ask(cache, "a", prompts["a"]) == 200


def test_a_warm_up_leaves_the_prompt_in_use_alone_and_shares_its_beginning() -> None:
    cache = cache_with(Ledger())
    old = list(range(300))
    new = list(range(150)) + list(range(1000, 1200))
    ask(cache, "a", old)
    assert ask(cache, "a", new, warm_up=True) == 200
    assert ask(cache, "a", old) == 0


def test_a_busy_sequence_is_nobody_elses() -> None:
    cache = cache_with(Ledger())
    with cache.sequence_for("a", [1, 2, 3]) as first, cache.sequence_for("b", [1, 2, 3]) as second:
        assert first is not second


def test_an_aborted_evaluation_changes_nothing() -> None:
    ledger = Ledger()
    cache = cache_with(ledger)
    ask(cache, "a", [1, 2, 3])
    with cache.sequence_for("a", [1, 2, 3, 4]) as sequence:
        ledger.aborting = True
        assert not cache.extend(sequence, [4])
        assert sequence.tokens == [1, 2, 3] == ledger.held[sequence.index]


def test_of_a_state_all_is_used_again_or_nothing() -> None:
    cache = cache_with(Ledger(keeps_a_state=True))
    assert ask(cache, "a", list(range(100))) == 100
    assert ask(cache, "a", list(range(103))) == 3
    assert ask(cache, "a", list(range(103))) == 0
    assert ask(cache, "a", list(range(80))) == 80


def test_a_removal_that_is_refused_costs_the_whole_prompt_and_never_a_wrong_one() -> None:
    cache = cache_with(Ledger(refuses=True))
    assert ask(cache, "a", list(range(100))) == 100
    assert ask(cache, "a", [*range(90), 7, 8, 9]) == 93


prompts = st.lists(st.integers(0, 2), min_size=1, max_size=200)


@pytest.mark.parametrize("kind", ["plain", "keeps_a_state", "refuses"])
@given(st.lists(st.tuples(st.sampled_from("abcd"), prompts, st.booleans()), max_size=30))
def test_the_account_is_always_what_llama_cpp_holds(kind: str, asked: list[tuple[str, list[int], bool]]) -> None:
    cache = cache_with(Ledger(keeps_a_state=kind == "keeps_a_state", refuses=kind == "refuses"))
    for owner, prompt, warm_up in asked:
        cost = ask(cache, owner, prompt, warm_up)
        assert cost <= len(prompt)


@given(prompts, prompts)
def test_common_prefix(left: list[int], right: list[int]) -> None:
    size = common_prefix(left, right)
    assert left[:size] == right[:size]
    assert size == min(len(left), len(right)) or left[size] != right[size]
