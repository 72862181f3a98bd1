"""What a model wrote, as a part of the file of tests."""

import re
from collections.abc import Iterable

from hearth.engine.characters import one_line
from hearth.engine.code_actions.answered import code_in
from hearth.engine.code_actions.edits import Edit, applied, line_end, refuse_errors
from hearth.engine.code_actions.import_names import bound_names
from hearth.engine.code_actions.new_imports import import_edits, imports_of
from hearth.engine.code_actions.statements import outline
from hearth.engine.code_actions.syntax_nodes import text_of
from hearth.engine.code_actions.targets import Target
from hearth.engine.code_actions.unit_tests.pieces import Piece
from hearth.engine.code_actions.unit_tests.plan import Plan
from hearth.engine.context.parsed import ParsedText, parse
from hearth.engine.context.symbols import symbols
from hearth.engine.errors import EditRefused
from hearth.engine.languages import language_of

_RELATIVE = re.compile(r"['\"]\.{1,2}/|^from \.")
_MODULE_FORM = re.compile(r"import [\w.]{1,300}+(?: as \w{1,100}+)?$|import \* as |(?:const|let|var) \w{1,100}+ =")


def merged(plan: Plan, target: Target, answer: str) -> str:
    """The text of the test file with the answer's tests. Raises `EditRefused`."""
    language = language_of("", str(plan.path))
    answered = parse(plan.prepared(code_in(answer, language)), language)
    if answered.tree is None or (answered.tree.root_node.has_error and not plan.style.lenient):
        raise EditRefused("the answer is not valid code")
    old = parse(plan.old_text or "", language)
    pieces = plan.style.pieces(answered)
    tests = _tests(plan, target, answered, pieces, old)
    taken = _with_helpers(plan, pieces, tests, old)
    imports = _imports(plan, pieces, taken, old)
    texts = [each.text for each in taken]
    if plan.prelude and plan.prelude not in old.text:
        texts.insert(0, plan.prelude)
    if plan.style.imports_inside:
        texts[:0] = ["\n".join(missing)] if (missing := [each for each in imports if each not in old.text]) else []
        imports = []
    text = old.text if old.text.strip() else plan.head
    for statement in imports:
        code = parse(text, language)
        text = applied(text, import_edits(code, [statement])) if text.strip() else f"{statement}\n"
    body = plan.style.gap.join(texts).replace("\n", line_end(text))
    text = applied(text, (plan.style.place(parse(text, language), body),))
    if not plan.style.lenient:
        base = old if old.text.strip() else parse(plan.head, language)
        refuse_errors(base, (Edit(0, len(base.text), text),))
    return text


def _tests(plan: Plan, target: Target, answered: ParsedText, pieces: list[Piece], old: ParsedText) -> list[Piece]:
    tests = [each for each in pieces if each.kind == "test"]
    for each in tests:
        if _is_empty(answered, each):
            raise EditRefused(f"the model omitted the code of {one_line(each.text.split(chr(10))[0])}")
    own = {plan.wanted, target.name}
    if not any(_speaks_of(answered, each, own) for each in tests):
        raise EditRefused(f"the answer contains no test of {target.name}")
    plain = old.text.replace("\r\n", "\n")
    new = [each for each in tests if each.text not in plain]
    if not new:
        raise EditRefused(f"{plan.path.name} already has these tests")
    known = {each.name for each in symbols(old).definitions}
    return [_renamed(each, known) for each in new]


def _speaks_of(answered: ParsedText, test: Piece, names: set[str]) -> bool:
    text = answered.text[test.start : test.end]
    return any(re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) for name in names if name)


def _is_empty(code: ParsedText, test: Piece) -> bool:
    """Whether it does nothing: a comment, or dots, stand where its code should."""
    inside = outline(code, test.start, test.end).statements
    return not any(not each.says_nothing and not each.is_definition for each in inside)


def _renamed(test: Piece, known: set[str]) -> Piece:
    """With another name where the file has a test of that name."""
    text = test.text
    for name in test.names:
        new, number = name, 2
        while new in known:
            new, number = f"{name}{'_' if name.islower() else ''}{number}", number + 1
        if new != name:
            text = re.sub(rf"(?<![\w$]){re.escape(name)}(?=\s{{0,8}}[(:{{<])", new, text, count=1)
        known.add(new)
    return Piece(test.kind, text, test.names, test.uses, test.start, test.end)


def _with_helpers(plan: Plan, pieces: list[Piece], tests: list[Piece], old: ParsedText) -> list[Piece]:
    """The tests with what they use of the answer, in its order."""
    known = {each.name for each in symbols(old).definitions} | plan.names | {plan.wanted}
    taken = {each.start: each for each in tests}
    taken |= {each.start: each for each in pieces if each.kind == "setup" and each.text not in old.text}
    while True:
        used = frozenset[str]().union(*(each.uses for each in taken.values()))
        more = [
            each
            for each in pieces
            if each.kind == "helper"
            and each.start not in taken
            and used & set(each.names)
            and not known.issuperset(each.names)
        ]
        if not more:
            return [taken[start] for start in sorted(taken)]
        taken |= {each.start: each for each in more}


def _imports(plan: Plan, pieces: list[Piece], taken: list[Piece], old: ParsedText) -> list[str]:
    """What the taken pieces need: imports of the framework, of the answer, and of the tested file."""
    language = old.language.name if old.language else ""
    used = set[str]().union(*(each.uses for each in taken))
    defined = {name for each in taken for name in each.names}
    statements: list[str] = list(plan.imports)
    known = {name for each in imports_of(old) for name in bound_names(text_of(old, each), language) or ()}
    bound = defined | known | {name for line in plan.imports for name in bound_names(line, language) or ()}
    whole: list[str] = []
    for each in (each for each in pieces if each.kind == "import"):
        names = bound_names(each.text, language)
        if plan.is_left_out(each.text):
            continue
        if names is not None and _is_guess(plan, each.text, names):
            is_module = _MODULE_FORM.match(_squeezed(each.text)) is not None
            others = [name for name in names if name in used and name not in (*plan.names, plan.wanted)]
            whole += [plan.whole(name) for name in others if is_module or name == plan.stem]
        elif names is None or used & set(names):
            statements.append(each.text)
            bound |= set(names or ())
    statements += plan.forgotten(sorted(used - bound))
    own = sorted((used & plan.names) - defined - {plan.wanted})
    if plan.wanted in used or not whole:
        own.insert(0, plan.wanted)
    return list(dict.fromkeys(filter(None, [*statements, *(plan.own(own) if own else ()), *whole])))


def _is_guess(plan: Plan, text: str, names: Iterable[str]) -> bool:
    """Whether a statement of the answer means the tested file, by whatever name."""
    if plan.wanted in names or plan.names & set(names):
        return True
    squeezed = _squeezed(text)
    if _RELATIVE.search(squeezed):
        return True
    is_module = squeezed.startswith(("from ", 'import "')) or _MODULE_FORM.match(squeezed) is not None
    return plan.stem in names and is_module


def _squeezed(text: str) -> str:
    return " ".join(text.split()).rstrip(";")
