"""What is left of a completion for a client that can only insert at the cursor."""

from hearth.engine.types import Completion


def inserted(completion: Completion, text: str) -> str:
    """What to insert at the cursor so that the text right of it may stay. `text` is that of the document.

    A completion replaces what the editor closed right of the cursor, and mostly says it again at its end. What
    it says behind that cannot be had by inserting.
    """
    replaced = text[completion.start : completion.end]
    if not replaced:
        return completion.text
    return completion.text[: max(0, completion.text.rfind(replaced))]
