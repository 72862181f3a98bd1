"""Keys and passwords: what they look like, where they stand in a text, and what a model is shown instead.

`kinds` is the table of issued keys, `names`, `judging` and `named` find values behind secret names, `finding` asks
all of them about a text, `hiding` puts stand-ins in their place, `halves` knows a key that is still being typed,
`files` knows the names of files that hold secrets.
"""
