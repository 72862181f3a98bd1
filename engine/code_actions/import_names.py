"""The names that one import statement brings into a file."""

import re

_SCRIPT = ("javascript", "typescript", "tsx")
_RUST_NAMES = re.compile(r"(?<!\w)(\w{1,200}+)(?:\s{1,40}+as\s{1,40}+(\w{1,200}+))?\s{0,40}+(?=[,;}])")
_LAST_NAME = re.compile(r"(?:(?<!\w)(\w{1,200}+)|(\*))(?:\s{1,40}+as\s{1,40}+(\w{1,200}+))?\s{0,40}+;?\s{0,40}+$")
_RENAMED = re.compile(
    r"(?<![\w$])[\w$]{1,200}+(?:\s{1,40}+as\s{1,40}+|\s{0,40}+:\s{0,40}+)|\*\s{0,40}+as\s{1,40}+"
)


def bound_names(text: str, language: str) -> list[str] | None:
    """None where a statement does not say them: those of a namespace, a header, or everything of a package."""
    if language == "python":
        return _python(text)
    if language in _SCRIPT:
        return _script(text)
    if language == "go":
        specs = re.findall(
            r"(?:(?<![\w.])([\w.]{1,200}+)[ \t]{1,80}+)?\"([^\"\n]{1,400}+)\"", text.removeprefix("import")
        )
        return [alias or _last_of_go(path) for alias, path in specs]
    if language == "rust":
        if "*" in text:
            return None
        return [alias or name for name, alias in _RUST_NAMES.findall(text)]
    if language in ("java", "kotlin", "scala", "php"):
        found = _LAST_NAME.search(text.strip())
        return None if found is None or found[2] else [found[3] or found[1]]
    return None


def only_names(text: str, names: list[str], language: str) -> str:
    """The statement with no more than these names, where it lists several."""
    if language == "python" and (found := re.match(r"from\s+(\S+)\s+import\s+\(?([^)]*)\)?", text)):
        parts = [part.strip() for part in found[2].split(",") if part.strip()]
        return f"from {found[1]} import {', '.join(part for part in parts if part.split()[-1] in names)}"
    if language in _SCRIPT and (braces := re.search(r"\{([^{}]{0,4000}+)\}", text)):
        parts = [part.strip() for part in braces[1].split(",") if part.strip()]
        kept = [part for part in parts if part.split()[-1] in names]
        before = text[: braces.start()]
        default = re.fullmatch(r"(import\s+)([\w$]+)\s*,\s*", before)
        if default is not None and default[2] not in names:
            before = default[1]  # the file has it
        return before + "{ " + ", ".join(kept) + " }" + text[braces.end() :] if kept else text
    return text


def _python(text: str) -> list[str]:
    text = re.sub(r"#[^\n]*", "", text)
    text = " ".join(text.split())
    if found := re.match(r"from\s+\S+\s+import\s+\(?(.*?)\)?$", text):
        return [part.split()[-1] for part in found[1].split(",") if part.strip()]
    modules = [part.split() for part in text.removeprefix("import").split(",") if part.strip()]
    return [part[-1] if len(part) > 1 else part[0].split(".")[0] for part in modules]


def _script(text: str) -> list[str] | None:
    head = re.split(r"\bfrom\b|=", text, maxsplit=1)[0] if re.search(r"\bfrom\b|=", text) else ""
    if not head:
        return None
    names = re.findall(r"[\w$]+", _RENAMED.sub("", head))
    return [name for name in names if name not in ("import", "type", "const", "let", "var")]


def _last_of_go(path: str) -> str:
    parts = path.split("/")
    last = parts[-2] if len(parts) > 1 and re.fullmatch(r"v\d+", parts[-1]) else parts[-1]
    return last.removeprefix("go-").split(".")[0].replace("-", "_")
