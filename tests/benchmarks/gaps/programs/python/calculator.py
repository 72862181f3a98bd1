"""Evaluate arithmetic expressions with variables: tokenizer and parser."""

import operator
import re

TOKEN = re.compile(r"\s*(\d+\.?\d*|\w+|[-+*/^()])")
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


class CalcError(Exception):
    """Raised when an expression cannot be understood or evaluated."""


def tokenize(text):
    """Split an expression into numbers, names and signs; white space is skipped."""
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise CalcError(f"unexpected character at {position}")
        tokens.append(match[1])
        position = match.end()
    return tokens


class Parser:
    """Evaluates one expression while parsing it; each method consumes its part of the tokens."""

    def __init__(self, text, variables):
        self.tokens = tokenize(text)
        self.variables = variables

    def take(self, *allowed):
        """Remove and return the next token if it is one of the allowed ones, else None."""
        if self.tokens and self.tokens[0] in allowed:
            return self.tokens.pop(0)
        return None

    def sum(self):
        """Parse products joined by + and -, from left to right."""
        value = self.product()
        while sign := self.take("+", "-"):
            value = OPERATORS[sign](value, self.product())
        return value

    def product(self):
        """Parse signed powers joined by * and /, from left to right."""
        value = self.signed()
        while sign := self.take("*", "/"):
            factor = self.signed()
            if sign == "/" and factor == 0:
                raise CalcError("division by zero")
            value = OPERATORS[sign](value, factor)
        return value

    def signed(self):
        """Parse a power with any number of minus signs before it, so that -2^2 is -4."""
        if self.take("-"):
            return -self.signed()
        base = self.atom()
        if self.take("^"):
            return base ** self.signed()
        return base

    def atom(self):
        """Parse a number, a variable or an expression in parentheses."""
        token = self.tokens.pop(0) if self.tokens else "end of text"
        if token == "(":
            value = self.sum()
            if not self.take(")"):
                raise CalcError("missing )")
            return value
        if token[0].isdigit():
            return float(token)
        if token not in self.variables:
            raise CalcError(f"unexpected {token}")
        return self.variables[token]


def calculate(text, **variables):
    """Return the value of an expression in which the variables may be used."""
    parser = Parser(text, variables)
    value = parser.sum()
    if parser.tokens:
        raise CalcError(f"unexpected {parser.tokens[0]}")
    return value


# --- tests ---
def fails(text, **variables):
    try:
        calculate(text, **variables)
    except CalcError:
        return True
    return False


signs = ["12", "+", "ab", "*", "(", "3.5", "x1", ")", "^", "2"]
assert tokenize(" 12+ab*(3.5 x1)^2 ") == signs
assert tokenize("") == [] and tokenize("  ") == []
assert calculate("42") == 42
assert calculate("0.5 + 2.") == 2.5
assert calculate("10 - 4 - 3") == 3
assert calculate("2 + 3 * 4 - 6 / 3") == 12
assert calculate("24 / 4 / 3 * 5") == 10
assert calculate("2 * (3 + 4)") == 14
assert calculate("((7))") == 7
assert calculate("2 ^ 3 ^ 2") == 512
assert calculate("-2 ^ 2") == -4
assert calculate("2 ^ -1") == 0.5
assert calculate("5 - --3") == 2
assert calculate("3 * -2") == -6
assert calculate("2 * 3 ^ 2") == 18
assert calculate("a * (b + 1)", a=3, b=4) == 15
assert calculate("n_1 + 1", n_1=5) == 6
assert fails("")
assert fails("2 +")
assert fails("2 $ 3")
assert fails("(1 + 2")
assert fails("1 2")
assert fails("1)")
assert fails("*3")
assert fails("nothing")
assert fails("7 / (3 - 3)")
assert calculate("0 * 3") == 0 and calculate("3 * 0") == 0
