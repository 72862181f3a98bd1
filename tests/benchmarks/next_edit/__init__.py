"""Next edits, measured on what people changed from one release of a package to the next.

One hunk of a release is played as the user's edit. If others follow from it (`hunks.links`), one of them should be
offered; if none does, or all are made already, nothing should be.
"""
