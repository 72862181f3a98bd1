"""The HTTP client of a backend: what it trusts, what it sends with each request, and how much it reads.

Nothing of it comes from the environment behind our back: no proxy, no login from a `.netrc`, no key.
"""

import ssl
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hearth.engine import files
from hearth.engine.backends.shared import proxies
from hearth.engine.backends.shared.address import Address
from hearth.engine.backends.shared.http import Patience
from hearth.engine.errors import SettingsError

if TYPE_CHECKING:
    import httpx


def new(
    address: Address,
    patience: Patience,
    ca_file: str = "",
    key: str = "",
    by_line: bool = False,
    whole: int = 0,
) -> "httpx.AsyncClient":
    """A client for that server. Making one takes a while: it reads certificates, and the first one reads code.

    No redirects: a server on this machine could send the code elsewhere with one, and the key. And no proxy for
    such a server, as the proxy would get the code. Answers are bounded (see `bounds`); `whole`: bytes of an
    answer, where it may be longer than others. Raises `SettingsError` for a CA file or proxy that cannot be used.
    """
    import httpx

    from hearth.engine.backends.shared import bounds

    limits = bounds.Bounds(by_line=by_line)
    headers = {"Accept-Encoding": "identity"}  # what is compressed cannot be counted
    if key:
        headers["Authorization"] = f"Bearer {key}"
    return httpx.AsyncClient(
        event_hooks=bounds.hooks(replace(limits, whole=whole or limits.whole)),
        headers=headers,
        auth=address.login if address.login and not key else None,
        timeout=httpx.Timeout(patience.first_token, connect=patience.connect),
        follow_redirects=False,
        proxy=proxies.proxy_for(address.url),
        verify=_trusted(ca_file) if address.url.lower().startswith("https:") else False,
        trust_env=False,
    )


def _trusted(ca_file: str) -> ssl.SSLContext:
    """Who may sign the server's certificate: those whom httpx trusts, and those of `ca_file`.

    A file may also hold the server's own certificate. Such are often made by hand, without the fields that newer
    versions of Python insist on.
    """
    import httpx

    context = httpx.create_ssl_context()  # heeds SSL_CERT_FILE and SSL_CERT_DIR
    if not ca_file:
        return context
    path = Path(ca_file).expanduser()
    try:
        context.load_verify_locations(cadata=files.read_text(path, files.CERTIFICATES))
    except (OSError, ValueError) as error:  # an `ssl.SSLError` is an `OSError`
        why = "it holds no certificate in PEM form" if isinstance(error, ssl.SSLError | ValueError) else ""
        raise SettingsError(
            f"The certificates in {path} (ca_file) cannot be used: {why or getattr(error, 'strerror', error)}."
        ) from error
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
