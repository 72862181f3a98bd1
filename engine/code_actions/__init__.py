"""Code actions: from a place in a file to safe edits. Begin reading at `rewrite`.

`actions`: the table of what can be done. `targets`: what is rewritten. `prompts`: what the model is asked.
`answers`: how an answer becomes edits, by way of `edits` (cut out, fitted, as small as can be, checked),
`docstrings`, `signatures`, `local_names`, `brought`, `new_imports` and `unit_tests`. `judge`: what an edit must
not lose, by its `statements`. `syntax_nodes`: the tree's nodes.
"""
