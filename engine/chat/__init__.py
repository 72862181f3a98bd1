"""Chat: `answering` streams an answer, `history` keeps conversations on the disk."""
