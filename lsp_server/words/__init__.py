"""All that Hearth says: `text` makes the words, `client` is the way to an editor, `screen` the way to a terminal.

What is said quotes others: a project's settings and paths, a model, a server, another program's diagnostics.
None of them may put a link, a command or an invisible character in front of the user, or more than fits there.
So nothing else in this tree speaks to a client or prints; `tests/test_layers_words.py` looks for it.
"""
