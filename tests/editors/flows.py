"""What people do in editors that close brackets and quotes by themselves, and what should stand there then.

Each flow opens a text, types `keys` at `‸` as a person does, waits for ghost text (the model says `answer`,
whatever it is asked), types `along` it, and accepts. `after` is the text that should stand there.
"""

from dataclasses import dataclass

MARK = "‸"


@dataclass(frozen=True)
class Flow:
    name: str
    before: str
    keys: str
    answer: str
    after: str
    along: str = ""

    @property
    def text(self) -> str:
        return self.before.replace(MARK, "")

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the mark."""
        above = self.before.partition(MARK)[0]
        return above.count("\n"), len(above.rpartition("\n")[2])

    @property
    def script(self) -> str:
        """The answer as a string inside TOML."""
        return self.answer.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")


# `{` is typed, the editor closes it: the block's end stands on a line of its own.
BLOCKS = [
    Flow(
        "add.ts",
        "function add(a: number, b: number) ‸\nadd(1, 2);\n",
        "{",
        "\n  return a + b;\n}",
        "function add(a: number, b: number) {\n  return a + b;\n}\nadd(1, 2);\n",
    ),
    Flow(
        "callback.ts",
        "items.forEach‸;\ndone();\n",
        "((item) => {",
        "\n  console.log(item);\n});",
        "items.forEach((item) => {\n  console.log(item);\n});\ndone();\n",
    ),
    Flow(
        "unclosed.ts",  # the model leaves the end to others
        "function add(a: number, b: number) ‸\nadd(1, 2);\n",
        "{",
        "\n  return a + b;",
        "function add(a: number, b: number) {\n  return a + b;\n}\nadd(1, 2);\n",
    ),
    Flow(
        "entries.py",
        "def as_dict(user):\n    entries = ‸\n    return entries\n",
        "{",
        "\n        'name': user.name,\n    }",
        "def as_dict(user):\n    entries = {\n        'name': user.name,\n    }\n    return entries\n",
    ),
    Flow(
        "sum.go",
        "package a\n\nfunc sum(xs []int) int ‸\n",
        "{",
        "\n\ttotal := 0\n\tfor _, x := range xs {\n\t\ttotal += x\n\t}\n\treturn total\n}",
        "package a\n\nfunc sum(xs []int) int {\n\ttotal := 0\n\tfor _, x := range xs {\n\t\ttotal += x\n\t}\n"
        "\treturn total\n}\n",
    ),
    Flow(
        "add.rs",
        "fn add(a: i32, b: i32) -> i32 ‸\n\nfn main() {}\n",
        "{",
        "\n    let sum = a + b;\n    sum\n}",
        "fn add(a: i32, b: i32) -> i32 {\n    let sum = a + b;\n    sum\n}\n\nfn main() {}\n",
    ),
    Flow(
        "Add.java",
        "class Add {\n    int add(int a, int b) ‸\n}\n",
        "{",
        "\n        return a + b;\n    }",
        "class Add {\n    int add(int a, int b) {\n        return a + b;\n    }\n}\n",
    ),
    Flow(
        "add.cpp",
        "struct Add {\n    int operator()(int a, int b) const ‸\n};\n",
        "{",
        "\n        return a + b;\n    }",
        "struct Add {\n    int operator()(int a, int b) const {\n        return a + b;\n    }\n};\n",
    ),
]

# Brackets and quotes inside of each other: the answer's own take the place of the editor's.
QUOTES = [
    Flow(
        "greet.py",
        "def greet(name):\n    return ‸\n",
        'f"Hello {',
        'name}!"',
        'def greet(name):\n    return f"Hello {name}!"\n',
    ),
    Flow("says.py", "print‸\nx = 1\n", '("', 'he said \\"no\\"")', 'print("he said \\"no\\"")\nx = 1\n'),
    Flow(
        "hello.ts",
        "const s = ‸;\nf(s);\n",
        "`Hello ${",
        "user.name}!`;",
        "const s = `Hello ${user.name}!`;\nf(s);\n",
    ),
    Flow(
        "hello.go",
        "package a\n\nfunc f(n int) {\n\tfmt.Printf‸\n}\n",
        '("',
        '%d items\\n", n)',
        'package a\n\nfunc f(n int) {\n\tfmt.Printf("%d items\\n", n)\n}\n',
    ),
    Flow(
        "hello.rs",
        "fn f(n: i32) {\n    println!‸;\n}\n",
        '("{',
        '}", n);',
        'fn f(n: i32) {\n    println!("{}", n);\n}\n',
    ),
    Flow(
        "Hello.java",
        "class Hello {\n    void f(String s) {\n        log‸;\n    }\n}\n",
        '("',
        'hello " + s);',
        'class Hello {\n    void f(String s) {\n        log("hello " + s);\n    }\n}\n',
    ),
    Flow("hello.cpp", "void f() {\n    puts‸;\n}\n", '("', 'hello");', 'void f() {\n    puts("hello");\n}\n'),
]

# A blank in front of the closer, as those write it who put blanks inside of brackets.
BLANKS = [
    Flow("name.ts", "const a = { name:‸ };\nfoo(a);\n", " ", "'x' };", "const a = { name: 'x' };\nfoo(a);\n"),
    Flow("list.py", "xs = [‸ ]\nprint(xs)\n", " ", "1, 2 ]", "xs = [ 1, 2 ]\nprint(xs)\n"),
    Flow(
        "point.go",
        "package a\n\nfunc f() P {\n\treturn P{‸ }\n}\n",
        " ",
        "X: 1, Y: 2 }",
        "package a\n\nfunc f() P {\n\treturn P{ X: 1, Y: 2 }\n}\n",
    ),
    Flow(
        "point.rs",
        "fn origin() -> P {\n    P {‸ }\n}\n",
        " ",
        "x: 0, y: 0 }",
        "fn origin() -> P {\n    P { x: 0, y: 0 }\n}\n",
    ),
    Flow(
        "Array.java",
        "class Array {\n    int[] a = {‸ };\n    int b;\n}\n",
        " ",
        "1, 2 };",
        "class Array {\n    int[] a = { 1, 2 };\n    int b;\n}\n",
    ),
    Flow(
        "vector.cpp",
        "std::vector<int> v = {‸ };\nint w;\n",
        " ",
        "1, 2 };",
        "std::vector<int> v = { 1, 2 };\nint w;\n",
    ),
]

# Typed along, with openers, inside of a bracket that the editor has closed.
ALONG = [
    Flow(
        "along.ts",
        "const d = items.map‸;\nfoo(d);\n",
        "(",
        "(item) => item.price);",
        "const d = items.map((item) => item.price);\nfoo(d);\n",
        along="(item) => item",
    ),
    Flow(
        "along.py",
        "d = sorted‸\nprint(d)\n",
        "(",
        "list(map(f, xs)))",
        "d = sorted(list(map(f, xs)))\nprint(d)\n",
        along="list(map(f",
    ),
    Flow(
        "along.go",
        "package a\n\nfunc f() {\n\tx := f‸\n\tg(x)\n}\n",
        "(",
        "[]int{1}, h(2))",
        "package a\n\nfunc f() {\n\tx := f([]int{1}, h(2))\n\tg(x)\n}\n",
        along="[]int{1}, h(",
    ),
    Flow(
        "along.rs",
        "fn f() {\n    let v = Some‸;\n    g(v);\n}\n",
        "(",
        "vec![(1, 2)]);",
        "fn f() {\n    let v = Some(vec![(1, 2)]);\n    g(v);\n}\n",
        along="vec![(1",
    ),
    Flow(
        "Along.java",
        "class Along {\n    void f() {\n        foo‸;\n        g();\n    }\n}\n",
        "(",
        "new A[]{b(c)});",
        "class Along {\n    void f() {\n        foo(new A[]{b(c)});\n        g();\n    }\n}\n",
        along="new A[]{b(",
    ),
    Flow(
        "along.cpp",
        "void f() {\n    auto v = run‸;\n    g(v);\n}\n",
        "(",
        "[&](int a) { return h(a); });",
        "void f() {\n    auto v = run([&](int a) { return h(a); });\n    g(v);\n}\n",
        along="[&](int a) { return h(",
    ),
]

# Enter between the brackets: the block is written in front of a closer that has a line of its own already.
LINES = [
    Flow(
        "lines.ts",
        "function add(a: number, b: number) ‸\nadd(1, 2);\n",
        "{\n",
        "return a + b;\n}\n",
        "function add(a: number, b: number) {\n    return a + b;\n}\nadd(1, 2);\n",
    ),
    Flow(
        "lines.rs",
        "fn add(a: i32, b: i32) -> i32 ‸\n\nfn main() {}\n",
        "{\n",
        "let sum = a + b;\n    sum\n}\n\nfn main() {\n",
        "fn add(a: i32, b: i32) -> i32 {\n    let sum = a + b;\n    sum\n}\n\nfn main() {}\n",
    ),
    Flow(
        "Lines.java",
        "class Lines {\n    int add(int a, int b) ‸\n}\n",
        "{\n",
        "return a + b;\n    }\n}\n",
        "class Lines {\n    int add(int a, int b) {\n        return a + b;\n    }\n}\n",
    ),
    Flow(
        "lines.cpp",
        "int add(int a, int b) ‸\n\nint main() {}\n",
        "{\n",
        "return a + b;\n}\n",
        "int add(int a, int b) {\n    return a + b;\n}\n\nint main() {}\n",
    ),
    Flow(
        "lines.go",
        "package a\n\nfunc sum(a int, b int) int ‸\n",
        "{\n",
        "return a + b\n}\n",
        "package a\n\nfunc sum(a int, b int) int {\n\treturn a + b\n}\n",
    ),
    Flow(
        "lines.py",
        "def as_dict(user):\n    entries = ‸\n    return entries\n",
        "{\n",
        "'name': user.name,\n    }\n    return entries\n",
        "def as_dict(user):\n    entries = {\n        'name': user.name,\n    }\n    return entries\n",
    ),
]

KINDS = {"blocks": BLOCKS, "quotes": QUOTES, "blanks": BLANKS, "along": ALONG, "lines": LINES}


def wrong(written: list[tuple[Flow, str]]) -> str:
    """The flows whose text is not what it should be, for people to read; "" when there is none."""
    return "\n".join(
        f"--- {flow.name}, wanted:\n{flow.after}--- but:\n{text}" for flow, text in written if text != flow.after
    )
