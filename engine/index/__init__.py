"""An index of the workspace's symbols, so that a question in chat finds the definitions that it names.

`walk` lists the files that a model may see, `entries` has what is known of one of them, `kept` is the cache on the
disk, `symbols` the index, which is brought up to date in idle time, and `search` finds the definitions that a
question is about, by words: those of their names, their doc lines and their paths.
"""
