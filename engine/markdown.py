"""Markdown, as models read and write it."""


def fenced(code: str, language: str) -> str:
    """Markdown's way to show code; text that contains fences gets a longer one."""
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code}\n{fence}"
