"""Chat: `answering` streams an answer, `history` keeps conversations on the disk.

`passages` choose the part of a document that a question is about, `passage` makes it fit the window. `own_prompts`
are the user's own.
"""
