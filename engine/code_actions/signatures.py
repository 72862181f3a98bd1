"""The types in a function's signature: what is missing, what an answer gives, and what that needs."""

import builtins
import re
import typing
from collections.abc import Iterator

import tree_sitter

from hearth.engine.code_actions.edits import Edit, minimal
from hearth.engine.code_actions.import_names import bound_names
from hearth.engine.code_actions.new_imports import import_edits, imports_of, new_imports
from hearth.engine.code_actions.syntax_nodes import field, leaves, node_of, text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText, parse
from hearth.engine.context.symbols import Definition, symbols
from hearth.engine.errors import EditRefused

_PYTHON_TYPES = {
    "List": "list",
    "Dict": "dict",
    "Tuple": "tuple",
    "Set": "set",
    "FrozenSet": "frozenset",
    "Type": "type",
}
# Types of the standard library that people name without a thought.
_STANDARD = {
    "Path": "pathlib",
    "datetime": "datetime",
    "date": "datetime",
    "timedelta": "datetime",
    "Decimal": "decimal",
    "Fraction": "fractions",
    "UUID": "uuid",
    "Enum": "enum",
    "Counter": "collections",
    "OrderedDict": "collections",
    "defaultdict": "collections",
    "deque": "collections",
    "Logger": "logging",
    "Namespace": "argparse",
    "ModuleType": "types",
    "TracebackType": "types",
}
_SCRIPT = "typescript"
_NO_NAMES = ("type", "type_annotation", "modifiers", "comment")
_PHP_TYPES = (*_NO_NAMES, "primitive_type", "optional_type", "named_type", "union_type", "intersection_type")
_SCRIPT_TYPES = frozenset(
    """
    Array ReadonlyArray Record Map Set Promise Partial Required Readonly Pick Omit Iterable Iterator Date
    Error RegExp Function Object String Number Boolean Symbol BigInt Uint8Array ArrayBuffer Buffer
    Element HTMLElement Event Node
    """.split()
)


def lacks_types(code: ParsedText, definition: Definition) -> bool:
    """Whether a parameter has no type, or (in Python) the function says not what it returns."""
    node = node_of(code, definition)
    parameters = field(node, "parameters") if node else None
    if node is None or parameters is None:
        return False
    for child in parameters.named_children:
        if text_of(code, child) in ("self", "cls", "/", "*") or "comment" in child.type:
            continue
        typed = any(part.type in ("type", "type_annotation") for part in child.children)
        if not typed:
            return True
    return code.language is not None and code.language.name == "python" and field(node, "return_type") is None


def parameter_names(code: ParsedText, definition: Definition) -> list[str]:
    """The names of a function's parameters, without `self` and the like."""
    node = node_of(code, definition)
    parameters = field(node, "parameters") if node else None
    if parameters is None and node is not None:
        parameters = next((each for each in _below(node, "parameters") if "parameter" in each.type), None)
    names: list[str] = []
    for child in _parameters(parameters) if parameters is not None else ():
        said = [leaf for leaf in leaves(child, without=_NO_NAMES) if "identifier" in leaf.type]
        declared = child.child_by_field_name("declarator") or child.child_by_field_name("name")
        if declared is None:
            declared = child.child_by_field_name("pattern")
        if declared is not None:
            said = [leaf for leaf in leaves(declared) if "identifier" in leaf.type]
        plain = [text_of(code, leaf) for leaf in said if leaf.type != "type_identifier"]
        if plain and plain[0] not in ("self", "cls", "this"):
            names.append(plain[0])
    return names


def _below(node: tree_sitter.Node, name: str) -> Iterator[tree_sitter.Node]:
    """The fields of that name at a node's declarators: C puts the parameters there."""
    inner = node.child_by_field_name("declarator")
    while inner is not None:
        if (found := inner.child_by_field_name(name)) is not None:
            yield found
        inner = inner.child_by_field_name("declarator")


def untyped(code: ParsedText, node: tree_sitter.Node) -> list[str]:
    """The parameters without their types, token by token, and without a comma behind the last."""
    parameters = field(node, "parameters")
    if parameters is None:
        return []
    is_php = code.language is not None and code.language.name == "php"
    tokens = [text_of(code, leaf) for leaf in leaves(parameters, without=_PHP_TYPES if is_php else _NO_NAMES)]
    inside = [token for token in tokens if token not in (":", "?")][1:-1]
    return inside[:-1] if inside[-1:] == [","] else inside


def signature(
    ours: ParsedText, old: tree_sitter.Node, theirs: ParsedText, new: tree_sitter.Node, quoted: set[str]
) -> tuple[Edit, ...]:
    """The edits that give the types of `new` to the parameters and the return value of `old` that have none."""
    edits: list[Edit] = []
    before, after = field(old, "parameters"), field(new, "parameters")
    if before is None or after is None:
        raise EditRefused("the function has no parameter list")
    for one, other in zip(_parameters(before), _parameters(after), strict=True):
        if not _is_typed(one) and _is_typed(other):
            start, end = ours.offset(one.start_byte), ours.offset(one.end_byte)
            edits += minimal(ours.text, start, end, types_written(theirs, other, quoted))
    generic, known = field(new, "type_parameters"), field(old, "type_parameters")
    if generic is not None and known is None:
        at = ours.offset(before.start_byte)
        edits.append(Edit(at, at, text_of(theirs, generic)))
    returned, has_one = field(new, "return_type"), field(old, "return_type")
    if returned is not None and has_one is None:
        arrow = " -> " if ours.language and ours.language.name == "python" else ""
        end = ours.offset(before.end_byte)
        edits.append(Edit(end, end, arrow + types_written(theirs, returned, quoted)))
    return tuple(edits)


def types_written(code: ParsedText, node: tree_sitter.Node, quoted: set[str]) -> str:
    """The text at a node; in Python with today's names of types, and quotes around those not known yet."""
    text = text_of(code, node)
    if code.language is None or code.language.name != "python":
        return text
    spans = []
    for each in _outermost_types(node):
        written = re.sub(
            r"\b(?:typing\.)?(List|Dict|Tuple|Set|FrozenSet|Type)\[",
            lambda found: f"{_PYTHON_TYPES[found[1]]}[",
            text_of(code, each),
        )
        if quoted & set(_names(code, each)) and '"' not in written:
            written = f'"{written}"'
        spans.append((each.start_byte, each.end_byte, written))
    source = code.source
    parts, last = [], node.start_byte
    for start, end, written in spans:
        parts += [source[last:start].decode("utf-8", "replace"), written]
        last = end
    return "".join([*parts, source[last : node.end_byte].decode("utf-8", "replace")])


def type_names(code: ParsedText, node: tree_sitter.Node) -> set[str]:
    """The names that the types of a function are made of; of `a.b` the first."""
    names: set[str] = set()
    for part in ("parameters", "return_type", "type_parameters"):
        if (found := field(node, part)) is not None:
            for each in _outermost_types(found):
                names |= set(_names(code, each))
    generic = field(node, "type_parameters")
    if generic is not None:
        names -= {text_of(code, leaf) for leaf in leaves(generic) if "identifier" in leaf.type}
    if code.language and code.language.name == "python":
        return {_PYTHON_TYPES.get(name, name) for name in names}
    return names


def imports_for(target: Target, names: set[str], answer: str) -> tuple[tuple[Edit, ...], set[str]]:
    """(what the types need, those that must be quoted); a type that nobody defines is refused."""
    code = target.code
    brought = parse(answer, code.language)
    if code.language is None or code.language.name != "python":
        unknown = {name for name in names if not re.search(rf"\b{re.escape(name)}\b", _without(code.text, target))}
        imports = new_imports(code, brought, unknown)
        imported = {
            name for node in imports_of(brought) for name in bound_names(text_of(brought, node), _SCRIPT) or ()
        }
        if strange := sorted(unknown - _SCRIPT_TYPES - imported):
            raise EditRefused(f"the type {strange[0]} is unknown in this file")
        return imports, set()
    late, known = _python_names(target)
    unknown = {name for name in names if name not in known and not hasattr(builtins, name)}
    quoted = unknown & late if "annotations" not in known else set()
    unknown -= late
    lines = [
        text_of(brought, node)
        for node in imports_of(brought)
        if unknown & set(bound_names(text_of(brought, node), "python") or ())
    ]
    unknown -= {name for line in lines for name in bound_names(line, "python") or ()}
    from_typing = sorted(unknown & set(typing.__all__))
    if from_typing:
        lines.append(f"from typing import {', '.join(from_typing)}")
    unknown -= set(from_typing)
    lines += [f"from {_STANDARD[name]} import {name}" for name in sorted(unknown & set(_STANDARD))]
    if strange := sorted(unknown - set(_STANDARD)):
        raise EditRefused(f"the type {strange[0]} is unknown in this file")
    return import_edits(code, lines, names), quoted


def _python_names(target: Target) -> tuple[set[str], set[str]]:
    """(names that exist for a type checker, or only later; names that exist when the function is defined)."""
    code = target.code
    known: set[str] = set()
    late: set[str] = set()
    top = {(node.start_byte, node.end_byte) for node in imports_of(code)}
    for each in symbols(code).imports:
        text = code.text[each.start : each.end]
        names = set(bound_names(text, "python") or ())
        at_top = (code.byte(each.start), code.byte(each.end)) in top and each.start < target.start
        (known if at_top else late).update(names)
    for definition in symbols(code).definitions:
        if definition.owner or definition.kind not in ("class", "type", "variable"):
            continue
        (known if definition.end <= target.start else late).add(definition.name)
    known |= {
        name
        for node in imports_of(code)
        if node.type == "future_import_statement"
        for name in re.findall(r"\w+", text_of(code, node))
    }
    return late - known, known


def _parameters(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    return [child for child in node.named_children if "comment" not in child.type]


def _is_typed(node: tree_sitter.Node) -> bool:
    return any(part.type in ("type", "type_annotation") for part in node.children)


def _outermost_types(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    if node.type in ("type", "type_annotation"):
        return [node]
    return [found for child in node.children for found in _outermost_types(child)]


def _names(code: ParsedText, node: tree_sitter.Node) -> list[str]:
    found: list[str] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.type in ("identifier", "type_identifier"):
            found.append(text_of(code, each))
        elif each.type in ("attribute", "nested_type_identifier", "nested_identifier", "member_type"):
            waiting.append(each.children[0])
        else:
            waiting.extend(each.children)
    return found


def _without(text: str, target: Target) -> str:
    return text[: target.start] + text[target.end :]
