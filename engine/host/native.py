"""llama.cpp's C API, as little of it as is needed: load, tokenize, decode, KV cache, abort.

Everything here runs on the scheduler's thread, except `Context.abort`, which any thread may set.
ctypes releases the GIL during a decode, so the event loop of the process stays alive meanwhile.
"""

import ctypes
import functools
import hashlib
import logging
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

import llama_cpp
import numpy as np
import numpy.typing as npt

from hearth.engine.errors import BrokenModel, NotEnoughMemory
from hearth.engine.files import SHARED_LIBRARY, read_bytes
from hearth.engine.host import devices, parameters
from hearth.engine.host.limits import PREFILL_BATCH
from hearth.engine.host.profiles import LoadOptions as LoadOptions

Logits = npt.NDArray[np.float32]
State = npt.NDArray[np.uint8]  # what a recurrent or hybrid model remembers of one sequence, as llama.cpp writes it
_APART = "\x01"
_MOST_WORDS = 300  # characters of llama.cpp's reason: it may quote the file
_ABORTED = 2
_NO_SLOT = 1
log = logging.getLogger("hearth.llama")


class Model:
    """The weights and the vocabulary."""

    def __init__(self, path: str, options: LoadOptions, progress: Callable[[float], None]) -> None:
        _init_library()
        self.options = options
        self._handle = _load(path, options, progress)
        self._vocab = llama_cpp.llama_model_get_vocab(self._handle)
        self.vocab_size: int = llama_cpp.llama_vocab_n_tokens(self._vocab)

    def close(self) -> None:
        if self._handle is not None:
            llama_cpp.llama_model_free(self._handle)
            self._handle = None

    def tokenize(self, text: str, special: bool = False) -> list[int]:
        """Token ids of `text`. Special tokens in it stay plain text unless `special`."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        buffer = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self._vocab, data, len(data), buffer, room, False, special)
        if count < 0:
            raise BrokenModel(f"the model's tokenizer failed ({count})")
        return list(buffer[:count])

    def tokenize_inside(self, text: str) -> list[int]:
        """The same for a text that goes on behind another: without the blank of a SentencePiece vocabulary."""
        if not self.adds_blanks:
            return self.tokenize(text)
        # A character that no piece of a vocabulary contains: it gets the blank, and is cut off with it.
        head, whole = self.tokenize(_APART), self.tokenize(_APART + text)
        return whole[len(head) :] if whole[: len(head)] == head else self.tokenize(text)

    @functools.cached_property
    def adds_blanks(self) -> bool:
        """The tokenizer puts a blank in front of each text (`add_space_prefix`)."""
        return b"".join(map(self.piece, self.tokenize("a"))) == b" a"

    def marks_and_texts(self, text: str) -> list[int | str]:
        """The special tokens that are spelt in a text, as ids, and what stands between them."""
        found: list[int | str] = []
        said = b""
        for token in [*self.tokenize(text, special=True), None]:
            is_mark = token is not None and llama_cpp.llama_vocab_is_control(self._vocab, token)
            if token is not None and not is_mark:
                said += self.piece(token)
                continue
            if said:
                found.append(
                    (said[1:] if self.adds_blanks and said[:1] == b" " else said).decode("utf-8", "replace")
                )
                said = b""
            if token is not None:
                found.append(token)
        return found

    def mark(self, text: str) -> int | None:
        """The id of a special token given by its text, or None when the vocabulary does not have it."""
        ids = self.tokenize(text, special=True)
        return ids[0] if len(ids) == 1 and self.tokenize(text) != ids else None

    def piece(self, token: int) -> bytes:
        """The bytes of a token; empty for a special one."""
        buffer = ctypes.create_string_buffer(512)
        size = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, 512, 0, False)
        return buffer.raw[:size] if size > 0 else b""

    def pieces(self) -> list[bytes]:
        """The bytes of every token; empty for special tokens. 0.1 s for 150,000 tokens."""
        buffer = ctypes.create_string_buffer(512)
        to_piece = llama_cpp.llama_token_to_piece
        pieces = []
        for token in range(self.vocab_size):
            size = to_piece(self._vocab, token, buffer, 512, 0, False)
            pieces.append(buffer.raw[:size] if size > 0 else b"")
        return pieces

    def end_tokens(self) -> list[int]:
        """The tokens that end a generation, by the model's own metadata."""
        is_end = llama_cpp.llama_vocab_is_eog
        return [token for token in range(self.vocab_size) if is_end(self._vocab, token)]

    def begin_token(self) -> int | None:
        """The token a prompt must begin with, for the models that want one."""
        if not llama_cpp.llama_vocab_get_add_bos(self._vocab):
            return None
        token: int = llama_cpp.llama_vocab_bos(self._vocab)
        return token if token >= 0 else None

    def end_token(self) -> int | None:
        """The token that ends a message, by the metadata."""
        token: int = llama_cpp.llama_vocab_eos(self._vocab)
        return token if token >= 0 else None

    def token_text(self, token: int | None) -> str:
        """The name of a special token, such as "<s>"; "" for None."""
        if token is None:
            return ""
        text = llama_cpp.llama_vocab_get_text(self._vocab, token)
        return text.decode("utf-8", "replace") if text else ""

    def chat_template(self) -> str:
        template = llama_cpp.llama_model_chat_template(self._handle, None)
        return template.decode("utf-8", "replace") if template else ""

    @property
    def keeps_a_state(self) -> bool:
        """It is recurrent, or partly so: what it has read is one state, from which nothing can be taken back."""
        recurrent = llama_cpp.llama_model_is_recurrent(self._handle)
        return bool(recurrent or llama_cpp.llama_model_is_hybrid(self._handle))

    def trained_context(self) -> int:
        """In tokens; 0 where the file does not say, or something that cannot be."""
        return max(0, int(llama_cpp.llama_model_n_ctx_train(self._handle)))

    def cache_bytes_per_token(self) -> int:
        """What one token takes in a 16-bit KV cache."""
        heads = max(1, llama_cpp.llama_model_n_head(self._handle))
        head_size = llama_cpp.llama_model_n_embd(self._handle) // heads
        kv_heads = llama_cpp.llama_model_n_head_kv(self._handle)
        return int(llama_cpp.llama_model_n_layer(self._handle) * kv_heads * head_size * 2 * 2)

    def size(self) -> int:
        """Bytes of all weights."""
        return int(llama_cpp.llama_model_size(self._handle))


_STATE_ONLY = llama_cpp.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY
_BATCH_LIKE = 12  # tokens in a decode from which on one costs about the same


class Context:
    """A KV cache of several sequences, and the decoding in it."""

    def __init__(self, model: Model, sequences: int, length: int) -> None:
        self.model = model
        self.sequences = sequences
        self.length = length  # tokens of one sequence, at most
        self.abort = False  # set by any thread: the running decode stops within milliseconds
        self.evaluating = 0  # tokens of the decode that is running now
        self._began = 0.0  # when that decode began
        self._token_ms: float | None = None  # of a batch's token, as measured last
        # ggml calls this before every graph node; measured 0.2 ms in a decode of 17 ms.
        self._abort_callback = llama_cpp.ggml_abort_callback(lambda _: self.abort)
        self._handle = self._open()
        self._memory = llama_cpp.llama_get_memory(self._handle)
        self._batch = llama_cpp.llama_batch_init(PREFILL_BATCH, 0, 1)

    def close(self) -> None:
        if self._handle is not None:
            llama_cpp.llama_batch_free(self._batch)
            llama_cpp.llama_free(self._handle)
            self._handle = None

    def decode(self, sequence: int, tokens: Sequence[int], position: int, all_logits: bool = False) -> bool:
        """Evaluate `tokens` of a sequence from `position` on; False when aborted (nothing is kept then)."""
        batch = self._batch
        batch.n_tokens = len(tokens)
        last = len(tokens) - 1
        for index, token in enumerate(tokens):
            batch.token[index] = token
            batch.pos[index] = position + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = sequence
            batch.logits[index] = all_logits or index == last
        _errors.clear()
        self._began = time.perf_counter()
        self.evaluating = len(tokens)
        status = llama_cpp.llama_decode(self._handle, batch)
        self.evaluating = 0
        if status == _ABORTED:
            return False
        if len(tokens) >= _BATCH_LIKE:
            self._token_ms = (time.perf_counter() - self._began) * 1000 / len(tokens)
        if status == _NO_SLOT:
            raise BrokenModel(f"no room in the KV cache for {len(tokens)} tokens at position {position}")
        if status != 0:
            raise BrokenModel(f"llama.cpp could not decode (status {status}){_why(': ')}")
        return True

    @property
    def half_done(self) -> bool:
        """The running decode has less than half of its time left: what an abort throws away is done again."""
        expected = self.evaluating * self._token_ms if self._token_ms else float("inf")
        return 2 * (time.perf_counter() - self._began) * 1000 > expected

    def logits(self, index: int = -1) -> Logits:
        """A copy of the logits of one token of the last decode; shape (vocab_size,)."""
        pointer = llama_cpp.llama_get_logits_ith(self._handle, index)
        return np.array(np.ctypeslib.as_array(pointer, shape=(self.model.vocab_size,)), copy=True)

    @property
    def keeps_a_state(self) -> bool:
        """A part of a sequence cannot be forgotten, and an abort spoils what was there: see `save`."""
        return self.model.keeps_a_state

    def keep(self, sequence: int, count: int) -> bool:
        """Forget all but the first `count` tokens; False where that is refused, or some of these are not there.

        A refusal changes nothing, but what is there is then not `count` tokens.
        """
        removed = llama_cpp.llama_memory_seq_rm(self._memory, sequence, count, -1)
        return bool(removed) and self._holds(sequence, count)

    def drop(self, sequence: int) -> None:
        """Forget the whole sequence. llama.cpp refuses that only for a sequence that there is not."""
        if not llama_cpp.llama_memory_seq_rm(self._memory, sequence, -1, -1):
            raise BrokenModel(f"llama.cpp does not forget the sequence {sequence}")

    def copy(self, source: int, target: int, count: int) -> bool:
        """Make `target` hold the first `count` tokens of `source`; False where it holds nothing instead."""
        self.drop(target)
        # Between the streams of a split KV cache only whole sequences can be copied.
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, -1, -1)
        if self.keep(target, count):
            return True
        self.drop(target)
        return False

    def save(self, sequence: int) -> State | None:
        """What a model that keeps a state remembers of that sequence; None where llama.cpp does not say it.

        Keys and values of single tokens are no part of it: of them `restore` takes what is still there.
        """
        size = llama_cpp.llama_state_seq_get_size_ext(self._handle, sequence, _STATE_ONLY)
        state = np.empty(size, np.uint8)
        written = llama_cpp.llama_state_seq_get_data_ext(
            self._handle, _bytes_of(state), size, sequence, _STATE_ONLY
        )
        return state if written == size > 0 else None

    def restore(self, sequence: int, state: State, count: int) -> bool:
        """Go back to where the sequence had `count` tokens, also after an abort; False leaves it to be dropped.

        `state` was saved there, of this sequence or of the one that it was copied from.
        """
        read = llama_cpp.llama_state_seq_set_data_ext(
            self._handle, _bytes_of(state), len(state), sequence, _STATE_ONLY
        )
        return bool(read == len(state)) and self.keep(sequence, count)

    def _holds(self, sequence: int, count: int) -> bool:
        """Whether llama.cpp has the first `count` tokens and no more, as far as it can be asked."""
        last = llama_cpp.llama_memory_seq_pos_max(self._memory, sequence)
        first = llama_cpp.llama_memory_seq_pos_min(self._memory, sequence)
        # A state has one position only. A sliding window must not have let go of the first tokens (`swa_full`).
        return bool(last == count - 1 and (self.keeps_a_state or first == min(0, last)))

    def set_threads(self, count: int) -> None:
        """For one-token decodes; prompt batches always use all that they may."""
        llama_cpp.llama_set_n_threads(self._handle, count, self.model.options.most_threads)

    def _open(self) -> Any:
        options = self.model.options
        params = parameters.set_fields(
            llama_cpp.llama_context_default_params(),
            n_ctx=self.length * self.sequences,
            n_seq_max=self.sequences,
            # One stream per sequence: attention then costs what one document needs, however many are open.
            kv_unified=False,
            # Of a sliding window all is kept: what has left it is needed again when a sequence goes back.
            swa_full=True,
            n_batch=PREFILL_BATCH,
            n_ubatch=PREFILL_BATCH,
            abort_callback=self._abort_callback,
            no_perf=True,
            **parameters.of_context(options),
        )
        _errors.clear()
        handle = llama_cpp.llama_init_from_model(self.model._handle, params)
        if handle:
            return handle
        if _errors and not _of_the_moment(_why()):
            raise BrokenModel(f"llama.cpp could not make a context: {_why()}")
        raise NotEnoughMemory(
            f"llama.cpp could not make a context: too little memory for the KV cache?{_why(' ')}"
        )


def _bytes_of(state: State) -> Any:
    return state.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))


@functools.cache
def library_build() -> str:
    """The version and a digest of the kernels for the CPU: two builds of one version are not alike."""
    digest = hashlib.sha256()
    for file in sorted(devices.library_folder().glob("*ggml*")):
        digest.update(f"{file.name} {file.stat().st_size}".encode())
        if "cpu" in file.name:  # those for a GPU may be a hundred times as large
            digest.update(read_bytes(file, SHARED_LIBRARY))
    return f"{llama_cpp.__version__} {digest.hexdigest()[:12]}"


def can_offload() -> bool:
    """Whether this build of llama.cpp can compute on a GPU, and has found one."""
    devices.load_kernels()
    return bool(llama_cpp.llama_supports_gpu_offload())


def _load(path: str, options: LoadOptions, progress: Callable[[float], None]) -> Any:
    params = parameters.set_fields(llama_cpp.llama_model_default_params(), **parameters.of_model(options))
    where = devices.pointers_to(options.devices)
    parameters.set_fields(params, devices=ctypes.cast(where, ctypes.c_void_p))
    if options.split:
        split = (ctypes.c_float * max(llama_cpp.LLAMA_MAX_DEVICES, len(options.split)))(*options.split)
        parameters.set_fields(params, tensor_split=ctypes.cast(split, ctypes.POINTER(ctypes.c_float)))

    @llama_cpp.llama_progress_callback  # type: ignore[untyped-decorator]  # the package has no types
    def on_progress(fraction: float, _: Any) -> bool:
        progress(fraction)
        return True

    parameters.set_fields(params, progress_callback=on_progress)
    _errors.clear()
    model = llama_cpp.llama_model_load_from_file(path.encode(), params)
    if model:
        return model
    kind = NotEnoughMemory if _of_the_moment(_why()) else BrokenModel
    raise kind(f"llama.cpp cannot load {path}: {_why() or 'no reason given'}")


_errors: list[str] = []  # the lines since the last call that may fail; the first one is the reason
_MOST_ERRORS = 8
_initialized = False


def _why(before: str = "") -> str:
    """What llama.cpp said first, behind `before`; later lines only say that it did not work. "" for nothing."""
    reason = re.sub(r"^\w+: (error loading model: )?", "", _errors[0])[:_MOST_WORDS] if _errors else ""
    return reason and before + reason


def _of_the_moment(reason: str) -> bool:
    """Whether the machine was in the way, and not the file."""
    return re.search(r"alloc|memory|mmap|mlock|failed to open", reason, re.IGNORECASE) is not None


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]  # the package has no types
def _log(level: int, text: bytes, _: Any) -> None:
    """llama.cpp's own log; it must never reach stdout, and is only worth reading when something fails."""
    line = text.decode("utf-8", "replace").rstrip()
    # GGML_LOG_LEVEL_ERROR; an aborted decode gives some, so they are no news by themselves.
    if level == 4 and line and len(_errors) < _MOST_ERRORS:
        _errors.append(line)
    if line.strip("."):
        log.debug("%s", line)


def _init_library() -> None:
    global _initialized
    if _initialized:
        return
    llama_cpp.llama_log_set(_log, None)
    devices.load_kernels()
    llama_cpp.llama_backend_init()
    _initialized = True
