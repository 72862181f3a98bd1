"""One loaded model, and the two things asked of it: fill in the middle, and go on with a chat.

A job is a generator that the scheduler advances. It yields after every decode, so that a more urgent job can
go first, and hands out text as it becomes certain. Closing it at any point keeps what was evaluated.
"""

import codecs
import math
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import numpy as np
import psutil

from hearth.engine.errors import PromptTooLong
from hearth.engine.fim import FIM_TEMPLATES, family_of
from hearth.engine.host import ends
from hearth.engine.host.alternatives import END, NOTHING_YET, Choice, Rivals
from hearth.engine.host.chat_template import opens_thinking, task_for, tokens_of
from hearth.engine.host.ends import Ends, known_ends
from hearth.engine.host.fim_tokens import FimTokens
from hearth.engine.host.healing import Vocabulary, split
from hearth.engine.host.kv_cache import KvCache, Sequence
from hearth.engine.host.native import Context, Logits, Model
from hearth.engine.host.render import rendered
from hearth.engine.host.threads import ThreadGovernor
from hearth.engine.stopping.scanner import Answer
from hearth.engine.types import (
    ChatMessage,
    ChatRequest,
    CompletionRequest,
    FimPrompt,
    Finished,
    ModelRef,
    Piece,
    Probe,
    Usage,
)

# Tokens of one prefill step. Larger is hardly faster (measured: 64 costs 12% more a token than 512, and 16 as
# much again), and an abort rolls back a whole step. Work ahead takes the smallest: whoever types steadily leaves
# it a tenth of a second between two keys.
CHUNK = 64
CHAT_CHUNK = 32
WARM_UP_CHUNK = 16
COMPLETION_WINDOW = 2560  # tokens: prefix, suffix, context, what was typed since, and the answer
# An answer ends where the model gives its end tokens more than this, though it would rather go on: instruct
# models run on into the text below. Measured on spans of real code (0.5B): over it at 3 of 5 real ends, and at
# 1 of 1,000 places before. Where nothing was said yet the most probable token decides: most code
# could also do without the text that is asked for.
SURE_END = 0.03
MAX_SEQUENCES = 16  # of completion
# Of models that keep a state: one takes up to 60 MB, and how much cannot be asked for beforehand.
_STATE_SEQUENCES = 4
_CHAT_SEQUENCES = 2
_CACHE_SHARE = 0.15  # of the memory that is free now
MAX_CACHE_BYTES = 256 * 1024 * 1024

Steps = Generator[Piece | None, None, Finished]
T = TypeVar("T")
_helpers = ThreadPoolExecutor(2, "helper")  # for what must not hold up the model
_GLANCE_SECONDS = 0.005


class Session:
    """A model in memory with its KV caches. Only the scheduler's thread may call it.

    `context` makes what decodes, and `clock` (seconds) times it; a simulation has others.
    """

    def __init__(
        self,
        model: Model,
        ref: ModelRef,
        context: Callable[[Model, int, int], Context] = Context,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.model = model
        self._context = context
        self._clock = clock
        self.ref = ref
        self.vocabulary = Vocabulary(model.pieces())
        self.governor = ThreadGovernor(model.options.threads)
        self.family = ref.family or family_of(lambda text: model.mark(text) is not None)
        window = min(COMPLETION_WINDOW, model.trained_context() or COMPLETION_WINDOW)
        self.cache = KvCache(context(model, _sequences_that_fit(model, window), window))
        self._chat_cache: KvCache | None = None
        self._ends_key = ref.sha256 or ref.path
        self._known_ends = ends.read(self._ends_key) or ends.told(ref.knows_end)
        self._ends = np.array(model.end_tokens(), dtype=np.int64)
        self._fim = FimTokens(model, self.family)

    def complete(self, request: CompletionRequest, warm_up: bool = False) -> Steps:
        """Fill in the middle; a warm-up only prefills."""
        fixed, typed = self.prompt_tokens(request.prompt, request.max_tokens)
        kept, healed = self._healed(typed, request.prompt)
        prompt = fixed + kept
        with self.cache.sequence_for(request.document, prompt, warm_up) as sequence:
            run = _Run(len(prompt), len(sequence.tokens), skip_bytes=len(healed))
            yield from self._prefill(
                self.cache, sequence, prompt, run, self._chunk(WARM_UP_CHUNK if warm_up else CHUNK)
            )
            if warm_up:
                return Finished("prefilled", run.usage)
            knows_end = self._known_ends is not None and self._known_ends.are_known
            answer, rivals = Answer(replace(request.stop, knows_end=knows_end)), Rivals()
            reason = "limit"
            for token in self._generate(self.cache, sequence, healed, request.max_tokens, run):
                if token is None:
                    yield None
                    continue
                said = bool(answer.text.strip()) and not request.raw
                is_sure = said and not knows_end and run.choice.ending > SURE_END and not answer.wants_more
                if token == END or is_sure:
                    reason = "eog"
                    break
                answer.may_end_here(run.choice.ending)
                other = run.text_instead(self.vocabulary)
                text = run.text_of(self.vocabulary.pieces[token])
                rivals.note(answer.text, text, other, run.choice)
                settled = text if request.raw else answer.push(text)
                if answer.stopped:
                    break
                probability = run.take_probability(settled) if settled else run.probability_of(answer.tentative)
                yield Piece(settled, probability=probability, draft=answer.text)
            answer.reason = answer.reason or reason
            self._learn(request, answer.reason, token == END)
            rest = "" if request.raw else answer.finish()
            if rest:
                yield Piece(rest, probability=run.take_probability(rest))
            return Finished(answer.reason, run.usage, rivals.within(len(answer.text)))

    def measure_ends(self) -> Steps:
        """Find out whether the model knows where its answers end, unless that is known; for idle time."""
        if self._known_ends is None and self.family in FIM_TEMPLATES:
            found = Ends()
            for prompt in known_ends():
                while (ended := self._would_end(prompt)) is None:
                    yield None
                found = found.learned(ended)
            self._known_ends = found
            ends.write(self._ends_key, found)
        return Finished("measured")

    def _would_end(self, prompt: FimPrompt) -> bool | None:
        """Whether the model would end an answer there; None, and a little less to do, when it is not known yet.

        No sequence is held meanwhile, so that it is in nobody's way.
        """
        if all(sequence.busy for sequence in self.cache.sequences):
            return None
        fixed, typed = self.prompt_tokens(prompt, 1)
        tokens = fixed + typed
        with self.cache.sequence_for("known ends", tokens, True) as sequence:
            chunk = tokens[len(sequence.tokens) :][:WARM_UP_CHUNK]
            if chunk and not self._extend(self.cache, sequence, chunk):
                return None
            is_there = len(sequence.tokens) == len(tokens)
            return self._pick(sequence.last_logits(), b"").token == END if is_there else None

    def _learn(self, request: CompletionRequest, reason: str, ended: bool) -> None:
        """Where all that was missing was asked for, the text below tells where the answer had to end."""
        if self._known_ends is None or request.stop.mode != "span" or request.raw:
            return
        if ended or reason == "text_below":
            self._known_ends = self._known_ends.learned(ended)
            ends.write(self._ends_key, self._known_ends)

    def probe(self, request: CompletionRequest) -> Probe:
        """What `complete` would evaluate, read back from the tokens themselves."""
        fixed, typed = self.prompt_tokens(request.prompt, request.max_tokens)
        kept, healed = self._healed(typed, request.prompt)
        prompt = fixed + kept
        text = b"".join(self.vocabulary.pieces[token] or self.model.token_text(token).encode() for token in prompt)
        return Probe(
            prompt=text.decode("utf-8", "replace"),
            prompt_tokens=len(prompt),
            cached_tokens=self.cache.reusable(prompt),
            healed=healed.decode("utf-8", "replace"),
        )

    def chat(self, request: ChatRequest) -> Steps:
        """The assistant's next message. What earlier turns left in the KV cache is not evaluated again."""
        cache = self.chat_cache()
        task = task_for(self.model, request.messages, request.think)
        text = yield from _apart(partial(rendered, task))
        prompt = tokens_of(self.model, request.messages, text, request.think)
        room = cache.context.length - len(prompt) - 1
        if room < 16:
            raise PromptTooLong(
                f"{len(prompt)} tokens do not fit the window of {cache.context.length}: "
                "select less text or begin a new chat"
            )
        with cache.sequence_for(request.conversation, prompt) as sequence:
            run = _Run(len(prompt), len(sequence.tokens))
            yield from self._prefill(cache, sequence, prompt, run, self._chunk(CHAT_CHUNK))
            if opens_thinking(text, request.think):
                yield Piece("<think>")  # so that whoever reads the answer can tell thoughts from it
            reason = "limit"
            for token in self._generate(cache, sequence, b"", min(request.max_tokens, room), run):
                if token is None:
                    yield None
                    continue
                if token == END:
                    reason = "eog"
                    break
                yield Piece(run.text_of(self.vocabulary.pieces[token]), probability=run.take_probability(""))
            self._expect(request)
            return Finished(reason, run.usage)

    def _expect(self, request: ChatRequest) -> None:
        """The next question of this conversation finds its template rendered: only the roles matter for that."""
        turns = (*request.messages, ChatMessage("assistant", ""), ChatMessage("user", ""))
        future = _helpers.submit(rendered, task_for(self.model, turns, request.think))
        future.add_done_callback(lambda done: done.exception())  # whoever asks is told

    def chat_cache(self) -> KvCache:
        """Made on first need: many users never chat."""
        if self._chat_cache is None:
            length = min(self.ref.context, self.model.trained_context() or self.ref.context)
            self._chat_cache = KvCache(self._context(self.model, _CHAT_SEQUENCES, length))
        return self._chat_cache

    def abort(self, longer_than: int) -> None:
        """Stop the decode that is running now if it has more tokens than that; any thread may call this.

        One that is half done goes on: somebody who types steadily would else never see the end of a prefill. So
        does one of a model that keeps a state, which would have to read everything again.
        """
        if self.model.keeps_a_state:
            return
        for cache in (self.cache, self._chat_cache):
            if cache is None or cache.context.evaluating <= longer_than or cache.context.half_done:
                continue
            cache.context.abort = True

    def clear_abort(self) -> None:
        for cache in (self.cache, self._chat_cache):
            if cache is not None:
                cache.context.abort = False

    def close(self) -> None:
        self.cache.context.close()
        if self._chat_cache is not None:
            self._chat_cache.context.close()
        self.model.close()

    def prompt_tokens(self, prompt: FimPrompt, answer_tokens: int) -> tuple[list[int], list[int]]:
        """(everything up to and including MID, the typed text), fitted to the window.

        Raises `PromptTooLong` only for a model that cannot fill in the middle or an absurd `answer_tokens`.
        """
        if self.family not in FIM_TEMPLATES:
            raise PromptTooLong(f"{self.ref.id} has no fill-in-the-middle tokens: choose another for completion")
        return self._fim.of(prompt, self.cache.context.length - answer_tokens - 1)

    def _healed(self, typed: list[int], prompt: FimPrompt) -> tuple[list[int], bytes]:
        """(the typed tokens to keep, what the first generated ones must spell)."""
        return (typed, prompt.begun.encode()) if prompt.begun else split(typed, self.vocabulary)

    def _chunk(self, size: int) -> int:
        """What cannot be aborted is evaluated in small pieces, between which it can be left."""
        return min(size, WARM_UP_CHUNK) if self.model.keeps_a_state else size

    def _prefill(
        self, cache: KvCache, sequence: Sequence, prompt: list[int], run: "_Run", size: int
    ) -> Iterator[None]:
        """Evaluate what the sequence does not hold yet, `size` tokens a step."""
        while len(sequence.tokens) < len(prompt):
            chunk = prompt[len(sequence.tokens) : len(sequence.tokens) + size]
            began = self._clock()
            done = self._extend(cache, sequence, chunk)
            run.add(evaluated=len(chunk) if done else 0, prefill_ms=self._ms_since(began))
            yield None

    def _generate(
        self, cache: KvCache, sequence: Sequence, wanted: bytes, limit: int, run: "_Run"
    ) -> Iterator[int | None]:
        """Greedy decoding: each token before it is evaluated, None after each decode, `END` where it ends."""
        for _ in range(limit):
            run.choice = self._pick(sequence.last_logits(), wanted)
            token = run.choice.token
            if token == END:
                yield END
                return
            wanted = wanted[len(self.vocabulary.pieces[token]) :]
            run.add(generated=1, probability=run.choice.probability)
            yield token
            began = self._clock()
            while not self._extend(cache, sequence, [token]):
                yield None
            run.add(decode_ms=self._ms_since(began))
            self.governor.record(self._ms_since(began))
            yield None

    def _extend(self, cache: KvCache, sequence: Sequence, tokens: list[int]) -> bool:
        if len(tokens) == 1:
            cache.context.set_threads(self.governor.choice)
        return cache.extend(sequence, tokens)

    def _ms_since(self, began: float) -> float:
        return (self._clock() - began) * 1000

    def _pick(self, logits: Logits, wanted: bytes) -> Choice:
        """The most probable token that agrees with `wanted`; `END` when to end is, or when nothing agrees."""
        if wanted:
            allowed = self.vocabulary.allowed(wanted)
            if not len(allowed):
                return Choice(END, 0.0, 0.0)
            scores = logits[allowed]
            best = int(np.argmax(scores))
            weights = np.exp(scores - scores[best])
            total, weights[best] = float(weights.sum()), 0.0
            second = int(np.argmax(weights))
            return Choice(
                int(allowed[best]), 1.0 / total, 0.0, int(allowed[second]), float(weights[second]) / total
            )
        best = int(np.argmax(logits))
        weights = np.exp(logits - logits[best])
        total = float(weights.sum())
        # All the ways to end count together.
        ending = float(weights[self._ends].sum()) / total
        if ending >= 1.0 / total or not self.vocabulary.pieces[best]:
            return Choice(END, 0.0, ending)
        weights[best] = 0.0
        second = int(np.argmax(weights))
        return Choice(best, 1.0 / total, ending, second, float(weights[second]) / total)


@dataclass
class _Run:
    """The figures of one job, and the bytes of a character that is not complete yet."""

    prompt_tokens: int
    cached_tokens: int
    choice: Choice = NOTHING_YET  # of the last token
    skip_bytes: int = 0  # generated only because they were healed: they stand left of the cursor already
    usage: Usage = field(init=False)
    _probabilities: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.usage = Usage(prompt_tokens=self.prompt_tokens, cached_tokens=self.cached_tokens)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def add(
        self,
        evaluated: int = 0,
        generated: int = 0,
        prefill_ms: float = 0.0,
        decode_ms: float = 0.0,
        probability: float | None = None,
    ) -> None:
        self.usage = replace(
            self.usage,
            evaluated_tokens=self.usage.evaluated_tokens + evaluated,
            generated_tokens=self.usage.generated_tokens + generated,
            prefill_ms=self.usage.prefill_ms + prefill_ms,
            decode_ms=self.usage.decode_ms + decode_ms,
        )
        if probability is not None:
            self._probabilities.append(probability)

    def take_probability(self, text: str) -> float:
        """How probable the tokens since the last call are together; of several lines, the mean of one line."""
        probability = self.probability_of(text)
        self._probabilities.clear()
        return probability

    def probability_of(self, text: str) -> float:
        """The same without an end to it: more tokens may follow."""
        lines = sum(bool(line.strip()) for line in text.splitlines())
        return float(math.prod(self._probabilities) ** (1 / max(1, lines)))

    def text_instead(self, vocabulary: Vocabulary) -> str:
        """What the token that came second would have added; "" where that is no text by itself."""
        if self.choice.second is None or self._decoder.getstate()[0]:
            return ""
        try:
            return vocabulary.pieces[self.choice.second][self.skip_bytes :].decode()
        except UnicodeDecodeError:
            return ""

    def text_of(self, piece: bytes) -> str:
        """The characters that `piece` completes, behind the healed bytes."""
        skipped = piece[self.skip_bytes :]
        self.skip_bytes = max(0, self.skip_bytes - len(piece))
        return self._decoder.decode(skipped)


def _apart(work: Callable[[], T]) -> Generator[None, None, T]:
    """What `work` returns. It may take seconds, and other jobs have their turns meanwhile."""
    future = _helpers.submit(work)
    while not wait([future], _GLANCE_SECONDS).done:
        yield None
    return future.result()


def _sequences_that_fit(model: Model, window: int) -> int:
    budget = min(MAX_CACHE_BYTES, int(psutil.virtual_memory().available * _CACHE_SHARE))
    most = _STATE_SEQUENCES if model.keeps_a_state else MAX_SEQUENCES
    return max(2, min(most, budget // max(1, window * model.cache_bytes_per_token())))
