"""Changes that have others behind them, with the real server: what a person types, and what Tab makes of it.

`⟦old→new⟧` in a text is typed: `new` in the place of `old`. All else that differs in `after` comes by Tab. `⋮` is
so many empty lines that what stands below is out of sight.
"""

import re
from dataclasses import dataclass

_MARKED = re.compile(r"⟦(.*?)→(.*?)⟧", re.DOTALL)
_FAR = "\n" * 45


@dataclass(frozen=True)
class Chain:
    name: str
    marked: str
    after: str

    @property
    def before(self) -> str:
        return _MARKED.sub(lambda found: found[1], self.marked).replace("⋮", _FAR)

    @property
    def end(self) -> str:
        return self.after.replace("⋮", _FAR)

    @property
    def typed(self) -> tuple[int, int, str, str]:
        """Line and column (both from 0), what stands there, and what is typed instead."""
        found = _MARKED.search(self.marked)
        assert found is not None
        above = self.marked[: found.start()].replace("⋮", _FAR)
        return above.count("\n"), len(above.rpartition("\n")[2]), found[1], found[2]

    @property
    def keys(self) -> str:
        """What is typed, for editors that indent a new line like the one above."""
        return re.sub(r"\n[ \t]+", "\n", self.typed[3])

    @property
    def film(self) -> str:
        """How the pictures are called."""
        return self.name.replace(".", "-")


PARAMETERS = [
    Chain(
        "parameter.py",
        "def total(⟦prices→amounts⟧):\n    return sum(prices) / len(prices)\n⋮print(total(prices=[1]))\n",
        "def total(amounts):\n    return sum(amounts) / len(amounts)\n⋮print(total(amounts=[1]))\n",
    ),
    Chain(
        "parameter.ts",
        """function total(⟦prices→amounts⟧: number[]): number {
  let sum = 0;
⋮  for (const price of prices) {
    sum += price;
  }
  return sum / prices.length;
}
""",
        """function total(amounts: number[]): number {
  let sum = 0;
⋮  for (const price of amounts) {
    sum += price;
  }
  return sum / amounts.length;
}
""",
    ),
    Chain(
        "parameter.go",
        """package basket

func Total(⟦prices→amounts⟧ []int) int {
\tsum := 0
⋮\tfor _, price := range prices {
\t\tsum += price
\t}
\treturn sum / len(prices)
}
""",
        """package basket

func Total(amounts []int) int {
\tsum := 0
⋮\tfor _, price := range amounts {
\t\tsum += price
\t}
\treturn sum / len(amounts)
}
""",
    ),
    Chain(
        "parameter.rs",
        """fn total(⟦prices→amounts⟧: &[u32]) -> u32 {
    let mut sum = 0;
⋮    for price in prices {
        sum += price;
    }
    sum / prices.len() as u32
}
""",
        """fn total(amounts: &[u32]) -> u32 {
    let mut sum = 0;
⋮    for price in amounts {
        sum += price;
    }
    sum / amounts.len() as u32
}
""",
    ),
]

# The name is known where the function is called.
ADDED = [
    Chain(
        "added.py",
        """def total(prices⟦→, rate=0.2⟧):
    return sum(prices)
⋮
def bill(prices, rate):
    return total(prices)
""",
        """def total(prices, rate=0.2):
    return sum(prices)
⋮
def bill(prices, rate):
    return total(prices, rate=rate)
""",
    ),
    Chain(
        "added.ts",
        """function total(prices: number[]⟦→, rate = 0.2⟧) {
  return prices.length;
}
⋮
function bill(rate: number) {
  return total([1]);
}
""",
        """function total(prices: number[], rate = 0.2) {
  return prices.length;
}
⋮
function bill(rate: number) {
  return total([1], rate);
}
""",
    ),
    Chain(
        "added.go",
        """package a

func total(prices []int⟦→, rate int⟧) int {
\treturn len(prices)
}
⋮
func bill(rate int) int {
\treturn total(nil)
}
""",
        """package a

func total(prices []int, rate int) int {
\treturn len(prices)
}
⋮
func bill(rate int) int {
\treturn total(nil, rate)
}
""",
    ),
    Chain(
        "added.rs",
        """fn total(count: i32⟦→, rate: i32⟧) -> i32 {
    count
}
⋮
fn bill(rate: i32) -> i32 {
    total(1)
}
""",
        """fn total(count: i32, rate: i32) -> i32 {
    count
}
⋮
fn bill(rate: i32) -> i32 {
    total(1, rate)
}
""",
    ),
]

KEYS = [
    Chain(
        "key.py",
        "def make():\n    return {'⟦count→total⟧': 1, 'name': 'x'}\n⋮\ndef f(item):\n    print(item['count'])\n",
        "def make():\n    return {'total': 1, 'name': 'x'}\n⋮\ndef f(item):\n    print(item['total'])\n",
    ),
    Chain(
        "key.ts",
        "const item = { ⟦count→total⟧: 1, name: 'x' };\n⋮console.log(item.count);\n",
        "const item = { total: 1, name: 'x' };\n⋮console.log(item.total);\n",
    ),
    Chain(
        "key.go",
        'package a\n\nvar m = map[string]int{"⟦count→total⟧": 1}\n⋮\nfunc f() int {\n\treturn m["count"]\n}\n',
        'package a\n\nvar m = map[string]int{"total": 1}\n⋮\nfunc f() int {\n\treturn m["total"]\n}\n',
    ),
    Chain(
        "key.rs",
        'fn f() {\n    let m = HashMap::from([("⟦count→total⟧", 1)]);\n⋮    let n = m["count"];\n}\n',
        'fn f() {\n    let m = HashMap::from([("total", 1)]);\n⋮    let n = m["total"];\n}\n',
    ),
]

FIELDS = [
    Chain(
        "field.py",
        """@dataclass
class Basket:
    prices: list
    name: str⟦→
    rate: float⟧
⋮
def read(data):
    return Basket(prices=data['prices'], name=data['name'])
""",
        """@dataclass
class Basket:
    prices: list
    name: str
    rate: float
⋮
def read(data):
    return Basket(prices=data['prices'], name=data['name'], rate=data['rate'])
""",
    ),
    Chain(
        "field.go",
        """package a

type Basket struct {
\tPrices []int
\tName string⟦→
\tRate int⟧
}
⋮
func New(d Data) Basket {
\treturn Basket{
\t\tPrices: d.Prices,
\t\tName: d.Name,
\t}
}
""",
        """package a

type Basket struct {
\tPrices []int
\tName string
\tRate int
}
⋮
func New(d Data) Basket {
\treturn Basket{
\t\tPrices: d.Prices,
\t\tName: d.Name,
\t\tRate: d.Rate,
\t}
}
""",
    ),
    Chain(
        "field.rs",
        """struct Basket {
    prices: i32,
    name: i32,⟦→
    rate: i32,⟧
}
⋮
fn read(d: Data) -> Basket {
    Basket {
        prices: d.prices,
        name: d.name,
    }
}
""",
        """struct Basket {
    prices: i32,
    name: i32,
    rate: i32,
}
⋮
fn read(d: Data) -> Basket {
    Basket {
        prices: d.prices,
        name: d.name,
        rate: d.rate,
    }
}
""",
    ),
]

CHAINS = [*PARAMETERS, *ADDED, *KEYS, *FIELDS]
