"""Helpers of the story in `engine/stop.py`: the rules, the trims, and what both ask of lines."""
