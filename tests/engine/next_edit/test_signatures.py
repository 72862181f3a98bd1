"""A parameter or a field was added or removed: the calls, and the lines that the others of the row have."""

import pytest

from tests.engine.next_edit.playing import Player, chain_of

CHAINS = {
    "a parameter with a default is passed on where the caller has it (Python)": (
        "a.py",
        "def total(prices⟦→, rate=0.2⟧):\n    return sum(prices) * (1 + rate)\n\n\n"
        "def bill(prices, rate):\n    return total(prices)\n\n\ndef other(prices):\n    return total(prices)\n",
        ["return total(prices, rate=rate)"],
    ),
    "a parameter without one (Go)": (
        "a.go",
        "package a\n\nfunc total(prices []int⟦→, rate int⟧) int {\n\treturn rate\n}\n\n"
        "func bill(rate int) int {\n\treturn total(nil)\n}\n",
        ["return total(nil, rate)"],
    ),
    "a parameter (TypeScript)": (
        "a.ts",
        "function total(prices: number[]⟦→, rate = 0.2⟧) {\n  return rate;\n}\n\n"
        "function bill(rate: number) {\n  return total([1]);\n}\n",
        ["return total([1], rate);"],
    ),
    "a parameter in front (Rust)": (
        "a.rs",
        "fn total(⟦→rate: i32, ⟧n: i32) -> i32 {\n    rate\n}\n\nfn bill(rate: i32) -> i32 {\n    total(1)\n}\n",
        ["total(rate, 1)"],
    ),
    "a parameter is removed (Python)": (
        "a.py",
        "def total(prices⟦, rate→⟧):\n    return sum(prices)\n\n\nx = total([1], 2)\ny = total([1], rate=3)\n"
        "z = total([1])\n",
        ["x = total([1])", "y = total([1])"],
    ),
    "a parameter is removed (Java)": (
        "A.java",
        "class A {\n    int total(⟦int rate, →⟧int n) {\n        return n;\n    }\n    int f() {\n"
        "        return total(1, 2);\n    }\n}\n",
        ["return total(2);"],
    ),
    "who implements the same method gets the same parameters (Python)": (
        "a.py",
        "class A:\n    def cost(self, n⟦→, rate⟧):\n        return n\n\n\nclass B:\n    def cost(self, n):\n"
        "        return 2\n",
        ["def cost(self, n, rate):"],
    ),
    "a parameter of a constructor is kept (Python)": (
        "a.py",
        "class Basket:\n    def __init__(self, prices, name⟦→, rate=1⟧):\n        self.prices = prices\n"
        "        self.name = name\n",
        ["self.rate = rate"],
    ),
    "the second one, too (Python)": (
        "a.py",
        "class Basket:\n    def __init__(self, prices⟦→, rate=1⟧):\n        self.prices = prices\n",
        ["self.rate = rate"],
    ),
    "a parameter of a constructor is kept (TypeScript)": (
        "a.ts",
        "class Basket {\n  constructor(prices: number[], name: string⟦→, rate: number⟧) {\n"
        "    this.prices = prices;\n    this.name = name;\n  }\n}\n",
        ["this.rate = rate;"],
    ),
    "a parameter of a constructor is kept (C#)": (
        "A.cs",
        "class Basket {\n    Basket(int prices, string name⟦→, int rate⟧) {\n        Prices = prices;\n"
        "        Name = name;\n    }\n}\n",
        ["Rate = rate;"],
    ),
    "a field of a dataclass (Python)": (
        "a.py",
        "@dataclass\nclass Basket:\n    prices: list\n    name: str\n⟦→    rate: float\n⟧\n"
        "    def as_json(self):\n        return {\n            'prices': self.prices,\n"
        "            'name': self.name,\n        }\n\n\ndef read(data):\n"
        "    return Basket(prices=data['prices'], name=data['name'])\n",
        ["'rate': self.rate,", "return Basket(prices=data['prices'], name=data['name'], rate=data['rate'])"],
    ),
    "a field of a struct (Go)": (
        "a.go",
        "package a\n\ntype Basket struct {\n\tPrices []int\n\tName string\n⟦→\tRate int\n⟧}\n\n"
        "func New(d Data) Basket {\n\treturn Basket{\n\t\tPrices: d.Prices,\n\t\tName: d.Name,\n\t}\n}\n",
        ["Rate: d.Rate,"],
    ),
    "a field of a struct (Rust)": (
        "a.rs",
        "struct Basket {\n    prices: i32,\n    name: i32,\n⟦→    rate: i32,\n⟧}\n\n"
        "fn read(d: Data) -> Basket {\n    Basket {\n        prices: d.prices,\n        name: d.name\n    }\n}\n",
        ["name: d.name,\n        rate: d.rate"],
    ),
    "a field of a class (C++)": (
        "a.cpp",
        "struct Basket {\n  int prices;\n  int name;\n⟦→  int rate;\n⟧};\n\nvoid read(Basket& b, Data d) {\n"
        "  b.prices = d.prices;\n  b.name = d.name;\n}\n",
        ["b.rate = d.rate;"],
    ),
}


@pytest.mark.parametrize("case", CHAINS)
def test_what_follows_is_offered_one_by_one(case: str) -> None:
    name, marked, expected = CHAINS[case]
    assert chain_of(name, marked) == expected


SILENT = {
    "an alternative is no list": "@dataclass\nclass A:\n    a: int\n    b: int\n⟦→    c: int\n⟧\n"
    "    def f(self):\n        return self.b if self.x else self.a\n",
    "no caller has a value": "def total(a⟦→, rate=1⟧):\n    return a\n\n\nx = total(1)\n",
    "the call gives it already": "def total(a⟦→, rate=1⟧):\n    return a\n\n\nrate = 2\nx = total(1, rate=rate)\n",
    "the arguments are not known": "def total(a⟦, b→⟧):\n    return a\n\n\nx = total(*given)\n",
    "two functions have the name": "def f(a⟦, b→⟧):\n    pass\n\n\ndef f(a):\n    pass\n\n\nf(1, 2)\n",
    "all is done already": "class A:\n    def __init__(self, a⟦→, b⟧):\n        self.a = a\n        self.b = b\n",
}


@pytest.mark.parametrize("case", SILENT)
def test_nothing_follows_where_nothing_is_certain(case: str) -> None:
    assert chain_of("a.py", SILENT[case]) == []


def test_calls_in_other_open_files_follow() -> None:
    player = Player()
    player.open("use.py", "from shop import total\n\nx = total([1], 2)\n")
    player.play("shop.py", "def total(prices⟦, rate→⟧):\n    return sum(prices)\n")
    assert player.chain() == ["x = total([1])"]
