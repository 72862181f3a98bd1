"""What an instruction of the user asks to be taken away; it is free text, in the user's own language."""

import re

# Beginnings of words, as people write them to a tool in their own language.
_REMOVING = re.compile(
    r"\b(?:remov|delet|drop|strip|eliminat|without|discard|clear|erase|get rid|take out|cut|omit|no longer|unused|"
    r"entfern|lösch|loesch|streich|ohne|weglass|raus|"
    r"supprim|enlev|retir|efface|sans|"
    r"elimin|borra|quita|suprim|sin |"
    r"rimuov|cancell|togli|senza|"
    r"remova|remove|apag|exclu|sem |"
    r"verwijder|wis|zonder|usuń|usun|skasuj|bez|"
    r"ta bort|radera|fjern|slet|poista|"
    r"kaldır|sil|odstra|smaz|törö|șterge|xóa|bỏ|hapus|"
    r"удал|убер|убра|без|видал|прибер|διαγρ|αφαίρ)"
    r"|删除|移除|去掉|刪除|削除|消し|取り除|제거|삭제|हटा|احذف|إزالة|מחק|הסר|ลบ",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"comment|komment|coment|comentario|commento|kommentar|komentar|opmerking|комментар|коментар|yorum|σχόλι"
    r"|注释|註釋|コメント|주석|docstring|noqa",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3,}")


def asks_to_remove(instruction: str) -> bool:
    return bool(_REMOVING.search(instruction))


def speaks_of_comments(instruction: str) -> bool:
    return bool(_COMMENTS.search(instruction))


def speaks_of(instruction: str, names: list[str]) -> bool:
    """Whether a word of the instruction is one of the names, or a word in one."""
    words = {word.lower() for word in _WORD.findall(instruction)}
    parts = {part.lower() for name in names for part in _WORD.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))}
    return any(word.startswith(part) or part.startswith(word) for word in words for part in parts)
