"""The settings of llama.vscode, which lie among those of VS Code: `llama-vscode.…`.

From its package.json: `endpoint` is the server of completions and `endpoint_chat` that of the chat, both
llama-server; `launch_completion` and `launch_chat` are the commands that start them.
"""

import re
from pathlib import PurePath
from typing import Any

from hearth.engine.models import catalog
from hearth.lsp_server.importing.proposal import Proposal, Used, use

_PREFIX = "llama-vscode."
_MODEL_FILE = re.compile(
    r"(?:^|\s)(?:-m|--model)[= ]+(?:\"([^\"\n]{1,1000})\"|'([^'\n]{1,1000})'|([^\s\"']{1,1000}))"
)
_PRESET = re.compile(r"--fim-qwen-(\d{1,2}(?:\.\d)?)b-(?:default|spec)\b")


def is_its(content: dict[str, Any]) -> bool:
    return any(str(key).startswith(_PREFIX) for key in content)


def read(content: dict[str, Any]) -> Proposal:
    """The servers, or the models that they were started with: Hearth can run those itself."""
    values = {str(key).removeprefix(_PREFIX): value for key, value in content.items()}
    proposal = Proposal()
    _job(proposal, values, "completion", "endpoint", "launch_completion", "openai_client_model")
    _job(proposal, values, "chat", "endpoint_chat", "launch_chat", "ai_model")
    is_served = proposal.settings.get(("completion", "backend")) == "openai_compatible"
    if is_served and values.get("use_openai_endpoint") is not True:
        proposal.set("openai_compatible", "fim", "infill")
    if values.get("enabled") is False:
        proposal.set("completion", "enabled", False)
    if values.get("auto") is False:
        proposal.set("completion", "automatic", False)
    if values.get("ring_n_chunks") == 0:
        proposal.set("context", "enabled", False)
    proposal.set("completion", "max_tokens", values.get("n_predict"))
    _languages(proposal, values.get("languageSettings"))
    if any(isinstance(value, str) and value for key, value in values.items() if key.startswith("api_key")):
        proposal.note(
            "No key was copied: put it into an environment variable, and the variable's name into "
            "openai_compatible.api_key_env."
        )
    if values.get("self_signed_certificate"):
        proposal.note("self_signed_certificate has no counterpart: Hearth trusts what the system trusts.")
    return proposal


def _job(proposal: Proposal, values: dict[str, Any], job: str, endpoint: str, launch: str, model: str) -> None:
    """A model that a command starts is one that Hearth runs itself; else the server that is named."""
    command = values.get(launch)
    if isinstance(command, str) and (own := _started(command)):
        proposal.set(job, "backend", "local")
        proposal.set(job, "model", own)
        if not PurePath(own).is_absolute() and own.lower().endswith(".gguf"):
            proposal.note(f"{own} is a path from the folder in which the server was started: make it a whole one.")
        return
    url = values.get(endpoint)
    if not isinstance(url, str) or not url:
        return
    name = values.get(model)
    bare = url.rstrip("/")
    known = name if isinstance(name, str) and name else "default"  # llama-server answers to any name
    use(proposal, Used(job, "openai_compatible", known, bare if bare.endswith("/v1") else f"{bare}/v1"))


def _started(command: str) -> str:
    """The model that a command for llama-server names, as Hearth names it; "" for none that is known."""
    if preset := _PRESET.search(command):
        id = f"qwen2.5-coder-{preset[1]}b"
        return id if id in catalog.models() else ""
    found = _MODEL_FILE.search(command)
    return next((part for part in found.groups() if part), "") if found else ""


def _languages(proposal: Proposal, languages: object) -> None:
    if not isinstance(languages, dict):
        return
    if languages.get("*") is False:
        on = sorted(str(name) for name, is_on in languages.items() if is_on is True)
        proposal.set("completion", "automatic", False)
        if on:
            proposal.note(
                f"Hearth has no list of languages that are on ({', '.join(on)}); suggestions come on request."
            )
        return
    off = sorted(str(name) for name, is_on in languages.items() if is_on is False)
    if off:
        proposal.set("completion", "languages_off", off)
