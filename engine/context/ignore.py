"""What is never shown to the model: secrets, what the user ignores, and what is no readable text of the workspace.

Secrets in a text are found by a small table of well-known key formats. The detect-secrets library was measured:
0.2 ms a line, and its entropy rules call ordinary code a secret.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path, PurePath

import pathspec

MAX_BYTES = 512 * 1024
IGNORE_FILES = (".gitignore", ".hearthignore")

SECRET_NAMES = (
    *(".env", ".env.*", "*.env", ".envrc", ".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", ".htpasswd"),
    *("*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "*.asc", "*.gpg"),
    *(
        "id_rsa*",
        "id_dsa*",
        "id_ecdsa*",
        "id_ed25519*",
        ".git-credentials",
        ".dockercfg",
        ".dockerconfigjson",
        "kubeconfig",
    ),
    *("credentials", "secrets", "credentials.{data}", "secrets.{data}", "*service[-_]account*.json"),
    *("*.tfvars", "*.tfstate", "*.tfstate.backup", ".vault[-_]pass*"),
)
SECRET_FOLDERS = (".ssh", ".gnupg", ".aws", ".kube")
# Files of these names are written to be shared.
SHARED_NAMES = ("*.example", "*.sample", "*.template", "*.dist", "*.pub")
# `credentials.py` is code, these hold the credentials themselves.
_DATA_SUFFIXES = ("json", "yaml", "yml", "toml", "ini", "xml", "txt", "csv", "properties", "cfg", "conf", "enc")

# What it is, a text that stands in every one of them (looked for first, as that is fast), and its exact form.
SECRET_TEXTS = (
    ("a private key", "PRIVATE KEY", r"-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----"),
    ("an AWS access key", "AKIA", r"\bAKIA[A-Z0-9]{16}\b"),
    ("a temporary AWS access key", "ASIA", r"\bASIA[A-Z0-9]{16}\b"),
    ("a GitHub token", "gh", r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    ("a GitHub token", "github_pat_", r"\bgithub_pat_\w{40,}"),
    ("a GitLab token", "glpat-", r"\bglpat-[\w-]{20,}"),
    ("a Slack token", "xox", r"\bxox[abeprs]-[\w-]{10,}"),
    ("a Stripe key", "k_live_", r"\b[rs]k_live_[A-Za-z0-9]{16,}"),
    ("a Google API key", "AIza", r"\bAIza[\w-]{35}"),
    ("a Google client secret", "GOCSPX-", r"\bGOCSPX-[\w-]{20,}"),
    ("an API key", "sk-", r"\bsk-[\w-]*[A-Za-z0-9_]{32,}"),
    ("an npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}"),
    ("a PyPI token", "pypi-AgE", r"\bpypi-AgE[\w-]{50,}"),
    ("a Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{34}"),
    ("a SendGrid key", "SG.", r"\bSG\.[\w-]{22}\.[\w-]{43}"),
    ("a DigitalOcean token", "dop_v1_", r"\bdop_v1_[a-f0-9]{64}"),
    ("an Azure storage key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{80,}"),
    ("a signed token", "eyJ", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a file may be context for another one, and why not.

    A file that is not allowed may still be completed from its own text, unless it is `secret`: then not at all.
    """

    allowed: bool
    reason: str = ""
    secret: bool = False


def verdict(path: str, workspace_roots: Sequence[str] = (), text: str | None = None) -> Verdict:
    """Judge a file by its path and, where given, its text. Without roots nothing is outside of the workspace."""
    if _has_secret_name(path):
        return Verdict(False, "its name says that it holds secrets", secret=True)
    real = os.path.realpath(path)
    if _has_secret_name(real):
        return Verdict(False, "it leads to a file whose name says that it holds secrets", secret=True)
    if workspace_roots:
        root = root_of(real, workspace_roots)
        if root is None:
            return Verdict(False, "it is outside of the workspace")
        if ignoring := _ignored_by(Path(real), root):
            return Verdict(False, f"it is ignored by {ignoring}")
    if text is None:
        return _by_size(real)
    if len(text) > MAX_BYTES:
        return Verdict(False, f"it is larger than {MAX_BYTES // 1024} KB")
    if "\0" in text:
        return Verdict(False, "it is binary")
    if secret := secret_in(text):
        return Verdict(False, f"it contains what looks like {secret}")
    return Verdict(True)


def secret_in(text: str) -> str | None:
    """What kind of secret the text contains, if any."""
    for kind, sign, form in SECRET_TEXTS:
        if sign in text and re.search(form, text):
            return kind
    return None


def root_of(path: str, workspace_roots: Sequence[str]) -> Path | None:
    """The innermost workspace root that holds the path."""
    real = Path(os.path.realpath(path))
    roots = [Path(os.path.realpath(root)) for root in workspace_roots]
    holding = [root for root in roots if real.is_relative_to(root)]
    return max(holding, key=lambda root: len(root.parts), default=None)


@lru_cache(maxsize=4096)
def _has_secret_name(path: str) -> bool:
    file = PurePath(path)
    name = file.name.lower()
    if any(fnmatchcase(name, pattern) for pattern in SHARED_NAMES):
        return False
    if any(part in SECRET_FOLDERS for part in file.parts[:-1]):
        return True
    return any(fnmatchcase(name, pattern) for pattern in _secret_patterns())


@lru_cache(maxsize=1)
def _secret_patterns() -> tuple[str, ...]:
    return tuple(
        pattern.replace("{data}", suffix)
        for pattern in SECRET_NAMES
        for suffix in (_DATA_SUFFIXES if "{data}" in pattern else [""])
    )


def _by_size(path: str) -> Verdict:
    try:
        size = Path(path).stat().st_size
    except OSError:
        return Verdict(False, "it cannot be read")
    if size > MAX_BYTES:
        return Verdict(False, f"it is larger than {MAX_BYTES // 1024} KB")
    return Verdict(True)


def _ignored_by(file: Path, root: Path) -> str | None:
    """The ignore file that excludes the file or a folder around it, as git would decide."""
    parts = file.relative_to(root).parts
    if ".git" in parts:
        return "git itself"
    folders = [root.joinpath(*parts[:depth]) for depth in range(len(parts))]
    for depth in range(1, len(parts) + 1):
        # A folder that is excluded cannot be brought back by a rule for something inside it.
        excluded: str | None = None
        for folder in folders[:depth]:
            inside = "/".join(parts[len(folder.relative_to(root).parts) : depth])
            for name in IGNORE_FILES:
                found = _rules(folder / name)
                matched = found.check_file(inside + ("/" if depth < len(parts) else "")) if found else None
                if matched is not None and matched.include is not None:
                    excluded = name if matched.include else None
        if excluded:
            return excluded
    return None


def _rules(file: Path) -> pathspec.GitIgnoreSpec | None:
    try:
        modified = file.stat().st_mtime_ns
    except OSError:
        return None
    return _read_rules(file, modified)


@lru_cache(maxsize=1024)
def _read_rules(file: Path, modified: int) -> pathspec.GitIgnoreSpec | None:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    rules: list[str] = []
    for line in lines:
        try:
            pathspec.GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue  # git, too, skips a line that it does not understand
        rules.append(line)
    return pathspec.GitIgnoreSpec.from_lines(rules)
