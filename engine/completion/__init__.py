"""Inline completions, from a cursor in a document to ghost text; `completer` tells the story."""
