"""Languages whose blocks are elements: `<ul>` … `</ul>`."""

from hearth.engine.languages.language import BRACE_OPENS, Language

# What may stand inside a tag: strings and, in braces, code may hold a ">" of their own. All have an upper length:
# in a minified file each "<" might otherwise begin a tag that extends to the end.
_INSIDE = r"""(?:[^<>"'{]|"[^"]{0,300}"|'[^']{0,300}'|\{(?:[^{}]|\{[^{}]{0,200}\}){0,200}\}){0,500}"""
_NAME = r"[A-Za-z][\w:.-]*"
_VOID = r"(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)"
_ELEMENT_OPENS = rf"<{_NAME}{_INSIDE}(?<!/)>$|^>$"
_HTML_OPENS = rf"<{_VOID}{_NAME}{_INSIDE}(?<!/)>$|^>$"

# In front of a type argument stands the name of the type, in front of an element nothing, or a bracket.
JSX_OPENS = rf"(?:^|(?<=[\s(>{{?:]))<(?:{_NAME}{_INSIDE}(?<![/=]))?>$|^>$"
TAG_ENDS = r"</[A-Za-z>]"

_MARKUP = ("<!--", "-->")

TAGS: tuple[Language, ...] = (
    Language(
        "html",
        ("html",),
        (".html", ".htm"),
        "tree_sitter_html",
        comment="",
        block_comment=_MARKUP,
        block="tag",
        opens=_HTML_OPENS,
        ends=TAG_ENDS,
        quotes='"',
    ),
    Language(
        "xml",
        ("xml", "xsl", "xslt", "svg"),
        (".xml", ".xsd", ".xsl", ".xslt", ".svg", ".plist", ".csproj", ".props", ".targets"),
        comment="",
        block_comment=_MARKUP,
        block="tag",
        opens=_ELEMENT_OPENS,
        ends=TAG_ENDS,
        quotes='"',
    ),
    # Their scripts are most of what is typed; "/*" would be wrong in `accept="image/*"`.
    Language(
        "vue",
        ("vue",),
        (".vue",),
        block_comment=_MARKUP,
        block="tag",
        opens=rf"{_HTML_OPENS}|{BRACE_OPENS}",
        ends=TAG_ENDS,
        quotes="\"'`",
        long_quotes=("`",),
        interpolations=("${",),
    ),
    Language(
        "svelte",
        ("svelte",),
        (".svelte",),
        block_comment=_MARKUP,
        block="tag",
        opens=rf"{_HTML_OPENS}|{BRACE_OPENS}|^\{{[#:].*\}}$",
        ends=rf"{TAG_ENDS}|\{{/",
        middles=r"\{:",
        quotes="\"'`",
        long_quotes=("`",),
        interpolations=("${", "{"),
    ),
    Language(
        "astro",
        ("astro",),
        (".astro",),
        block_comment=_MARKUP,
        block="tag",
        opens=rf"{_HTML_OPENS}|{BRACE_OPENS}",
        ends=TAG_ENDS,
        quotes="\"'`",
        long_quotes=("`",),
        interpolations=("${",),
    ),
)
