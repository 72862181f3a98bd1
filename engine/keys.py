"""What the keys and tokens look like that clouds, forges and vendors issue: said once, for prompts and for logs.

A prompt must not lose ordinary code, so it goes by the exact form; in a log, where a key may stand cut or
misspelt, whatever begins like one is taken for one.
"""

import re
from typing import NamedTuple


class KeyFormat(NamedTuple):
    """`sign` stands in every one of them; it is looked for first, because that is fast."""

    kind: str
    sign: str
    exact: re.Pattern[str]
    loose: re.Pattern[str]


def _issued(kind: str, sign: str, beginning: str, rest: str) -> KeyFormat:
    return KeyFormat(
        kind, sign, re.compile(rf"\b{beginning}{rest}"), re.compile(rf"\b{beginning}[\w.~+/=-]{{8,}}")
    )


_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL
)

KEY_FORMATS = (
    KeyFormat("a private key", "PRIVATE KEY", _PRIVATE_KEY, _PRIVATE_KEY),
    _issued("an AWS access key", "AKIA", "AKIA", r"[A-Z0-9]{16}\b"),
    _issued("a temporary AWS access key", "ASIA", "ASIA", r"[A-Z0-9]{16}\b"),
    _issued("a GitHub token", "gh", "gh[pousr]_", r"[A-Za-z0-9]{36,}"),
    _issued("a GitHub token", "github_pat_", "github_pat_", r"\w{40,}"),
    _issued("a GitLab token", "glpat-", "glpat-", r"[\w-]{20,}"),
    _issued("a Slack token", "xox", "xox[abeprs]-", r"[\w-]{10,}"),
    _issued("a Stripe key", "k_live_", "[rs]k_live_", r"[A-Za-z0-9]{16,}"),
    _issued("a Google API key", "AIza", "AIza", r"[\w-]{35}"),
    _issued("a Google client secret", "GOCSPX-", "GOCSPX-", r"[\w-]{20,}"),
    _issued("an API key", "sk-", "sk-", r"[\w-]*[A-Za-z0-9_]{32,}"),
    _issued("an npm token", "npm_", "npm_", r"[A-Za-z0-9]{36}"),
    _issued("a PyPI token", "pypi-AgE", "pypi-AgE", r"[\w-]{50,}"),
    _issued("a Hugging Face token", "hf_", "hf_", r"[A-Za-z0-9]{34}"),
    _issued("a SendGrid key", "SG.", r"SG\.", r"[\w-]{22}\.[\w-]{43}"),
    _issued("a DigitalOcean token", "dop_v1_", "dop_v1_", r"[a-f0-9]{64}"),
    _issued("an Azure storage key", "AccountKey=", "AccountKey=", r"[A-Za-z0-9+/]{80,}"),
    _issued("a signed token", "eyJ", "eyJ", r"[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
)
