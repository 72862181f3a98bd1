"""What can follow from an edit: one row per rule, asked in this order. The first that knows something answers."""

from collections.abc import Callable
from typing import NamedTuple

from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.keys import keys
from hearth.engine.next_edit.mirrors import mirrors
from hearth.engine.next_edit.missing import missing
from hearth.engine.next_edit.moves import moves
from hearth.engine.next_edit.renames import renames
from hearth.engine.next_edit.repeats import repeats
from hearth.engine.next_edit.signatures import holes, signatures
from hearth.engine.next_edit.situation import Proposal, Situation
from hearth.engine.next_edit.twins import twins
from hearth.engine.next_edit.unused import unused

# What only a model can say: asked where no rule knows anything.
HOLES = (holes,)


class Rule(NamedTuple):
    """`find` lists what follows from one edit. `of_pasted`: it is asked about pasted text too."""

    name: str
    find: Callable[[Situation, UserEdit], list[Proposal]]
    of_pasted: bool = False


RULES = (
    Rule("renames", renames),
    Rule("keys", keys),
    Rule("mirrors", mirrors),
    Rule("signatures", signatures),
    Rule("repeats", repeats),
    Rule("twins", twins),
    Rule("moves", moves, of_pasted=True),
    Rule("missing", missing),
    Rule("unused", unused),
)
