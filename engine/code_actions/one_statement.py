"""A problem outside of functions: exactly the statement that it lies on is replaced, or the member of a class.

Models answer with the statement, with its neighbours, with the whole file or with the class around it. What the
file has already is passed over; what is left must be the statement's new text, with what that needs.
"""

import re
from collections.abc import Iterator

import tree_sitter

from hearth.engine.code_actions.brought import imports_for_answer
from hearth.engine.code_actions.edits import Edit, fitted, minimal
from hearth.engine.code_actions.import_names import bound_names
from hearth.engine.code_actions.new_imports import imports_of
from hearth.engine.code_actions.same_definition import AROUND
from hearth.engine.code_actions.statements import is_comment, siblings_of, statement_at
from hearth.engine.code_actions.syntax_nodes import body_field, text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.context.parsed import ParsedText, parse
from hearth.engine.context.symbols import symbols
from hearth.engine.errors import EditRefused
from hearth.engine.text import end_of_line, start_of_line

_WORD = re.compile(r"[^\W\d]\w*")


def statement_replaced(target: Target, codes: list[str]) -> tuple[Edit, ...]:
    """The edits. Raises `EditRefused` when the statement's own names would be lost, or the answer brings more."""
    code = target.code
    node = statement_at(code, target.start)
    if node is None:
        raise EditRefused("there is no statement here")
    is_import = any(each.start_byte == node.start_byte for each in imports_of(code))
    others = {_squeezed(text_of(code, each)) for each in siblings_of(node)}
    names = _names_of(code, target.start, target.end)
    defined = {each.name for each in symbols(code).definitions} - names
    for answer in codes:
        parsed, nodes = _statements(target, answer)
        shown = [each for each in nodes if _squeezed(text_of(parsed, each)) in others]
        fresh = [
            each
            for each in nodes
            if _squeezed(text_of(parsed, each)) not in others
            and (is_import or not _is_import(parsed, each))
            and not _names_in(parsed, each) & defined
        ]
        brings = any(_is_import(parsed, each) for each in nodes if each not in shown)
        if fresh or shown or brings:
            break
    else:
        raise EditRefused("the answer is not valid code here")
    if not fresh and shown and not brings:
        return _removed(target, names)
    texts = [_with_end(parsed, each) for each in fresh]
    if not fresh:
        texts = [target.text]  # the import alone is what was missing
    lost = names - {name for each in fresh for name in _names_in(parsed, each)} if fresh else set()
    lost = {name for name in lost if _is_used(target, name) or not _may_go(target, name)}
    if lost:
        raise EditRefused(f"the model omitted {sorted(lost)[0]}")
    _refuse_more(target, parsed, fresh, names)
    new = fitted("\n".join(_dedented(each) for each in texts), code.language, code.text, target.indent)
    imports = () if is_import else imports_for_answer(code, answer, "\n".join(texts))
    return (*imports, *minimal(code.text, target.start, target.end, new))


def _statements(target: Target, answer: str) -> tuple[ParsedText, list[tree_sitter.Node]]:
    """The answer's statements; those of the class, where the target is a member of one."""
    around = [
        each
        for each in symbols(target.code).definitions
        if each.start < target.start and target.end <= each.end and each.body != each.end
    ]
    # First the class by its name; then members alone, which only a class around them makes readable.
    named = [(each, around[-1].name) for each in AROUND if not each[0].endswith("_ {\n")] if around else []
    alone = [(each, "_") for each in AROUND if each[0].endswith("_ {\n")] if around else []
    for (before, after), name in [*named, *alone, *((each, "") for each in AROUND)]:
        # The end of the last line belongs to some statements, such as those of C's preprocessor.
        parsed = parse(f"{before}{answer}\n{after}", target.code.language)
        if parsed.tree is None:
            break
        root = parsed.tree.root_node
        nodes = (
            list(_inside(parsed, root, name)) if name else [n for n in root.named_children if not is_comment(n)]
        )
        if nodes and not any(each.has_error or each.is_error for each in nodes):
            return parsed, nodes
    return parse("", target.code.language), []


def _inside(parsed: ParsedText, root: tree_sitter.Node, class_name: str) -> Iterator[tree_sitter.Node]:
    """The members of the class with that name."""
    waiting = list(root.named_children)
    while waiting:
        node = waiting.pop(0)
        name, inner = node.child_by_field_name("name"), body_field(node)
        if name is not None and inner is not None and text_of(parsed, name) == class_name:
            yield from (each for each in inner.named_children if not is_comment(each))
            return
        if node.type in ("export_statement", "namespace_declaration", "decorated_definition", "declaration_list"):
            waiting.extend(node.named_children)


def _removed(target: Target, names: set[str]) -> tuple[Edit, ...]:
    """The answer shows what stands beside the statement, and the statement is gone: so with an unused import."""
    if target.problem is None or not names or any(_is_used(target, name) for name in names):
        raise EditRefused("the model omitted the code in question")
    if not all(_may_go(target, name) for name in names):
        raise EditRefused("the model omitted the code in question")
    text = target.code.text
    end = end_of_line(text, target.end)
    if text[target.end : end].strip(" \t;") or text[start_of_line(text, target.start) : target.start].strip():
        return (Edit(target.start, target.end, ""),)
    return (Edit(start_of_line(text, target.start), min(end + 1, len(text)), ""),)


def _refuse_more(target: Target, parsed: ParsedText, fresh: list[tree_sitter.Node], names: set[str]) -> None:
    """Only what gives a name that the statement uses, or that the problem speaks of, may come beside it."""
    own = [each for each in fresh if _names_in(parsed, each) & names]
    main = own or fresh[-1:]
    words = {word for each in main for word in _WORD.findall(text_of(parsed, each))}
    words |= set(_WORD.findall(target.problem.message)) if target.problem else set()
    for each in fresh:
        if each not in main and not _names_in(parsed, each) & words:
            raise EditRefused("the answer brings code that was not asked for")


def _names_of(code: ParsedText, start: int, end: int) -> set[str]:
    """What `start:end` gives a name to."""
    # The line's end belongs to some definitions, such as macros.
    end += len(code.text[end:]) - len(code.text[end:].lstrip("\r\n"))
    found = {each.name for each in symbols(code).definitions if start <= each.start and each.end <= end}
    language = code.language.name if code.language else ""
    for node in imports_of(code):
        if start <= code.offset(node.start_byte) and code.offset(node.end_byte) <= end + 1:
            found |= set(bound_names(text_of(code, node), language) or ())
    return found


def _names_in(parsed: ParsedText, node: tree_sitter.Node) -> set[str]:
    return _names_of(parsed, parsed.offset(node.start_byte), parsed.offset(node.end_byte))


def _is_import(parsed: ParsedText, node: tree_sitter.Node) -> bool:
    return any(
        each.start_byte == node.start_byte and each.end_byte == node.end_byte for each in imports_of(parsed)
    )


def _is_used(target: Target, name: str) -> bool:
    text = target.code.text
    return bool(re.search(rf"\b{re.escape(name)}\b", text[: target.start] + " " + text[target.end :]))


def _may_go(target: Target, name: str) -> bool:
    """Whether the problem is about the name."""
    return target.problem is not None and bool(re.search(rf"\b{re.escape(name)}\b", target.problem.message))


def _with_end(parsed: ParsedText, node: tree_sitter.Node) -> str:
    """The statement with its semicolon, its indentation, and a comment behind it."""
    start = parsed.offset(node.start_byte)
    line = parsed.text[start_of_line(parsed.text, start) : start]
    end = parsed.offset(node.end_byte)
    rest = parsed.text[end : end_of_line(parsed.text, end)]
    return (
        (line if not line.strip() else "")
        + parsed.text[start:end].rstrip()
        + (";" if rest.startswith(";") else "")
    )


def _dedented(text: str) -> str:
    width = len(text) - len(text.lstrip(" \t"))
    return "\n".join(line[width:] if not line[:width].strip() else line for line in text.split("\n"))


def _squeezed(text: str) -> str:
    return re.sub(r"[\s;,]+", "", text)
