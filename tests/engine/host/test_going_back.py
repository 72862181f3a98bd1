"""Every kind of memory that llama.cpp has: what is in a sequence after edits and aborts, and what a key costs.

The models are tiny and random: plain attention, sliding windows of 32 tokens, states, and attention beside states.
"""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hearth.engine.host.healing import MAX_HEALED_TOKENS
from hearth.engine.host.kv_cache import KvCache
from hearth.engine.host.limits import CHECKPOINT_EVERY, WARM_UP_CHUNK
from hearth.engine.host.native import Context, LoadOptions, Logits, Model
from hearth.engine.host.session import Session
from hearth.engine.types import CompletionRequest, FimPrompt, Finished, ModelRef, Usage
from tests.engine.host.test_architectures import ATTENTION, SEED, assert_alike, fresh, is_alike
from tests.fakes.tiny_models import RECURRENT, write_tiny


@pytest.fixture(scope="module", params=[*ATTENTION, *RECURRENT])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    path = write_tiny(tmp_path_factory.mktemp("models") / f"{request.param}.gguf", request.param, seed=SEED)
    model = Model(str(path), LoadOptions(threads=1), lambda share: None)
    yield model
    model.close()


class Interrupted(Context):
    """Its decodes are aborted before so many nodes of their graph; not at all while that is None."""

    nodes: int | None = None

    @property
    def abort(self) -> bool:
        if self.nodes is None:
            return False
        self.nodes -= 1
        return self.nodes < 0

    @abort.setter
    def abort(self, value: bool) -> None:
        self.nodes = 0 if value else None


def extended(cache: KvCache, owner: str, prompt: list[int], nodes: int | None, step: int, warm_up: bool) -> None:
    """Read a prompt as a job does; an abort ends it, as if the job had been superseded."""
    context = cache.context
    assert isinstance(context, Interrupted)
    with cache.sequence_for(owner, prompt, warm_up) as sequence:
        while rest := prompt[len(sequence.tokens) :]:
            context.nodes = nodes
            done = cache.extend(sequence, rest[:step])
            context.nodes = None
            if not done:
                return
        cache.remember(sequence)


def answer(model: Model, cache: KvCache, owner: str, prompt: list[int], length: int) -> None:
    """The same tokens as a new context gives, each from what the sequence held before."""
    with cache.sequence_for(owner, prompt) as sequence:
        while rest := prompt[len(sequence.tokens) :]:
            assert cache.extend(sequence, rest[:16])
        cache.remember(sequence)
        for _ in range(length):
            logits = sequence.last_logits()
            assert_as_new(model, logits, sequence.tokens)
            assert cache.extend(sequence, [int(logits.argmax())])


def assert_as_new(model: Model, logits: Logits, tokens: list[int]) -> None:
    """A new context may say either of two things where two experts score alike: it depends on the batches."""
    if not is_alike(logits, fresh(model, tokens)):
        context = Context(model, 1, 256)
        for position, token in enumerate(tokens):
            context.decode(0, [token], position)
        one_by_one = context.logits()
        context.close()
        assert_alike(logits, one_by_one)


edits = st.tuples(
    st.sampled_from(["a", "b", "c", "d"]),  # more documents than sequences
    st.sampled_from(["type", "delete", "change", "new", "share"]),
    st.integers(0, 2**16),
    st.one_of(st.none(), st.integers(0, 60)),  # where a decode is aborted
    st.booleans(),  # a warm-up
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(edits, min_size=4, max_size=10), st.sampled_from([0, 4000, 1 << 24]))
def test_after_edits_cancels_and_aborts_it_says_what_a_new_context_says(
    model: Model, steps: list[tuple[str, str, int, int | None, bool]], room: int
) -> None:
    cache = KvCache(Interrupted(model, 3, 256), room)
    texts: dict[str, list[int]] = {}
    for owner, edit, number, nodes, warm_up in steps:
        text = texts.setdefault(owner, [20 + at % 200 for at in range(90)])
        place = number % len(text)
        match edit:
            case "type":
                text += [20 + number % 200] * (1 + number % 5)
            case "delete":
                del text[-(1 + number % 30) :]
            case "change":
                text[place] = 20 + number % 199
            case "new":
                texts[owner] = text = [20 + (number + at) % 200 for at in range(40 + number % 50)]
            case "share":
                texts[owner] = text = [*texts[min(texts)][:80], *(20 + (number + at) % 200 for at in range(30))]
        text[:] = (text or [20])[:200]
        extended(cache, owner, text, nodes, 1 + number % 40, warm_up)
        answer(model, cache, owner, text, number % 3)
    cache.context.close()


def typed(session: Session, above: str, text: str, max_tokens: int = 5) -> Usage:
    """What it cost to be asked at that place of a document."""
    request = CompletionRequest("a", FimPrompt(above, "\n\nprint(total)\n", text), max_tokens=max_tokens)
    steps = session.generate(request)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            finished: Finished = end.value
            return finished.usage


@pytest.fixture
def session(model: Model) -> Iterator[Session]:
    session = Session(model, ModelRef("tiny", "", context=512))
    yield session
    session.cache.context.close()


LINE = "    total = price * amount; name = None\n"
KEYS = [LINE[:end] for end in range(1, len(LINE))]


@pytest.mark.parametrize("lines", [5, 30])
def test_a_key_costs_what_was_typed_however_long_the_file(session: Session, lines: int) -> None:
    above = "def total(price, amount):\n" * lines
    first = typed(session, above, "")
    assert first.evaluated_tokens > 20 * lines
    for text in KEYS:
        cost = typed(session, above, text)
        assert cost.generated_tokens <= 5
        # One key is one token here; the healed one is said again, and is no longer in the prompt then.
        assert cost.evaluated_tokens <= 1 + MAX_HEALED_TOKENS


@pytest.mark.parametrize("lines", [5, 30])
def test_going_back_costs_no_more_than_to_the_last_checkpoint(session: Session, lines: int) -> None:
    above = "def total(price, amount):\n" * lines
    for text in KEYS:
        typed(session, above, text)
    for text in reversed(KEYS):
        assert typed(session, above, text).evaluated_tokens <= len(LINE)
    # The cursor moves to another line: a new frame, whose beginning the sequence holds.
    moved = typed(session, above + LINE, "")
    new = len(LINE) + len("\n\nprint(total)\n") + 3
    assert moved.evaluated_tokens <= new + CHECKPOINT_EVERY + WARM_UP_CHUNK


def test_typing_on_behind_an_abort_costs_no_more_than_a_checkpoint(model: Model) -> None:
    session = Session(model, ModelRef("tiny", "", context=512), context=Interrupted)
    context = session.cache.context
    assert isinstance(context, Interrupted)
    above = "def total(price, amount):\n" * 30
    typed(session, above, "")
    context.nodes = 5
    steps = session.generate(CompletionRequest("a", FimPrompt(above, "\n\nprint(total)\n", "    return 1 + ")))
    next(steps)
    context.nodes = None
    steps.close()
    assert typed(session, above, "    return 1 + a").evaluated_tokens <= 16
    context.close()
