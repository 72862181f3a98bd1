"""`make docs`: the pages of this project as a site, made by Sphinx and MyST. A link that leads nowhere ends it."""

import re
from typing import Any

project = "Hearth"
author = "the authors of Hearth"
extensions = ["myst_parser"]
include_patterns = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/*.md",
    "editors/*.md",
    "editors/vscode/README.md",
    "lsp_server/PROTOCOL.md",
]
root_doc = "README"
myst_heading_anchors = 3
nitpicky = True
suppress_warnings = ["misc.highlighting_failure"]  # some examples have a cursor in them
html_theme = "furo"
html_extra_path = ["index.html"]
_CONTENTS = """

```{toctree}
:hidden:
:glob:

%s
```
"""


def with_contents(app: Any, name: str, source: list[str]) -> None:
    """The menu at the side: all pages. It is not in the pages themselves, which are also read as they are."""
    if name == root_doc:
        pages = [re.sub(r"\.md$", "", page) for page in include_patterns if page != "README.md"]
        source[0] += _CONTENTS % "\n".join(pages)


def setup(app: Any) -> None:
    app.connect("source-read", with_contents)
