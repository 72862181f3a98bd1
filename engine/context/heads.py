"""What the head of a definition says of others: the bases of a class, the types of a function's result."""

import re

MAX_BASES = 6
MAX_RESULT_CHARS = 200
MAX_ARGUMENTS = 4  # of types inside of one another
PATH_END = re.compile(r"(?<![\w$])(?<![\w$]\.)(?<!::)(?:[\w$]++(?:\.|::))*+([\w$]++)")
_KEYWORD = re.compile(r"(?<!\w)\w{1,200}+\s{0,40}+=\s{0,40}+[\w.]{1,400}+")
# What stands around a type, and words that are none.
NO_TYPES = {
    *("Optional", "Union", "List", "Dict", "Set", "Tuple", "Sequence", "Iterable", "Iterator"),
    *("Annotated", "Any", "ClassVar", "Final", "Type", "Awaitable", "Callable", "Generator"),
    *("AsyncIterator", "Mapping", "None", "True", "Promise", "Array", "Partial", "Readonly", "Record"),
    *("Map", "Option", "Box", "Rc", "Arc", "Result", "Vec", "RefCell", "Mutex", "String", "Collection"),
    *("False", "Self", "std", "shared_ptr", "unique_ptr", "vector", "const", "auto", "var", "let"),
    *("return", "new", "delete", "void", "int", "bool", "char", "long", "unsigned", "size_t", "string"),
    *("map", "set", "optional", "else", "throw", "static", "struct", "class", "public", "private"),
    *("final", "in", "of", "case", "func", "error", "goto", "typename", "byte", "rune", "float32"),
    *("float64", "int64", "uint64", "int32", "uint32", "interface", "chan", "range", "if"),
}
_NO_BASES = {
    *("object", "Object", "Exception", "ABC", "Protocol", "Generic", "metaclass", "virtual", "extends"),
    *("implements", "with", "where", "T", "for", "dyn", "Send", "Sync"),
}
_EMBEDDED = re.compile(r"^[ \t]+\*?((?:\w+\.)?[A-Za-z]\w*)[ \t]*(?:`.*|//.*)?$", re.MULTILINE)
_BASES = {
    "python": re.compile(r"class\s+\w+\s*(?:\[[^\]]*\])?\s*\((.*)\)", re.DOTALL),
    "cpp": re.compile(r"(?:class|struct)\s[^:{;]{0,400}+(?<!:):(?!:)(.*)", re.DOTALL),
    "csharp": re.compile(r"(?:class|struct|record|interface)\s[^:{]{0,400}+:([^{]*)"),
    "kotlin": re.compile(
        r"(?:class|object|interface)\s{1,40}+\w{1,200}+[^:{(]{0,200}+(?:\([^{]{0,600}?\))?\s{0,40}+:([^{]*)"
    ),
    "rust": re.compile(
        r"(?:impl\s{1,40}+([^{]{0,300}?)\sfor\s|trait\s{1,40}+\w{1,200}+[^:{]{0,300}+:)([^{]*)", re.DOTALL
    ),
}
_EXTENDS = re.compile(r"\b(?:extends|implements|with)\s+([^{]*)")


def bases(head: str, language: str) -> tuple[str, ...]:
    """The names of the classes and interfaces that a class is made of, without what is in front of their dots."""
    if language == "go":
        found = [path.rpartition(".")[2] for path in _EMBEDDED.findall(head)]
    else:
        matched = _BASES.get(language, _EXTENDS).search(_without_arguments(head) if language == "rust" else head)
        parts = [part for part in matched.groups() if part] if matched else []
        text = _without_arguments(parts[0].partition("{")[0]) if parts else ""
        found = named_in(_KEYWORD.sub("", text)) if language == "python" else PATH_END.findall(text)
    return tuple(dict.fromkeys(name for name in found if name not in NO_TYPES and name not in _NO_BASES))[
        :MAX_BASES
    ]


def result_types(head: str, name: str, language: str) -> tuple[str, ...]:
    """The names in the type of what a function returns."""
    if language in ("python", "rust"):
        text = head.rpartition("->")[2] if "->" in head else ""
    elif language in ("java", "csharp", "c", "cpp"):
        text = re.split(rf"(?<![\w$]){re.escape(name)}\s*\(", head, maxsplit=1)[0][-MAX_RESULT_CHARS:]
    else:
        text = _behind_parameters(head, name)
    names = PATH_END.findall(text[:MAX_RESULT_CHARS])
    may_be_small = language in ("go", "c", "cpp")
    return tuple(
        each for each in dict.fromkeys(names) if each not in NO_TYPES and (may_be_small or each[:1].isupper())
    )


def named_in(expression: str) -> list[str]:
    """The last parts of the paths in a type: of `Optional["a.Big"]` Big."""
    names = PATH_END.findall(expression)
    return [name for name in names if name not in NO_TYPES and (name[:1].isupper() or name[:1] == "$")]


def _without_arguments(text: str) -> str:
    """Of `Base<A, Map<B>>(x) where A : C` Base: what a base is made with is none."""
    for _ in range(MAX_ARGUMENTS):
        text = re.sub(r"<[^<>]*>|\([^()]*\)", "", text)
    return re.split(r"\bwhere\b", text, maxsplit=1)[0]


def _behind_parameters(head: str, name: str) -> str:
    """The text behind the bracket that closes the parameters, up to a body or an arrow."""
    begin = head.find("(", max(0, head.find(f"{name}("), 0 if f"{name}(" in head else head.find(name)))
    depth = 0
    for index in range(begin, len(head)):
        depth += (head[index] == "(") - (head[index] == ")")
        if depth == 0:
            return re.split(r"=>|\{", head[index + 1 :], maxsplit=1)[0] if begin >= 0 else ""
    return ""
