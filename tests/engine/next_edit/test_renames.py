"""A name that was changed where it is declared: its uses follow, and nothing else."""

import pytest

from tests.engine.next_edit.playing import Player, chain_of, played, text_after

# (name of the file, the edit, the lines that are offered, in this order)
CHAINS = {
    "a parameter (Python)": (
        "a.py",
        "def total(⟦prices→amounts⟧, rate):\n    first = prices[0]\n    return sum(prices) * rate\n",
        ["first = amounts[0]", "return sum(amounts) * rate"],
    ),
    "a parameter that is given by name (Python)": (
        "a.py",
        "def total(⟦prices→amounts⟧):\n    return sum(prices)\n\n\nbill = total(prices=[1])\n",
        ["return sum(amounts)", "bill = total(amounts=[1])"],
    ),
    "the parameter of a constructor (Python)": (
        "a.py",
        "class Basket:\n    def __init__(self, ⟦prices→amounts⟧):\n        self.prices = prices\n\n\n"
        "b = Basket(prices=[1])\n",
        ["self.prices = amounts", "b = Basket(amounts=[1])"],
    ),
    "a variable (Python)": (
        "a.py",
        "def total(prices):\n    ⟦count→number⟧ = len(prices)\n    if count:\n        return sum(prices) / count\n"
        "    return f'{count}'\n",
        ["if number:", "return sum(prices) / number", "return f'{number}'"],
    ),
    "a function (Python)": (
        "a.py",
        "def ⟦total→total_of⟧(prices):\n    return sum(prices)\n\n\nprint(total([1]))\nprint(total([2]))\n",
        ["print(total_of([1]))", "print(total_of([2]))"],
    ),
    "a class, used above and below (Python)": (
        "a.py",
        "def make():\n    return Basket()\n\n\nclass ⟦Basket→Cart⟧:\n    pass\n\n\nx: Basket = Basket()\n",
        ["x: Cart = Cart()", "return Cart()"],
    ),
    "a member that is assigned (Python)": (
        "a.py",
        "class A:\n    def __init__(self):\n        self.⟦seen→known⟧ = set()\n\n    def add(self, x):\n"
        "        self.seen.add(x)\n        other.seen.add(x)\n",
        ["self.known.add(x)"],
    ),
    "a field of a dataclass (Python)": (
        "a.py",
        "@dataclass\nclass Basket:\n    ⟦prices→amounts⟧: list\n\n    def total(self):\n"
        "        return sum(self.prices)\n\n\nb = Basket(prices=[1])\n",
        ["return sum(self.amounts)", "b = Basket(amounts=[1])"],
    ),
    "a parameter (TypeScript)": (
        "a.ts",
        "function total(⟦prices→amounts⟧: number[], rate: number) {\n  const first = prices[0];\n"
        "  return o.prices + sum(prices, { prices }) * rate;\n}\n",
        ["const first = amounts[0];", "return o.prices + sum(amounts, { prices: amounts }) * rate;"],
    ),
    "a constant of a block (TypeScript)": (
        "a.ts",
        "function f(prices: number[]) {\n  const ⟦count→size⟧ = prices.length;\n  if (count) {\n"
        "    const g = (count: number) => count;\n    return count;\n  }\n}\n",
        ["if (size) {", "return size;"],
    ),
    "a function (JavaScript)": (
        "a.js",
        "function ⟦total→totalOf⟧(x) {\n  return x;\n}\nconsole.log(total(1));\n",
        ["console.log(totalOf(1));"],
    ),
    "a member of a variable of that type (TypeScript)": (
        "a.ts",
        "interface Basket {\n  ⟦prices→amounts⟧: number[];\n}\n\nfunction f(b: Basket, c: Other) {\n"
        "  return b.prices.length + c.prices;\n}\n",
        ["return b.amounts.length + c.prices;"],
    ),
    "on the line where it is declared (TypeScript)": (
        "a.ts",
        "const total = (⟦prices→amounts⟧: number[]) => prices.map((p) => p * 2);\n",
        ["const total = (amounts: number[]) => amounts.map((p) => p * 2);"],
    ),
    "a name that the function around it has too (Python)": (
        "a.py",
        "def f(p):\n    with open(p) as ⟦f→file⟧:\n        return f.read()\n",
        ["return file.read()"],
    ),
    "a parameter (Go)": (
        "a.go",
        "package a\n\nfunc Total(⟦prices→amounts⟧ []int, rate int) int {\n\tfor _, p := range prices {\n"
        "\t\trate += p\n\t}\n\treturn len(prices) + b.prices\n}\n",
        ["for _, p := range amounts {", "return len(amounts) + b.prices"],
    ),
    "a variable (Go)": (
        "a.go",
        "package a\n\nfunc f() int {\n\t⟦n→count⟧ := 1\n\tn += 2\n\treturn n\n}\n\nfunc g() int {\n\tn := 2\n"
        "\treturn n\n}\n",
        ["count += 2", "return count"],
    ),
    "a field, through its receiver and in a literal (Go)": (
        "a.go",
        "package a\n\ntype Basket struct {\n\t⟦Tax→Rate⟧ int\n}\n\nfunc (b *Basket) Total() int {\n"
        "\treturn b.Tax\n}\n\nvar one = Basket{Tax: 1}\nvar two = Other{Tax: 1}\n",
        ["return b.Rate", "var one = Basket{Rate: 1}"],
    ),
    "a parameter (Rust)": (
        "a.rs",
        'fn total(⟦prices→amounts⟧: &[i32]) -> i32 {\n    println!("{}", prices.len());\n'
        "    let b = Basket { prices };\n    prices.iter().sum()\n}\n",
        [
            'println!("{}", amounts.len());',
            "let b = Basket { prices: amounts };",
            "amounts.iter().sum()",
        ],
    ),
    "a variable until its name is taken again (Rust)": (
        "a.rs",
        "fn f() -> i32 {\n    let ⟦line→text⟧ = read();\n    let line = line.trim();\n    line.len()\n}\n",
        ["let line = text.trim();"],
    ),
    "a function (Rust)": (
        "a.rs",
        "fn ⟦total→total_of⟧(x: i32) -> i32 {\n    x\n}\n\nfn main() {\n    total(1);\n    Basket::total(1);\n}\n",
        ["total_of(1);"],
    ),
    "a parameter (Java)": (
        "A.java",
        "class A {\n    int total(int[] ⟦prices→amounts⟧) {\n        int n = prices.length;\n"
        "        return this.prices + prices[0] + n;\n    }\n}\n",
        ["int n = amounts.length;", "return this.prices + amounts[0] + n;"],
    ),
    "a local (Java)": (
        "A.java",
        "class A {\n    int f() {\n        int ⟦n→count⟧ = 1;\n        for (int p : ps) { n += p; }\n"
        "        return n;\n    }\n}\n",
        ["for (int p : ps) { count += p; }", "return count;"],
    ),
    "a parameter (C#)": (
        "A.cs",
        "class A {\n    int Total(int[] ⟦prices→amounts⟧) {\n        var n = prices.Length;\n"
        "        return o.prices + prices[0];\n    }\n    int F() => Total(prices: null);\n}\n",
        ["var n = amounts.Length;", "return o.prices + amounts[0];", "int F() => Total(amounts: null);"],
    ),
    "a parameter (C++)": (
        "a.cpp",
        "int total(const std::vector<int>& ⟦prices→amounts⟧) {\n  auto n = prices.size();\n"
        "  for (auto p : prices) n += p;\n  return o.prices + n;\n}\n",
        ["auto n = amounts.size();", "for (auto p : amounts) n += p;"],
    ),
}


@pytest.mark.parametrize("case", CHAINS)
def test_the_uses_follow_one_by_one(case: str) -> None:
    name, marked, expected = CHAINS[case]
    assert chain_of(name, marked) == expected


SILENT = {
    "it has another type": "def f(⟦a: int→b: str⟧, c):\n    return a\n",
    "it has another value": "def f(c):\n    ⟦a = c.one(1)→b = other[c]⟧\n    return a\n",
    "the new name exists already": "def f(a, b):\n    x = ⟦a→b⟧\n    return a + b\n",
    "a use was changed": "def f(a):\n    print(⟦a→c⟧)\n    return a\n",
    "the name is declared twice": "def f():\n    x = 1\n    ⟦x→y⟧ = 2\n    return x\n",
    "the name belongs to something else too": "def ⟦f→g⟧():\n    pass\n\n\ndef h(f):\n    return f\n",
    "the name stands in strings and comments alone": 'def f(⟦name→title⟧):\n    return "name"  # name\n',
    "only members have the name": "def f(⟦name→title⟧):\n    return x.name\n",
    "an inner function has it for itself": "def f(⟦a→b⟧):\n    return lambda a: a\n",
}


@pytest.mark.parametrize("case", SILENT)
def test_nothing_follows_where_the_name_is_not_clear(case: str) -> None:
    assert chain_of("a.py", SILENT[case]) == []


def test_names_that_were_changed_by_hand_are_not_offered_and_do_not_end_the_chain() -> None:
    player = played("a.py", "def f(⟦a→b⟧):\n    print(⟦a→b⟧)\n    print(a)\n    return a\n")
    assert player.chain() == ["print(b)", "return b"]


def test_a_long_chain_ends_only_with_its_last_place() -> None:
    uses = "".join(f"    print(old_name, {n})\n" for n in range(40))
    player = played("a.py", f"def f(⟦old_name→new_name⟧):\n{uses}")
    assert len(player.chain(50)) == 40
    assert "old_name" not in player.documents["a.py"].text


def test_what_is_left_is_counted() -> None:
    suggestion = played("a.py", "def f(⟦a→b⟧):\n    print(a)\n    return a\n").ask()
    assert suggestion is not None and (suggestion.title, suggestion.left) == ("Rename a to b", 1)


def test_other_open_files_that_bring_the_name_in_come_last() -> None:
    player = Player()
    player.open("use.py", "from shop import total\n\n\ndef f():\n    return total([1])\n")
    player.open("unrelated.py", "def total():\n    pass\n\n\ntotal()\n")
    player.play("shop.py", "def ⟦total→total_of⟧(prices):\n    return sum(prices)\n\n\nx = total([2])\n")
    assert player.chain() == ["x = total_of([2])", "from shop import total_of", "return total_of([1])"]
    assert "total_of" not in player.documents["unrelated.py"].text


def test_other_files_only_for_clients_that_show_them() -> None:
    player = Player(other_files=False)
    player.open("use.py", "from shop import total\n\ntotal([1])\n")
    player.play("shop.py", "def ⟦total→total_of⟧(prices):\n    return sum(prices)\n")
    assert player.ask() is None


def test_line_ends_stay_as_they_are() -> None:
    text = text_after("a.py", "def f(⟦a→b⟧):\r\n    print(a)\r\n    return a\r\n")
    assert text == "def f(b):\r\n    print(b)\r\n    return b\r\n"
