"""A name that has become another."""

from dataclasses import dataclass

from hearth.engine.next_edit.changes import pairs
from hearth.engine.next_edit.history import UserEdit
from hearth.engine.next_edit.names import Place, places
from hearth.engine.next_edit.situation import File, Situation, changed_lines


@dataclass(frozen=True, slots=True)
class Renaming:
    """One name that became another where it is declared."""

    situation: Situation
    file: File
    edit: UserEdit
    old: str
    new: str
    declared: Place

    def is_taken(self, file: File, kinds: tuple[str, ...], scope: tuple[int, int] | None = None) -> bool:
        """Whether the new name meant something there before: it stands in places that were not renamed by now."""
        ours = [
            (each.start, each.end)
            for each in self.situation.edits
            if each.uri == file.uri and self._is_same_change(file, each)
        ]
        first, last = scope or (0, len(file.code.text))
        found = [each for each in places(file.code, self.new, first, last) if each.kind in kinds]
        return any(not any(start <= each.end and each.start <= end for start, end in ours) for each in found)

    def _is_same_change(self, file: File, edit: UserEdit) -> bool:
        if edit.id == self.edit.id or edit.kind == "accepted":
            return True
        return pairs(changed_lines(file, edit)[1]).get(self.old) == self.new
