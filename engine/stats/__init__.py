"""What became of suggestions, kept on this disk only: counts, lengths, languages and times, never code.

`tracker` follows each suggestion from the answer to its fate; `records` is the file; `summary` is what
`hearth stats` tells; `advice` is what follows for the settings.
"""
