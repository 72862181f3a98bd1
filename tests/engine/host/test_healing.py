from hearth.engine.host.healing import Vocabulary, split

PIECES = [
    b"", b"a", b" ", b"  ", b"   ", b"    ", b"ran", b"range", b" range", b"ge", b"(", b"\n", b" re", b"turn",
    b" return", b"get", b"User", b"Name", "é".encode(), "é".encode()[:1], b"return",
]  # fmt: skip
VOCABULARY = Vocabulary(PIECES)


def ids(*pieces: bytes) -> list[int]:
    return [PIECES.index(piece) for piece in pieces]


def healed(*pieces: bytes) -> tuple[list[bytes], bytes]:
    kept, wanted = split(ids(*pieces), VOCABULARY)
    return [PIECES[token] for token in kept], wanted


def test_a_word_is_taken_back() -> None:
    assert healed(b"(", b"ran") == ([b"("], b"ran")


def test_a_word_of_several_tokens_is_taken_back_whole() -> None:
    assert healed(b" ", b"get", b"User", b"Name") == ([b" "], b"getUserName")


def test_the_last_blank_of_an_indentation_is_taken_back() -> None:
    assert healed(b"\n", b"    ") == ([b"\n", b"   "], b" ")
    assert healed(b"(", b" ") == ([b"("], b" ")


def test_a_line_end_is_a_border_already() -> None:
    assert healed(b"a", b"\n") == ([b"a", b"\n"], b"")
    assert healed() == ([], b"")


def test_tokens_that_agree_are_those_that_continue_or_begin_what_is_wanted() -> None:
    allowed = {PIECES[token] for token in VOCABULARY.allowed(b" re")}
    assert allowed == {b" ", b" re", b" return"}
    assert {PIECES[token] for token in VOCABULARY.allowed(b"ran")} == {b"ran", b"range"}
    assert len(VOCABULARY.allowed(b"zzz")) == 0


def test_bytes_of_characters_are_no_obstacle() -> None:
    allowed = {PIECES[token] for token in VOCABULARY.allowed("é".encode())}
    assert allowed == {"é".encode(), "é".encode()[:1]}
