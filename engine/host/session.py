"""One loaded model, and what is asked of it: answers to prompts of whatever kind.

A job is a generator that the scheduler advances. It yields after every decode, so that a more urgent job can
go first, and hands out text as it becomes certain. Closing it at any point keeps what was evaluated.
"""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

import numpy as np

from hearth.engine.fim import FIM_TEMPLATES, family_of
from hearth.engine.host import ends, memory
from hearth.engine.host.answers import FreeAnswer, RuledAnswer
from hearth.engine.host.decoding import END, Choice, Decoded, Picker, Run, TextDecoder
from hearth.engine.host.drafts import Draft
from hearth.engine.host.ends import Ends, known_ends
from hearth.engine.host.fim_tokens import FimTokens
from hearth.engine.host.guiding import Guide, MemberTokens
from hearth.engine.host.healing import Vocabulary
from hearth.engine.host.kv_cache import KvCache, Sequence
from hearth.engine.host.layouts import LAYOUTS, LaidOut, Lane, Reader, fim_parts
from hearth.engine.host.limits import (
    CHAT_SEQUENCES,
    COMPLETION_WINDOW,
    MAX_SEQUENCES,
    STATE_SEQUENCES,
    WARM_UP_CHUNK,
)
from hearth.engine.host.native import Context, Logits, Model
from hearth.engine.host.threads import ThreadGovernor
from hearth.engine.types import (
    AnyRequest,
    FimPrompt,
    Finished,
    FinishReason,
    ModelRef,
    Piece,
    Probe,
    StopPolicy,
)

Steps = Generator[Piece | None, None, Finished]


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
        self.governor = ThreadGovernor(model.options.threads, model.options.most_threads)
        self.family = ref.family or family_of(lambda text: model.mark(text) is not None)
        window = min(COMPLETION_WINDOW, model.trained_context() or COMPLETION_WINDOW)
        self.cache = self._cache_of(self._sequences_that_fit(window), window)
        self._chat_cache: KvCache | None = None
        self._ends_key = ref.sha256 or ref.path
        self._known_ends = ends.read(self._ends_key) or ends.told(ref.knows_end)
        self.member_tokens = MemberTokens(self.vocabulary)
        self.picker = Picker(self.vocabulary, np.array(model.end_tokens(), dtype=np.int64))
        self.reader = Reader(model, self.vocabulary, FimTokens(model, self.family), ref.id)

    def generate(self, request: AnyRequest) -> Steps:
        """Lay the prompt out, evaluate what the KV cache lacks of it, and decode up to an end.

        Raises `PromptTooLong` and `BrokenModel`.
        """
        cache = self.cache_of(LAYOUTS[type(request.prompt)].lane)
        laid = yield from self._laid_out(request)
        limit = min(request.max_tokens, cache.context.length - len(laid.tokens) - 1)
        with cache.sequence_for(request.cache_key, laid.tokens, request.prefill_only) as sequence:
            run = Run(len(laid.tokens), len(sequence.tokens))
            yield from self._prefill(cache, sequence, laid, run, self._chunk(request))
            if request.prefill_only:
                return Finished(FinishReason.DONE, run.usage)
            if laid.opening:
                yield Piece(laid.opening)
            answer = self._answer(request.stop, run)
            for decoded in self._decoded(cache, sequence, laid, limit, run):
                if decoded is None:
                    yield None
                    continue
                if answer.ends_before(decoded) or (piece := answer.take(decoded)) is None:
                    break
                yield piece
            self._learn(request.stop, answer)
            if rest := answer.rest():
                yield rest
            laid.afterwards()
            return answer.finished()

    def probe(self, request: AnyRequest) -> Generator[None, None, Probe]:
        """What `generate` would evaluate, read back from the tokens themselves."""
        laid = yield from self._laid_out(request)
        pieces = self.vocabulary.pieces
        text = b"".join(pieces[token] or self.model.token_text(token).encode() for token in laid.tokens)
        return Probe(
            prompt=text.decode("utf-8", "replace"),
            prompt_tokens=len(laid.tokens),
            cached_tokens=self.cache_of(LAYOUTS[type(request.prompt)].lane).reusable(laid.tokens),
            healed=laid.healed.decode("utf-8", "replace"),
        )

    def _laid_out(self, request: AnyRequest) -> Generator[None, None, LaidOut]:
        layout = LAYOUTS[type(request.prompt)]
        window = self.cache_of(layout.lane).context.length
        return (yield from layout.lay(self.reader, request.prompt, window, request.max_tokens))

    def _answer(self, stop: StopPolicy, run: Run) -> FreeAnswer:
        if stop.mode == "none":
            return FreeAnswer(run)
        knows_end = self._known_ends is not None and self._known_ends.are_known
        return RuledAnswer(run, replace(stop, knows_end=knows_end))

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
        return Finished(FinishReason.DONE)

    def _would_end(self, prompt: FimPrompt) -> bool | None:
        """Whether the model would end an answer there; None, and a little less to do, when it is not known yet.

        No sequence is held meanwhile, so that it is in nobody's way.
        """
        if all(sequence.busy for sequence in self.cache.sequences):
            return None
        fixed, typed = fim_parts(self.reader, prompt, self.cache.context.length, 1)
        tokens = fixed + typed
        with self.cache.sequence_for("known ends", tokens, True) as sequence:
            chunk = tokens[len(sequence.tokens) :][:WARM_UP_CHUNK]
            if chunk and not self._extend(self.cache, sequence, chunk):
                return None
            is_there = len(sequence.tokens) == len(tokens)
            return self.picker.pick(sequence.last_logits(), b"").token == END if is_there else None

    def _learn(self, stop: StopPolicy, answer: FreeAnswer) -> None:
        """Where all that was missing was asked for, the text below tells where the answer had to end."""
        if self._known_ends is None or stop.mode != "span" or not isinstance(answer, RuledAnswer):
            return
        if answer.found_end or answer.rule == "text_below":
            self._known_ends = self._known_ends.learned(answer.found_end)
            ends.write(self._ends_key, self._known_ends)

    def cache_of(self, lane: Lane) -> KvCache:
        return self.chat_cache() if lane == "chat" else self.cache

    def chat_cache(self) -> KvCache:
        """Made on first need: many users never chat."""
        if self._chat_cache is None:
            length = min(self.ref.context, self.model.trained_context() or self.ref.context)
            self._chat_cache = self._cache_of(CHAT_SEQUENCES, length)
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

    def _chunk(self, request: AnyRequest) -> int:
        """Tokens of one prefill step. What cannot be aborted is left between small ones."""
        small = request.prefill_only or self.model.keeps_a_state
        return WARM_UP_CHUNK if small else LAYOUTS[type(request.prompt)].chunk

    def _prefill(self, cache: KvCache, sequence: Sequence, laid: LaidOut, run: Run, size: int) -> Iterator[None]:
        """Evaluate what the sequence does not hold yet, `size` tokens a step, and remember the way back.

        The next prompt of the document is this one up to where it was frozen, or up to what was typed.
        """
        prompt = laid.tokens
        while (held := len(sequence.tokens)) < len(prompt):
            border = laid.frozen if held < laid.frozen and self.model.keeps_a_state else len(prompt)
            chunk = prompt[held : min(held + size, border)]
            began = self._clock()
            done = self._extend(cache, sequence, chunk)
            run.add(evaluated=len(chunk) if done else 0, prefill_ms=self._ms_since(began))
            if done and held + len(chunk) == border:
                cache.remember(sequence)
            yield None
        cache.remember(sequence)

    def _decoded(
        self, cache: KvCache, sequence: Sequence, laid: LaidOut, limit: int, run: Run
    ) -> Iterator[Decoded | None]:
        if laid.draft and not self.model.keeps_a_state:  # a wrong guess cannot be taken out of a state
            return self._verify(cache, sequence, laid.draft, limit, run)
        return self._decode(cache, sequence, laid, limit, run)

    def _decode(
        self, cache: KvCache, sequence: Sequence, laid: LaidOut, limit: int, run: Run
    ) -> Iterator[Decoded | None]:
        """Greedy decoding: each token before it is evaluated, None after each decode, `END` where it ends.

        The first tokens spell what was healed, whose text stands left of the cursor already, and then a member.
        """
        guide = Guide(self.member_tokens, laid.members) if laid.members else None
        text, wanted = TextDecoder(self.vocabulary, laid.healed), laid.healed
        for _ in range(limit):
            choice = self.picker.pick(sequence.last_logits(), wanted, guide)
            if choice.token == END:
                yield text.decoded(choice)
                return
            piece = self.vocabulary.pieces[choice.token]
            if guide is not None:
                guide.said(piece, wanted)
            wanted = wanted[len(piece) :]
            run.add(generated=1, probability=choice.probability)
            yield text.decoded(choice)
            wished = [*sequence.tokens, choice.token]
            while missing := wished[len(sequence.tokens) :]:  # after an abort it may be more than that token
                began = self._clock()
                if self._extend(cache, sequence, missing[:WARM_UP_CHUNK]):
                    run.add(decode_ms=self._ms_since(began))
                    self.governor.record(self._ms_since(began))
                yield None

    def _verify(
        self, cache: KvCache, sequence: Sequence, tokens: list[int], limit: int, run: Run
    ) -> Iterator[Decoded | None]:
        """What `_decode` says, with as many tokens in one batch as the draft guesses right."""
        text, draft = TextDecoder(self.vocabulary), Draft(tokens, self.vocabulary)
        wished, end = list(sequence.tokens), len(sequence.tokens) + limit
        chosen: list[Choice] = []

        def choose(logits: Logits) -> int:
            chosen.append(self.picker.pick(logits, b""))
            return chosen[-1].token

        choose(sequence.last_logits())
        while len(wished) < end:
            for choice in chosen:
                if choice.token != END:
                    run.add(generated=1, probability=choice.probability)
                    wished.append(choice.token)
                    draft.said(choice.token)
                yield text.decoded(choice)
                if choice.token == END:
                    return
            chosen.clear()
            guess = draft.guess()[: max(0, end - len(wished) - 1)]
            while not chosen:  # more than once after an abort, or where llama.cpp refuses to go back
                began = self._clock()
                missing = wished[len(sequence.tokens) : -1]
                if missing:
                    self._extend(cache, sequence, missing[:WARM_UP_CHUNK])
                elif cache.extend_by_guess(sequence, [wished[-1], *guess], choose):
                    run.add(decode_ms=self._ms_since(began))
                yield None

    def _extend(self, cache: KvCache, sequence: Sequence, tokens: list[int]) -> bool:
        if len(tokens) == 1:
            cache.context.set_threads(self.governor.choice)
        return cache.extend(sequence, tokens)

    def _cache_of(self, sequences: int, length: int) -> KvCache:
        return KvCache(self._context(self.model, sequences, length), memory.room_for_checkpoints())

    def _sequences_that_fit(self, window: int) -> int:
        most = STATE_SEQUENCES if self.model.keeps_a_state else MAX_SEQUENCES
        return memory.sequences_that_fit(most, window * self.model.cache_bytes_per_token())

    def _ms_since(self, began: float) -> float:
        return (self._clock() - began) * 1000
