"""Gaps in programs with tests: what a model fills in, asked by hand."""
