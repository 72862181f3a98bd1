"""Imports that an edit brings along: each in the form and at the place that the language wants."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import tree_sitter

from hearth.engine.code_actions.edits import Edit, line_end
from hearth.engine.code_actions.import_names import bound_names, only_names
from hearth.engine.code_actions.statements import is_comment
from hearth.engine.code_actions.syntax_nodes import is_docstring, text_of
from hearth.engine.context.parsed import ParsedText
from hearth.engine.context.symbols import symbols
from hearth.engine.text import end_of_line

_SCRIPT = ("javascript", "typescript", "tsx")
# Comments that must stay at the top of a file.
_FIRST_LINES = re.compile(r"#!|#.*coding[:=]|//go:build|// \+build|/// <reference|//! |/\*!")


@dataclass(frozen=True, slots=True)
class _Form:
    """The types of the nodes that import, and of those that they stand behind. `holders`: nodes around them."""

    imports: tuple[str, ...]
    behind: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()


_SCRIPT_FORM = _Form(("import_statement",), ("hash_bang_line",))
_FORMS = {
    "python": _Form(("import_statement", "import_from_statement", "future_import_statement")),
    "javascript": _SCRIPT_FORM,
    "typescript": _SCRIPT_FORM,
    "tsx": _SCRIPT_FORM,
    "go": _Form(("import_declaration",), ("package_clause",)),
    "rust": _Form(("use_declaration", "extern_crate_declaration"), ("inner_attribute_item",)),
    "java": _Form(("import_declaration",), ("package_declaration",)),
    "c": _Form(("preproc_include",), ("preproc_call", "preproc_def"), ("preproc_ifdef",)),
    "cpp": _Form(("preproc_include",), ("preproc_call", "preproc_def"), ("preproc_ifdef",)),
    "csharp": _Form(("using_directive",), ("extern_alias_directive",)),
    "kotlin": _Form(("import", "import_header", "import_list"), ("package_header",)),
    "scala": _Form(("import_declaration",), ("package_clause",)),
    "swift": _Form(("import_declaration",)),
    "php": _Form(("namespace_use_declaration",), ("php_tag", "namespace_definition")),
}


def new_imports(code: ParsedText, answered: ParsedText, used: set[str]) -> tuple[Edit, ...]:
    """The imports of an answer that bring in names which are `used` and which the file does not have."""
    form = _FORMS.get(code.language.name) if code.language else None
    if form is None:
        return ()
    texts = [text_of(answered, node) for node in _imports(answered, form)]
    return import_edits(code, [text for text in texts if _is_needed(code, text, used)], used)


def imports_of(code: ParsedText) -> list[tree_sitter.Node]:
    form = _FORMS.get(code.language.name) if code.language else None
    return _imports(code, form) if form is not None else []


def import_edits(code: ParsedText, statements: Iterable[str], used: set[str] | None = None) -> tuple[Edit, ...]:
    """The edits that add import statements; those that the file has already are left out."""
    language = code.language.name if code.language else ""
    form = _FORMS.get(language)
    if form is None:
        return ()
    ours = _imports(code, form)
    known = {name for node in ours for name in bound_names(text_of(code, node), language) or ()}
    known |= {each.name for each in symbols(code).definitions if not each.owner}
    same = {_squeezed(text_of(code, node)) for node in ours}
    lines: list[str] = []
    edits: list[Edit] = []
    for statement in dict.fromkeys(statements):
        text = " ".join(statement.split()) if language == "python" else statement.strip()
        names = bound_names(text, language)
        if _squeezed(text) in same:
            continue
        if names is not None and "__future__" not in text:
            missing = [name for name in names if name not in known and (used is None or name in used)]
            if not missing:
                continue
            known.update(missing)
            text = only_names(text, missing, language)
        if language in _SCRIPT:
            merged = _merged(code, ours, text)
            if merged is not None and all(merged.start != edit.start for edit in edits):
                edits.append(merged)
                continue
            text = _in_the_files_style(code, text)
        if language == "go":
            lines += [spec for spec in _go_specs(text) if _squeezed(spec) not in _squeezed(code.text)]
        else:
            lines.append(text)
    if language == "go":
        return _go(code, ours, list(dict.fromkeys(lines)))
    first = [line for line in lines if "__future__" in line]
    rest = [line for line in lines if "__future__" not in line]
    return (*edits, *_placed(code, form, _first_imports(code, form), first, rest))


def _is_needed(code: ParsedText, text: str, used: set[str]) -> bool:
    names = bound_names(text, code.language.name if code.language else "")
    return names is None or "__future__" in text or bool(used & set(names))


def _placed(
    code: ParsedText, form: _Form, ours: list[tree_sitter.Node], first: list[str], rest: list[str]
) -> tuple[Edit, ...]:
    newline = line_end(code.text)
    if not first and not rest:
        return ()
    if first and ours:
        at = code.offset(ours[0].start_byte)
        head = Edit(at, at, "".join(line + newline for line in first) + newline)
        return (head, *_placed(code, form, ours, [], rest)) if rest else (head,)
    lines = [*first, *([""] if first and rest else []), *rest]
    if ours:
        last = ours[-1]
        end = end_of_line(code.text, code.offset(max(last.start_byte, last.end_byte - 1)))
        end -= code.text[end - 1 : end] == "\r"
        # What follows `from __future__` is a section of its own.
        gap = newline if last.type == "future_import_statement" and rest else ""
        return (Edit(end, end, gap + "".join(newline + line for line in lines)),)
    behind = [node for node in _top(code, form) if node.type in form.behind]
    if behind:
        end = end_of_line(code.text, code.offset(max(behind[-1].start_byte, behind[-1].end_byte - 1)))
        end -= code.text[end - 1 : end] == "\r"
        return (Edit(end, end, newline + "".join(newline + line for line in lines)),)
    at, is_line_end = _top_of(code)
    joined = newline.join(lines)
    return (Edit(at, at, f"{newline}{newline}{joined}" if is_line_end else f"{joined}{newline}{newline}"),)


def _top_of(code: ParsedText) -> tuple[int, bool]:
    """Where the first import of a file goes, and whether that is the end of a line."""
    root = code.tree.root_node if code.tree else None
    first = next((node for node in root.named_children if not is_comment(node)), None) if root else None
    if first is not None and is_docstring(first):
        return end_of_line(code.text, code.offset(first.end_byte)), True
    at = 0
    stop = code.offset(first.start_byte) if first is not None else len(code.text)
    while at < stop:
        end = end_of_line(code.text, at)
        if not _FIRST_LINES.match(code.text[at:end]):
            break
        at = min(end + 1, len(code.text))
    # A licence stands apart from the code; a comment right above the code belongs to it.
    above = code.text[at:stop]
    if root is not None and above.strip() and "\n\n" in above.replace("\r\n", "\n"):
        at += (
            above.rfind("\n\n" if "\r" not in above else "\n\r\n") + len(line_end(code.text) * 2) - ("\r" in above)
        )
    while at < stop and code.text[at] in "\r\n":
        at += 1
    return at, False


def _imports(code: ParsedText, form: _Form) -> list[tree_sitter.Node]:
    return [node for node in _top(code, form) if _is_import(code, form, node)]


def _first_imports(code: ParsedText, form: _Form) -> list[tree_sitter.Node]:
    """Those at the top: an import further down, behind other code, does not show where one goes."""
    found: list[tree_sitter.Node] = []
    for node in _top(code, form):
        if _is_import(code, form, node):
            found.append(node)
        elif not (
            is_comment(node)
            or node.type in form.behind
            or node.type.startswith(("if_", "try_", "preproc"))
            or (node.type == "expression_statement" and node.named_children[0].type == "string")
        ):
            break
    return found


def _is_import(code: ParsedText, form: _Form, node: tree_sitter.Node) -> bool:
    return node.type in form.imports or (node.type == "lexical_declaration" and "require(" in text_of(code, node))


def _top(code: ParsedText, form: _Form) -> list[tree_sitter.Node]:
    nodes: list[tree_sitter.Node] = []
    for node in code.tree.root_node.named_children if code.tree else ():
        inside = [each for each in node.named_children if each.type != "identifier"]  # without a guard's name
        nodes += inside if node.type in form.holders else [node]
    return nodes


def _merged(code: ParsedText, ours: list[tree_sitter.Node], text: str) -> Edit | None:
    """The names go into the braces of an import from the same module."""
    wanted = re.fullmatch(r"import (type )?\{([^}]*)\}\s*from\s*(['\"])(.+?)\3;?", text.strip())
    if wanted is None:
        return None
    for node in ours:
        known = re.match(r"import (type )?(?:\w+\s*,\s*)?\{", text_of(code, node))
        source = node.child_by_field_name("source")
        if known is None or source is None or text_of(code, source)[1:-1] != wanted[4] or known[1] != wanted[1]:
            continue
        inside = text_of(code, node)
        brace = inside.rindex("}")
        at = len(inside[:brace].rstrip(" \t\r\n,"))
        offset = code.offset(node.start_byte) + at
        comma = ", " if inside[at - 1] != "{" else " "
        return Edit(offset, offset, comma + wanted[2].strip().rstrip(","))
    return None


def _in_the_files_style(code: ParsedText, text: str) -> str:
    single, double = code.text.count(" from '"), code.text.count(' from "')
    if single > double:
        text = text.replace('"', "'")
    elif double > single:
        text = text.replace("'", '"')
    ends = [line for line in code.text.split("\n") if re.match(r"import\b.*['\"];?\s*$", line)]
    if ends and not any(line.rstrip().endswith(";") for line in ends):
        text = text.rstrip(";")
    return text


def _go_specs(text: str) -> list[str]:
    return [
        found[0].strip()
        for found in re.finditer(
            r"(?:(?<![\w.])[\w.]{1,200}+[ \t]{1,80}+)?\"[^\"\n]{1,400}+\"", text.removeprefix("import")
        )
    ]


def _go(code: ParsedText, ours: list[tree_sitter.Node], specs: list[str]) -> tuple[Edit, ...]:
    """Into the block of imports, in its order; one single import becomes a block."""
    if not specs:
        return ()
    newline = line_end(code.text)
    block = next((node for node in ours if "(" in text_of(code, node)), None)
    if block is not None:
        listed = [node for node in block.named_children[0].named_children if not is_comment(node)]
        found: dict[int, list[str]] = {}
        for spec in sorted(specs, key=_path):
            # The standard library stands first; a spec goes behind the last one that sorts before it.
            before = [n for n in listed if ("." in _path(text_of(code, n))) <= ("." in _path(spec))]
            before = [n for n in before if _path(text_of(code, n)) < _path(spec)] or before[:0]
            if before:
                at = end_of_line(code.text, code.offset(before[-1].end_byte))
                at -= code.text[at - 1 : at] == "\r"
            else:
                at = code.offset(block.start_byte) + text_of(code, block).index("(") + 1
            found.setdefault(at, []).append(spec)
        return tuple(Edit(at, at, "".join(f"{newline}\t{spec}" for spec in specs)) for at, specs in found.items())
    if len(ours) == 1:
        node = ours[0]
        listed_specs = sorted({*_go_specs(text_of(code, node)), *specs}, key=_path)
        lines = newline.join(f"\t{spec}" for spec in listed_specs)
        start = code.offset(node.start_byte)
        end = code.offset(node.end_byte)
        return (Edit(start, end, f"import ({newline}{lines}{newline})"),)
    lines_of = [f"import {specs[0]}"] if len(specs) == 1 else ["import (", *(f"\t{each}" for each in specs), ")"]
    return _placed(code, _FORMS["go"], [], [], lines_of)


def _path(spec: str) -> str:
    return spec[spec.find('"') :].strip('"')


def _squeezed(text: str) -> str:
    return re.sub(r"[\s;]+", "", text.replace("'", '"'))
