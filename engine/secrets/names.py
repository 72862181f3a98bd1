"""Which names say that their value is a secret: by the words they are made of, never by a part of a word."""

import re
from typing import Literal

Strength = Literal["password", "token"]

_PASSWORDS = set(
    """
    password passwd passwort pwd pass passphrase passcode pw requirepass masterauth psk
    """.split()
)
_TOKENS = set(
    """
    secret secrets token credential credentials creds auth authorization bearer jwt pat apikey apitoken
    authtoken authkey accesstoken accesskey secretkey privatekey clientsecret appkey appsecret apisecret
    signingkey encryptionkey masterkey cookiesecret sharedkey refreshtoken bottoken secretaccesskey
    dbpass dbpassword dbpasswd userpass mysqlpassword
    """.split()
)
# Words that people write together with others: PGPASSWORD, csrftoken.
_PASSWORD_ENDS = ("password", "passwd", "passphrase")
_TOKEN_ENDS = ("token", "secret", "apikey", "secretkey", "accesskey", "privatekey", "credentials")
# Behind one of these "key" is a secret.
_KEYS = set(
    """
    api secret private access auth signing encryption master account storage shared app application
    session service deploy crypto cipher aes hmac jwt subscription client admin server license cookie
    hash token vault webhook integration preshared
    """.split()
)
# What may stand behind the word that counts.
_TAILS = set(
    """
    value val string str text raw plain base64 b64 hex default env prod production dev development test
    testing staging stage live local sandbox old new current previous primary secondary main backup base
    data
    """.split()
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# What `strength` may say yes to, as it stands in a text in lower case.
BEGINNINGS = (
    "secret",
    "pass",
    "pwd",
    "token",
    "cred",
    "key",
    "auth",
    "pat",
    "pw",
    "jwt",
    "bearer",
    "masterauth",
    "psk",
)


def strength(name: str) -> Strength | None:
    """The kind of secret that a name such as `DB_PASSWORD`, `apiKey` or `x-auth-token` holds; None if none."""
    parts = [part.lower() for part in _PARTS.findall(name)]
    while parts and (parts[-1].isdigit() or parts[-1] in _TAILS):
        parts.pop()
    if len(parts) > 2 and parts[-3:] == ["private", "key", "id"]:
        parts.pop()
    if not parts:
        return None
    last = parts[-1]
    if last in _PASSWORDS or last.endswith(_PASSWORD_ENDS):
        return "password"
    if last in _TOKENS or last.endswith(_TOKEN_ENDS) or (last == "key" and len(parts) > 1 and parts[-2] in _KEYS):
        return "token"
    return None
