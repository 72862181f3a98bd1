"""Next edits: what the user has just changed, and what follows from it elsewhere.

`history` knows the edits, `rules` is the table of what can follow from one, `predictor` tells the story, and
`silence` says when nothing is shown. A model is asked by `filling` alone.
"""
