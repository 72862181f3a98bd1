"""What *Explain* is about: the definition on whose head, decorators or body the cursor stands, in any column."""

import pytest

from hearth.engine.code_actions.actions import action
from hearth.engine.code_actions.targets import ActionContext
from hearth.engine.context.parsed import parse
from hearth.engine.languages import language_of

# (file, text, numbers of lines, the name of what they are about)
HEADS: tuple[tuple[str, str, tuple[int, ...], str], ...] = (
    (
        "a.py",
        "X = 1\n\n\n@cache\n@app.get('/')\nasync def f(\n    a: int,\n    b=1,\n) -> int:\n    return a\n",
        (
            3,
            4,
            5,
            6,
            7,
            8,
            9,
        ),
        "f",
    ),
    (
        "a.py",
        "class A(B):\n"
        "    x = 1\n"
        "\n"
        "    def f(self):\n"
        "        return 1\n"
        "\n"
        "    @property\n"
        "    def g(self):\n"
        "        return 2\n",
        (
            3,
            4,
        ),
        "f",
    ),
    (
        "a.py",
        "class A(B):\n"
        "    x = 1\n"
        "\n"
        "    def f(self):\n"
        "        return 1\n"
        "\n"
        "    @property\n"
        "    def g(self):\n"
        "        return 2\n",
        (
            6,
            7,
            8,
        ),
        "g",
    ),
    (
        "a.py",
        "class A(B):\n    x = 1\n\n    def f(self):\n        return 1\n",
        (0,),
        "A",
    ),
    (
        "a.ts",
        "export default class A<T> extends B<T> {\n"
        "  x = 1;\n"
        "  @Input() name = '';\n"
        "  async f(a: number): Promise<void> {\n"
        "    g(a);\n"
        "  }\n"
        "}\n",
        (0,),
        "A",
    ),
    (
        "a.ts",
        "export default class A<T> extends B<T> {\n  x = 1;\n  f = async (a: number) => {\n    g(a);\n  };\n}\n",
        (
            2,
            3,
        ),
        "f",
    ),
    (
        "a.ts",
        "export const f = async (\n  a: number,\n) => {\n  g(a);\n};\n",
        (
            0,
            1,
            2,
            3,
        ),
        "f",
    ),
    (
        "a.ts",
        "export interface P {\n  a: number;\n}\n\nexport type Q = {\n  b: string;\n};\n",
        (0,),
        "P",
    ),
    (
        "a.ts",
        "export interface P {\n  a: number;\n}\n\nexport type Q = {\n  b: string;\n};\n",
        (4,),
        "Q",
    ),
    (
        "a.tsx",
        "export function App({ a }: P) {\n  return <div>{a}</div>;\n}\n",
        (
            0,
            1,
        ),
        "App",
    ),
    (
        "a.go",
        "package a\n\n// Doc.\nfunc (c *Cart) Total(\n\tvat float64,\n) float64 {\n\treturn vat\n}\n",
        (
            3,
            4,
            6,
        ),
        "Total",
    ),
    (
        "a.go",
        "package a\n\ntype Cart struct {\n\tn int\n}\n",
        (2,),
        "Cart",
    ),
    (
        "a.rs",
        "#[derive(Debug)]\n"
        "pub struct A {\n"
        "    x: i32,\n"
        "}\n"
        "\n"
        "impl A {\n"
        "    #[must_use]\n"
        "    pub fn f(&self) -> i32 {\n"
        "        self.x\n"
        "    }\n"
        "}\n",
        (
            0,
            1,
        ),
        "A",
    ),
    (
        "a.rs",
        "#[derive(Debug)]\n"
        "pub struct A {\n"
        "    x: i32,\n"
        "}\n"
        "\n"
        "impl A {\n"
        "    #[must_use]\n"
        "    pub fn f(&self) -> i32 {\n"
        "        self.x\n"
        "    }\n"
        "}\n",
        (
            6,
            7,
            8,
        ),
        "f",
    ),
    (
        "A.java",
        "package p;\n"
        "\n"
        "@Entity\n"
        "public class A extends B {\n"
        "    @Override\n"
        "    public int f(int a)\n"
        "            throws X {\n"
        "        return a;\n"
        "    }\n"
        "}\n",
        (
            2,
            3,
        ),
        "A",
    ),
    (
        "A.java",
        "package p;\n"
        "\n"
        "@Entity\n"
        "public class A extends B {\n"
        "    @Override\n"
        "    public int f(int a)\n"
        "            throws X {\n"
        "        return a;\n"
        "    }\n"
        "}\n",
        (
            4,
            5,
            6,
            7,
        ),
        "f",
    ),
    (
        "a.kt",
        "@Serializable\nclass A(val x: Int) {\n    override fun f(a: Int): Int {\n        return a\n    }\n}\n",
        (
            0,
            1,
        ),
        "A",
    ),
    (
        "a.kt",
        "@Serializable\nclass A(val x: Int) {\n    override fun f(a: Int): Int {\n        return a\n    }\n}\n",
        (
            2,
            3,
        ),
        "f",
    ),
    (
        "a.cs",
        "namespace N;\n"
        "\n"
        "[Serializable]\n"
        "public class A\n"
        "{\n"
        "    [Pure]\n"
        "    public int F(int a)\n"
        "    {\n"
        "        return a;\n"
        "    }\n"
        "}\n",
        (3,),
        "A",
    ),
    (
        "a.cs",
        "namespace N;\n"
        "\n"
        "[Serializable]\n"
        "public class A\n"
        "{\n"
        "    [Pure]\n"
        "    public int F(int a)\n"
        "    {\n"
        "        return a;\n"
        "    }\n"
        "}\n",
        (
            5,
            6,
            8,
        ),
        "F",
    ),
    (
        "a.cpp",
        "template <typename T>\n"
        "class A {\n"
        " public:\n"
        "  int f(int a) const {\n"
        "    return a;\n"
        "  }\n"
        "};\n"
        "\n"
        "template <typename T>\n"
        "T A<T>::g(T a) {\n"
        "  return a;\n"
        "}\n",
        (
            0,
            1,
        ),
        "A",
    ),
    (
        "a.cpp",
        "template <typename T>\nT A<T>::g(T a) {\n  return a;\n}\n",
        (
            0,
            1,
            2,
        ),
        "g",
    ),
    (
        "a.c",
        "static int\nadd(int a,\n    int b)\n{\n\treturn a + b;\n}\n",
        (
            0,
            1,
            2,
            4,
        ),
        "add",
    ),
    (
        "a.rb",
        "class A < B\n  def f(a)\n    a\n  end\nend\n",
        (0,),
        "A",
    ),
    (
        "a.rb",
        "class A < B\n  def f(a)\n    a\n  end\nend\n",
        (
            1,
            2,
        ),
        "f",
    ),
    (
        "a.php",
        "<?php\nclass A {\n    #[Pure]\n    public function f(int $a): int {\n        return $a;\n    }\n}\n",
        (1,),
        "A",
    ),
    (
        "a.php",
        "<?php\nclass A {\n    #[Pure]\n    public function f(int $a): int {\n        return $a;\n    }\n}\n",
        (
            2,
            3,
            4,
        ),
        "f",
    ),
    (
        "a.swift",
        "@MainActor\nfinal class A {\n    func f(_ a: Int) -> Int {\n        a\n    }\n}\n",
        (
            0,
            1,
        ),
        "A",
    ),
    (
        "a.lua",
        "local function f(a)\n  return a\nend\n",
        (
            0,
            1,
        ),
        "f",
    ),
    (
        "a.sh",
        "f() {\n  echo a\n}\n",
        (
            0,
            1,
        ),
        "f",
    ),
    (
        "a.ex",
        "defmodule A do\n  def f(a) do\n    a\n  end\nend\n",
        (
            1,
            2,
        ),
        "f",
    ),
    (
        "a.scala",
        "class A(x: Int) {\n  def f(a: Int): Int = {\n    a\n  }\n}\n",
        (0,),
        "A",
    ),
    (
        "a.ps1",
        "function Get-A {\n    param($x)\n    $x\n}\n",
        (
            0,
            1,
        ),
        "Get-A",
    ),
)


@pytest.mark.parametrize(("file", "text", "numbers", "name"), HEADS)
def test_a_definition_is_explained_from_each_of_its_lines(
    file: str, text: str, numbers: tuple[int, ...], name: str
) -> None:
    row, code = action("explain"), parse(text, language_of("", file))
    assert row is not None
    lines = text.split("\n")
    for number in numbers:
        start = len("\n".join(lines[:number])) + bool(number)
        line = lines[number]
        for column in {0, len(line) - len(line.lstrip()), len(line) // 2, len(line)}:
            target = row.find(ActionContext(code, start + column, start + column))
            assert target is not None
            assert target.name.rpartition(".")[2].rpartition("::")[2] == name, (line, column)
