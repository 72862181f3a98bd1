"""Next edits: what the user has just changed, and what follows from it elsewhere. No model is asked.

`history` knows the edits, `rules` is the table of what can follow from one, `predictor` tells the story, and
`silence` says when nothing is shown.
"""
