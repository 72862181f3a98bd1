"""Registers the types that msgspec decodes into, while their module is imported.

msgspec (0.22) inspects a type when it first decodes into it. If two threads do so at once for one type, it ends
the process with a segmentation fault: one of them uses what the other has only half built. One thread alone
imports a module, so types are registered there: by a `Decoder` at module level, or by `register`.
"""

import msgspec


def register(*types: object) -> None:
    """Have msgspec inspect these types and their fields, for later calls of `msgspec.convert` in any thread."""
    for each in types:
        msgspec.json.Decoder(each)
