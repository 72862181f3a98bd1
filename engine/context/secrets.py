"""What no model may see: files with the names of secrets, and texts that hold one.

Secrets in a text are found by a small table of well-known key formats (`engine.keys`). The detect-secrets
library was measured: 0.2 ms a line, and its entropy rules call ordinary code a secret.
"""

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import PurePath

from engine.keys import KEY_FORMATS

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
    return next((key.kind for key in KEY_FORMATS if key.sign in text and key.exact.search(text)), None)


def masked(text: str) -> str:
    """The text with every secret in it crossed out: as long as before, and with the same lines."""
    for key in KEY_FORMATS:
        if key.sign in text:
            text = key.exact.sub(lambda found: re.sub(r"\S", "x", found[0]), text)
    return text


@lru_cache(maxsize=1)
def _secret_patterns() -> tuple[str, ...]:
    return tuple(
        pattern.replace("{data}", suffix)
        for pattern in SECRET_NAMES
        for suffix in (_DATA_SUFFIXES if "{data}" in pattern else [""])
    )
