"""Words that others may write, and what must never be true of the words that users get."""

import re
import unicodedata

from markdown_it import MarkdownIt

F = "[Repair the settings](command:runCommands?%7B%22commands%22%3A%5B%22workbench.action.terminal.new%22%5D%7D)"

LINKS = (
    F,
    "[x](command:y)",
    "[x](COMMAND:y)",
    "[x](file:///etc/passwd)",
    "[x](https://evil.example/?q=1)",
    "[x](http://evil.example 'title')",
    '[x](command:y "title")',
    "[[x](command:y)](command:z)",
    "[x]\u200b(command:y)",
    "[x]\x00(command:y)",
    "[x]\x1b[0m(command:y)",
    "[x]\u202e(command:y)",
    "[x](\u200bcommand:y)",
    "[x](com\u200bmand:y)",
    "[x](com\x07mand:y)",
    "![x](command:y)",
    "![](https://evil.example/pixel.png)",
    "[![x](https://a.example/b.png)](command:y)",
    "<command:workbench.action.quit>",
    "<file:///etc/passwd>",
    "<https://evil.example>",
    "<vscode://evil.ext/open>",
    "command:workbench.action.quit",
    "file:///etc/passwd",
    "vscode://evil.ext/open",
    "vscode-insiders://evil.ext/open",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "[x][1]\n\n[1]: command:y",
    "[x][]\n\n[x]: command:y",
    "[x]\n\n[x]: <command:y>",
    "> [x]\n>\n> [x]: command:y",
    "[x](<command:y>)",
    "[x](\ncommand:y)",
    "`[x`](command:y)`",
    "\\`[x](command:y)`",
    "| `a | [x](command:y)` |\n|---|---|\n| `a | [x](command:y)` |",
    "```\n```\n[x](command:y)\n```",
    "- ```\n[x](command:y)\n```",
    "`` ` ``[x](command:y)`` ` ``",
    "<!--\n```\n-->\n[x](command:y)\n```\n",
    "$`$[x](command:y)$`$",
    "<a href='command:y'>x</a>",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<details><summary>x</summary>\n\n[y](command:z)\n\n</details>",
)
TERMINAL = (
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]0;title\x1b\\",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1b]8;;command:x\x1b\\text\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1b_payload\x1b\\",
    "\x1bc",
    "\x1b(0",
    "\x1b[",
    "\x1b]0;never ended",
    "\x1b",
    "\x9b31mred",
    "\x9d0;title\x9c",
    "\x90q\x9c",
    "a\x08b\x7fc\x00d\x07e",
    "over\rwritten",
    "\x0e\x0f\x1a\x05",
    "\x85\x0b\x0c",
    "[red]markup[/red] [link=https://evil.example]x[/link] [/]",
    ":smiley: [bold]",
)
HIDDEN = (
    "\u202eevil\u202c",
    "a\u2066b\u2069c\u2067d\u2068e",
    "\u200ea\u200fb\u061cc",
    "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "us\u00ader\u034f",
    "\U000e0041\U000e0042\U000e007f",
    "a\ufe0f\ufe0f\ufe01b\U000e0100",
    "\u115f\u1160\u3164\uffa0",
    "\ud800",
    "\udfff\ud83d",
    "\u2028\u2029",
    "\ufffe\uffff\ufff9a\ufffb",
    "\U0001d173\U0001bca0",
    "\u180e\u180b\u17b4",
)
LONG = (
    "x" * 100_000,
    "x " * 50_000,
    "\n" * 100_000,
    "](" * 50_000,
    "\x1b]" * 50_000,
    "\u202e" * 100_000,
    "`" * 5_000,
)
NASTY = (*LINKS, *TERMINAL, *HIDDEN, *LONG)

# Text of people that looks alike and has to stay.
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
LEGITIMATE = (
    FAMILY,
    "\u2764\ufe0f\u200d\U0001f525",
    "\U0001f3f3\ufe0f\u200d\U0001f308",
    "1\ufe0f\u20e3",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a ZWNJ
    "\u0915\u094d\u200d\u0937",  # Devanagari, with a ZWJ
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "naïve, 漢字, ✓",
    "\tdef f():\n\t\treturn [1][0]",
)

# What VS Code makes a link in a notification, and what other clients do.
_LINK = re.compile(
    r"\[([^\]]+)\]\(((?:https?://|command:|file:)[^)\s]+)|\]\(|\]\[|<[a-z][a-z0-9+.-]*:", re.IGNORECASE
)
_SCHEME = re.compile(r"\b(command|file|vscode[\w-]*|javascript|data):\S", re.IGNORECASE)
_ALSO = "\u034f\u115f\u1160\u3164\uffa0\ufe0e\ufe0f"
# Of the category of format characters: signs around numbers and of Egyptian, which are drawn.
_SEEN = "\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd" + "".join(
    map(chr, (*range(0x600, 0x606), *range(0x13430, 0x13440)))
)
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"


def hidden_in(text: str, allowed: str = "\n\t") -> set[str]:
    """The controls, surrogates and invisible characters in it, besides joiners where they join something."""
    found = {each for each in text if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    found |= {each for each in text if each in _ALSO or "\U000e0000" <= each <= "\U000e0fff"}
    found -= {*allowed, *_SEEN}
    return found - set(_JOINERS) if all(map(_joins, _neighbours(text))) else found


def is_live(message: str) -> bool:
    """Whether a client may make a link of some of it."""
    return _LINK.search(message) is not None or _SCHEME.search(message) is not None


def live_in(markdown: str) -> list[str]:
    """The links, pictures and HTML that a renderer of Markdown finds."""
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(markdown)
    each = [inner for token in tokens for inner in (token, *(token.children or ()))]
    return [token.type for token in each if token.type in ("link_open", "image", "html_inline", "html_block")]


def _neighbours(text: str) -> list[tuple[str, str]]:
    return [(text[at - 1 : at], text[at + 1 : at + 2]) for at, each in enumerate(text) if each in _JOINERS]


def _joins(around: tuple[str, str]) -> bool:
    """Not between blanks, nor between Latin letters."""
    before, after = around
    return (
        bool(before) and not before.isspace() and not (before.isalpha() and before.isascii() and after.isascii())
    )
