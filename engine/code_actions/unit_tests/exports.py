"""How a file in JavaScript or TypeScript hands out its names."""

from dataclasses import dataclass, field

import tree_sitter

from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.context.parsed import ParsedText

_DECLARATIONS = ("function_declaration", "generator_function_declaration", "class_declaration")


@dataclass(slots=True)
class Exports:
    """`named` gives, for a name of the file, the one that others import; `default` is the name that it hands out
    alone. `commonjs`: by `module.exports`, so others `require` it.
    """

    named: dict[str, str] = field(default_factory=dict)
    default: str = ""
    commonjs: bool = False

    def has(self, name: str) -> bool:
        return name in self.named or name == self.default

    def imports(self, names: tuple[str, ...], path: str, require: bool) -> tuple[str, ...]:
        """The statement that brings in these names of the file at `path`."""
        default = next((name for name in names if name == self.default and name not in self.named), "")
        parts = [(self.named[name], name) for name in names if name in self.named]
        if require:
            lines = [f'const {default} = require("{path}");'] if default and self.commonjs else []
            if default and not self.commonjs:
                parts.insert(0, ("default", default))
            inner = ", ".join(out if out == name else f"{out}: {name}" for out, name in parts)
            return (*lines, *([f'const {{ {inner} }} = require("{path}");'] if inner else []))
        inner = ", ".join(out if out == name else f"{out} as {name}" for out, name in parts)
        what = ", ".join(filter(None, [default, f"{{ {inner} }}" if inner else ""]))
        return (f'import {what} from "{path}";',) if what else ()


def exports(code: ParsedText) -> Exports:
    found = Exports()
    for node in code.tree.root_node.named_children if code.tree else ():
        if node.type == "export_statement":
            _of_module(code, node, found)
        elif node.type == "expression_statement" and node.named_children[0].type == "assignment_expression":
            _of_commonjs(code, node.named_children[0], found)
    return found


def _of_module(code: ParsedText, node: tree_sitter.Node, found: Exports) -> None:
    if node.child_by_field_name("source") is not None:
        return  # it hands on what another file defines
    is_default = any(child.type == "default" for child in node.children)
    declared = node.child_by_field_name("declaration")
    if declared is None:
        value = node.child_by_field_name("value")
        if is_default and value is not None:
            name = value.child_by_field_name("name") if value.type != "identifier" else value
            found.default = text_of(code, name) if name is not None else ""
        for clause in (child for child in node.named_children if child.type == "export_clause"):
            for specifier in clause.named_children:
                name, alias = specifier.child_by_field_name("name"), specifier.child_by_field_name("alias")
                if name is None:
                    continue
                outside = text_of(code, alias) if alias is not None else text_of(code, name)
                if outside == "default":
                    found.default = text_of(code, name)
                else:
                    found.named[text_of(code, name)] = outside
        return
    names = [declared.child_by_field_name("name")]
    names += [child.child_by_field_name("name") for child in declared.named_children if "declarator" in child.type]
    for name in names:
        if name is not None and is_default:
            found.default = text_of(code, name)
        elif name is not None:
            found.named[text_of(code, name)] = text_of(code, name)


def _of_commonjs(code: ParsedText, node: tree_sitter.Node, found: Exports) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return
    target = text_of(code, left)
    if target == "module.exports":
        found.commonjs = True
        if right.type == "identifier":
            found.default = text_of(code, right)
        elif right.type == "object":
            for member in right.named_children:
                if member.type == "shorthand_property_identifier":
                    found.named[text_of(code, member)] = text_of(code, member)
                elif member.type == "pair":
                    key, value = member.child_by_field_name("key"), member.child_by_field_name("value")
                    if key is not None and value is not None and value.type == "identifier":
                        found.named[text_of(code, value)] = text_of(code, key)
        elif (name := right.child_by_field_name("name")) is not None:
            found.default = text_of(code, name)
    elif target.startswith(("exports.", "module.exports.")):
        found.commonjs = True
        outside = target.rpartition(".")[2]
        named = right.child_by_field_name("name")
        inside = text_of(code, right) if right.type == "identifier" else text_of(code, named) if named else outside
        found.named[inside] = outside
