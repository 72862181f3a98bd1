"""Tests for a function: where they go, in which framework, and how they get into the file.

`planning` decides the first two by the project's own tests and manifests, with one module per language; `merging`
puts what a model wrote into the file, piece by piece (`pieces`).
"""

from hearth.engine.code_actions.unit_tests.complete import ASKED_FOR, complete_tests, has_enough
from hearth.engine.code_actions.unit_tests.merging import merged
from hearth.engine.code_actions.unit_tests.plan import Plan
from hearth.engine.code_actions.unit_tests.planning import LANGUAGES, plan, planner

__all__ = ["ASKED_FOR", "LANGUAGES", "Plan", "complete_tests", "has_enough", "merged", "plan", "planner"]
