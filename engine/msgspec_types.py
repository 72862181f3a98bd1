"""Types that msgspec reads into are made known to it while their module is imported.

msgspec (0.22) looks at a type when it reads into it for the first time. Two threads that do so at once for one
type end the process with a segmentation fault: one of them works with what the other has half built. A module is
imported by one thread alone, so there is the place: a `Decoder` at the level of the module, or `known`.
"""

import msgspec


def known(*types: object) -> None:
    """Have msgspec look at these types and at those in them, for `msgspec.convert` in any thread later."""
    for each in types:
        msgspec.json.Decoder(each)
