"""Languages without a grammar: what kind of place an offset is, told by the row alone."""

import pytest

from hearth.engine.context.parsed import ParsedText, parse
from hearth.engine.context.syntax import block_expected, in_comment, in_string, open_bracket
from hearth.engine.languages import LANGUAGES, Language
from tests.engine.languages.test_blocks import LINES

BY_HAND = [language for language in LANGUAGES if not language.grammar]
by_hand = pytest.mark.parametrize("language", BY_HAND, ids=lambda language: language.name)


def at(language: Language, marked: str) -> tuple[ParsedText, int]:
    return parse(marked.replace("‸", "", 1), language), marked.index("‸")


@by_hand
def test_a_line_comment_ends_with_its_line(language: Language) -> None:
    if not language.comment:
        assert language.block_comment is not None
        return
    assert in_comment(*at(language, f"{language.comment} some wo‸rds\nx\n"))
    assert in_comment(*at(language, f"x {language.comment} some words‸\n"))
    assert not in_comment(*at(language, f"{language.comment} some words\nx‸\n"))


@by_hand
def test_a_string_ends_with_its_quote(language: Language) -> None:
    for quote in language.quotes:
        assert in_string(*at(language, f"x = {quote}a ‸{quote}\n"))
        assert not in_string(*at(language, f"x = {quote}a{quote} ‸\n"))
        assert in_string(*at(language, f"x = {quote}a \\{quote} ‸\n"))
    if '"' in language.quotes and "'" in language.quotes:
        assert in_string(*at(language, 'x = "it\'s ‸"\n'))
        assert not in_string(*at(language, 'x = "it\'s" ‸\n'))


@by_hand
def test_a_bracket_in_a_string_or_a_comment_is_none(language: Language) -> None:
    quoted = "".join(f"{quote}({quote}" for quote in language.quotes)
    code, offset = at(language, f"f[{quoted} ‸\n")
    assert open_bracket(code, offset) == 1
    if language.comment:
        code, offset = at(language, f"x {language.comment} (\n  ‸\n")
        assert open_bracket(code, offset) is None


@by_hand
def test_below_a_line_that_begins_a_block_one_is_expected(language: Language) -> None:
    for line in LINES[language.name][0]:
        if line.endswith(("(", "[")):
            continue  # the inside of such a bracket is a list, not a block
        assert block_expected(*at(language, f"{line}\n    ‸\n")), line
    assert not block_expected(*at(language, "name‸\n"))
