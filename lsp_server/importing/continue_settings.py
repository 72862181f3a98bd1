"""Continue's `config.yaml` and the older `config.json`.

From its reference: `models` with `provider`, `model`, `apiBase`, `roles` (without them: chat and edit, not
autocomplete), `defaultCompletionOptions` and `autocompleteOptions`; in JSON `models` are those of the chat,
`tabAutocompleteModel` is one model or several, with `tabAutocompleteOptions` and `completionOptions` beside them.
"""

import re
from collections.abc import Iterator
from typing import Any

from hearth.engine.characters import quoted
from hearth.engine.models import catalog
from hearth.lsp_server.importing.proposal import Proposal, Used, use

# How each provider of a local server is asked, and where it listens unless `apiBase` says otherwise.
PROVIDERS: dict[str, tuple[str, str]] = {
    "ollama": ("ollama", "http://127.0.0.1:11434"),
    "llama.cpp": ("openai_compatible", "http://127.0.0.1:8080/v1"),
    "llamafile": ("openai_compatible", "http://127.0.0.1:8080/v1"),
    "lmstudio": ("openai_compatible", "http://127.0.0.1:1234/v1"),
    "vllm": ("openai_compatible", "http://127.0.0.1:8000/v1"),
    "openai": ("openai_compatible", ""),
}
_SECRET = re.compile(r"\$\{\{\s{0,9}(?:secrets|inputs)\.([A-Za-z_]\w{0,99})\s{0,9}\}\}")
_CHAT = ("chat", "edit")
_LEFT_OUT = {
    "mcpServers": "MCP servers",
    "rules": "rules",
    "prompts": "prompts",
    "docs": "indexed documentation",
    "slashCommands": "slash commands",
    "customCommands": "custom commands",
    "contextProviders": "context providers",
    "context": "context providers",
}


def is_its(content: dict[str, Any]) -> bool:
    return isinstance(content.get("models"), list) or "tabAutocompleteModel" in content


def read(content: dict[str, Any]) -> Proposal:
    """The first model of each job that runs on this machine."""
    proposal = Proposal()
    for job, model in _models(content):
        if (job, "backend") in proposal.settings:
            proposal.note(f"{quoted(model.get('model'))} is a further model for {job}; Hearth uses one at a time.")
            continue
        _take(proposal, job, model)
    if ("completion", "backend") in proposal.settings:
        _autocomplete(proposal, content.get("tabAutocompleteOptions"))
    for key, title in _LEFT_OUT.items():
        if content.get(key):
            proposal.note(f"Hearth has no counterpart to {title} ({key}).")
    return proposal


def _models(content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each model with a job that it has, those of the editor first."""
    tab = content.get("tabAutocompleteModel")
    for model in tab if isinstance(tab, list) else [tab]:
        if isinstance(model, dict):
            yield "completion", model
    models = [model for model in _list(content.get("models")) if isinstance(model, dict)]
    for model in models:
        if "autocomplete" in _list(model.get("roles")):
            yield "completion", model
    for model in models:
        roles = _list(model.get("roles"))
        if not roles or any(role in _CHAT for role in roles):
            yield "chat", model


def _take(proposal: Proposal, job: str, model: dict[str, Any]) -> None:
    name = model.get("model") or model.get("name")
    if "uses" in model or not isinstance(name, str):
        said = quoted(model.get("uses") or model.get("title") or "a model")
        proposal.note(f"{said} is described elsewhere, and was left out.")
        return
    provider = str(model.get("provider", "")).lower()
    backend, usual = PROVIDERS.get(provider, ("", ""))
    base = model.get("apiBase")
    url = base if isinstance(base, str) and base else usual
    if not backend or not url:
        proposal.note(
            f"{quoted(name)} runs at {quoted(provider or 'a provider')}, not on this machine, and was left out."
        )
        return
    use(proposal, Used(job, backend, name, _with_v1(url) if backend == "openai_compatible" else url))
    if proposal.settings.get((job, "backend")) != backend:
        return
    if backend == "openai_compatible":
        _key(proposal, model.get("apiKey"))
    elif (row := catalog.by_ollama_name(name)) is not None:
        proposal.note(f"Hearth can run {row.id} itself, without Ollama: `hearth models use {row.id}`.")
    options = model.get("defaultCompletionOptions") or model.get("completionOptions")
    if isinstance(options, dict):
        proposal.set(job, "max_tokens", options.get("maxTokens"))
        if job == "chat":
            proposal.set("chat", "temperature", options.get("temperature"))
    if job == "completion":
        _autocomplete(proposal, model.get("autocompleteOptions"))


def _autocomplete(proposal: Proposal, options: object) -> None:
    if not isinstance(options, dict):
        return
    if options.get("disable") is True:
        proposal.set("completion", "automatic", False)
    if options.get("multilineCompletions") == "never":
        proposal.set("completion", "max_lines", 1)
    proposal.set("completion", "prefix_tokens", options.get("maxPromptTokens"))
    off = options.get("disableInFiles")
    if isinstance(off, list):
        proposal.ignored += [rule for rule in off if isinstance(rule, str) and rule.strip() and "\n" not in rule]


def _key(proposal: Proposal, key: object) -> None:
    """No key is copied; one that has a name is named."""
    if not isinstance(key, str) or not key.strip() or key.strip().lower() in ("none", "empty"):
        return
    if named := _SECRET.fullmatch(key.strip()):
        proposal.set("openai_compatible", "api_key_env", named[1])
        proposal.note(f"The server's key is expected in the environment variable {named[1]}.")
    else:
        proposal.note(
            "The server's key was not copied: put it into an environment variable, and the variable's name into "
            "openai_compatible.api_key_env."
        )


def _with_v1(url: str) -> str:
    """OpenAI's API begins at /v1; Continue adds that where it is missing."""
    bare = url.rstrip("/")
    return bare if re.search(r"/v\d$", bare) else f"{bare}/v1"


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
