"""Statistics of suggestions, kept on this disk only: counts, lengths, languages and times, never code.

`tracker` follows each suggestion from the answer to its outcome; `records` reads and writes the file; `summary`
computes the figures that `hearth stats` prints; `advice` derives a setting from them.
"""
