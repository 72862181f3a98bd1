from hearth.engine.context.symbols import Definition, definitions_around, imports_in, references, symbols
from tests.engine.context.marked import marked


def definition(text: str, language: str, name: str) -> Definition:
    code, _ = marked(text + "⟨⟩", language)
    return next(found for found in symbols(code).definitions if found.name == name)


def test_the_signature_is_the_head_without_the_body() -> None:
    found = definition(
        "class A:\n    @cached\n    def f(\n        self,\n    ) -> int:\n        return 1\n", "python", "f"
    )
    assert found.signature == "    def f(\n        self,\n    ) -> int:"
    assert found.owner == "A"


def test_the_signature_has_what_stands_before_the_definition_on_its_line() -> None:
    found = definition("export const f = (x: number): string => {\n  return ''\n}\n", "typescript", "f")
    assert found.signature == "export const f = (x: number): string =>"


def test_a_definition_without_a_body_is_shown_as_a_whole() -> None:
    found = definition("type S struct {\n\tA int\n\tB string\n}\n", "go", "S")
    assert found.signature == "type S struct {\n\tA int\n\tB string\n}"


def test_a_class_that_is_defined_outside_of_its_owner_has_its_own_name() -> None:
    found = definition("class Outer::Inner {\n  int x;\n};\n", "cpp", "Inner")
    assert found.signature == "class Outer::Inner"


def test_a_long_comment_is_read_from_its_beginning() -> None:
    text = "/**\n * Adds.\n" + " * ```\n * // example\n" * 30 + " */\nfunction f() {}\n"
    assert definition(text, "typescript", "f").doc == "Adds."


def test_a_long_definition_without_a_body_is_cut() -> None:
    found = definition("struct S {\n" + "    int x;\n" * 100 + "};\n", "c", "S")
    assert len(found.signature.splitlines()) == 12


def test_the_documentation_is_the_first_sentence_of_the_docstring() -> None:
    found = definition('def f():\n    """\n    Say é. Not a.\n\n    More.\n    """\n', "python", "f")
    assert found.doc == "Say é."


def test_the_documentation_is_the_first_line_of_the_comment_above() -> None:
    text = "/**\n * Adds.\n * More.\n */\n@Pure\nfunction f() {}\n"
    assert definition(text, "typescript", "f").doc == "Adds."
    assert definition("// F adds.\n// More.\nfunc F() {}\n", "go", "F").doc == "F adds."
    assert definition("/// Adds.\n#[inline]\nfn f() {}\n", "rust", "f").doc == "Adds."


def test_a_comment_farther_up_is_not_its_documentation() -> None:
    assert definition("// License.\n\nfunc F() {}\n", "go", "F").doc == ""


def test_offsets_count_characters() -> None:
    found = definition("é = '😀'\ndef f():\n    pass\n", "python", "f")
    assert found.start == 8
    assert found.end == 8 + len("def f():\n    pass")


def test_nested_definitions_know_what_they_are_in() -> None:
    text = "class A:\n    class B:\n        def f(self): pass\n    def g(self): pass\n"
    assert definition(text, "python", "f").owner == "A.B"
    assert definition(text, "python", "g").owner == "A"


def test_the_definitions_around_an_offset_are_those_that_hold_it() -> None:
    code, offset = marked("class A:\n    def f(self):\n        ⟨⟩pass\n\n    def g(self): pass\n")
    assert [found.name for found in definitions_around(code, offset, offset)] == ["A", "f"]


def test_references_are_the_identifiers_of_a_range_from_its_end() -> None:
    code, offset = marked("one = two(three)\nfour(five)\n⟨⟩six()\n")
    assert references(code, 17, offset) == ("five", "four")


def test_without_a_tree_every_word_of_a_known_language_is_a_reference() -> None:
    code, offset = marked("const a = totalOf(b1, $x);⟨⟩ more", "zig")
    assert references(code, 0, offset) == ("x", "b1", "totalOf", "a", "const")
    code, offset = marked("some plain words⟨⟩", "plaintext")
    assert references(code, 0, offset) == ()


def test_several_names_of_one_statement_are_one_import() -> None:
    code, _ = marked("from .a import b, c as d\nimport e, f.g as h\nfrom . import *⟨⟩")
    found = [(statement.module, statement.names) for statement in symbols(code).imports]
    assert found == [(".a", ("b", "c")), ("e", ()), ("f.g", ()), (".", ())]


def test_imports_of_a_part_of_the_text() -> None:
    code, offset = marked("import a\n⟨⟩import b\n")
    assert [statement.module for statement in imports_in(code, 0, offset)] == ["a"]


def test_symbols_are_found_in_code_that_is_being_written() -> None:
    code, _ = marked("import os\n\ndef f(x):\n    return x\n\ndef g(⟨⟩\n\nclass A:\n    def m(self): pass\n")
    assert {"f", "m"} <= {found.name for found in symbols(code).definitions}
