"""What is kept about one open document between two completions."""

import asyncio
from dataclasses import dataclass, field

from hearth.engine.completion.generation import Generation
from hearth.engine.completion.growth import Growth
from hearth.engine.completion.prompt_state import PromptState
from hearth.engine.completion.suggestions import Suggestions
from hearth.engine.completion.taken import Taken
from hearth.engine.types import Completion


@dataclass
class DocumentState:
    """`by_hand` is the text and the offset that the user asked about by hand last."""

    prompt: PromptState
    suggestions: Suggestions = field(default_factory=Suggestions)
    taken: Taken = field(default_factory=Taken)
    growth: Growth = field(default_factory=Growth)
    by_hand: tuple[str, int] | None = None
    answering: asyncio.Task[Completion] | None = None  # the newest call
    generation: Generation | None = None  # the newest answer; it may outlive its call

    @property
    def is_awaited(self) -> bool:
        """Whether a call waits for an answer."""
        return self.answering is not None and not self.answering.done()

    @property
    def is_generating(self) -> bool:
        return self.generation is not None and self.generation.under_way

    def stop(self) -> None:
        """The document was closed."""
        self.growth.stop()
        if self.answering is not None:
            self.answering.cancel()
        if self.generation is not None:
            self.generation.cancel()
