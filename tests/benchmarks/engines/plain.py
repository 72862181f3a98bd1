"""llama-cpp-python used plainly: one fill-in-the-middle prompt for each request, in a process of its own.

No frame, no stop rules beyond the end of the line, no cache of answers; `llama_cpp.Llama` itself reuses the
beginning of the last prompt. Its OpenAI server does the same, and needs more packages.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.engines import Buffer, Suggestion

_CHARS_ABOVE = 3300  # about as many tokens as Hearth shows
_CHARS_BELOW = 820
_MAX_TOKENS = 64


@asynccontextmanager
async def running(model: Path, plain_weights: bool = False) -> AsyncIterator["Plain"]:
    """`plain_weights`: without the repacked weights that crash on some machines (`engine/host/profiles.py`)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(model), str(int(plain_weights)), stdin=PIPE, stdout=PIPE
    )
    try:
        yield Plain(process)
    finally:
        process.kill()
        await process.wait()


@dataclass
class Plain:
    _process: Process
    _asked: int = 0
    _in_flight: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open(self, buffer: Buffer) -> None:
        pass

    async def rest(self, buffer: Buffer) -> None:
        pass

    async def typed(self, buffer: Buffer, text: str) -> None:
        pass

    async def ask(self, buffer: Buffer) -> Suggestion:
        self._asked += 1
        asked = self._asked
        async with self._in_flight:
            return await self._generate(buffer) if asked == self._asked else Suggestion("")

    async def _generate(self, buffer: Buffer) -> Suggestion:
        above, below = buffer.above[-_CHARS_ABOVE:], buffer.below[:_CHARS_BELOW]
        prompt = f"<|fim_prefix|>{above}<|fim_suffix|>{below}<|fim_middle|>"
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(prompt).encode() + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the process of llama-cpp-python has died")
        answer = json.loads(line)
        return Suggestion(answer["text"].rstrip(), answer["evaluated"], answer["generated"])

    async def leave(self, buffer: Buffer) -> None:
        pass


def _worker(model: str, plain_weights: bool) -> None:
    """Answer prompts, one JSON string a line."""
    import llama_cpp

    if plain_weights:
        defaults = llama_cpp.llama_model_default_params

        def without_extra_buffers() -> object:
            params = defaults()
            params.use_extra_bufts = False
            return params

        llama_cpp.llama_model_default_params = without_extra_buffers
    llama = llama_cpp.Llama(model, n_ctx=4096, verbose=False)
    for line in sys.stdin:
        prompt = json.loads(line)
        held = list(llama._input_ids)
        answer = llama.create_completion(prompt, max_tokens=_MAX_TOKENS, temperature=0.0, stop=["\n"])
        tokens = llama.tokenize(prompt.encode(), special=True)
        shared = next((i for i, (a, b) in enumerate(zip(held, tokens, strict=False)) if a != b), len(held))
        usage = {"evaluated": len(tokens) - shared, "generated": answer["usage"]["completion_tokens"]}
        print(json.dumps({"text": answer["choices"][0]["text"], **usage}), flush=True)


if __name__ == "__main__":
    _worker(sys.argv[1], sys.argv[2] == "1")
