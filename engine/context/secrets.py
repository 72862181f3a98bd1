"""What no model may see: files with the names of secrets, and texts that hold one.

Secrets in a text are found by a small table of well-known key formats. The detect-secrets library was measured:
0.2 ms a line, and its entropy rules call ordinary code a secret.
"""

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import PurePath

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

_KEY_SIGN = "PRIVATE KEY"
_KEY_BODY = r"(?s:.*?)(?:-----END [A-Z ]*-----|\Z)"

# What it is, a text that stands in every one of them (looked for first, as that is fast), and its exact form.
SECRET_TEXTS = (
    ("a private key", _KEY_SIGN, r"-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----"),
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


@lru_cache(maxsize=4096)
def has_secret_name(path: str) -> bool:
    """Whether the path alone says that the file holds secrets."""
    file = PurePath(path)
    name = file.name.lower()
    if any(fnmatchcase(name, pattern) for pattern in SHARED_NAMES):
        return False
    if any(part in SECRET_FOLDERS for part in file.parts[:-1]):
        return True
    return any(fnmatchcase(name, pattern) for pattern in _secret_patterns())


def secret_in(text: str) -> str | None:
    """What kind of secret the text contains, if any."""
    for kind, sign, form in SECRET_TEXTS:
        if sign in text and re.search(form, text):
            return kind
    return None


def masked(text: str) -> str:
    """The text with every secret in it crossed out: as long as before, and with the same lines."""
    for _, sign, form in SECRET_TEXTS:
        if sign in text:
            whole = form + _KEY_BODY if sign == _KEY_SIGN else form
            text = re.sub(whole, lambda found: re.sub(r"\S", "x", found[0]), text)
    return text


@lru_cache(maxsize=1)
def _secret_patterns() -> tuple[str, ...]:
    return tuple(
        pattern.replace("{data}", suffix)
        for pattern in SECRET_NAMES
        for suffix in (_DATA_SUFFIXES if "{data}" in pattern else [""])
    )
