"""Projects of many layouts, and where the tests of one of their functions go: one row each."""

import json
import types
from dataclasses import dataclass
from pathlib import Path

import pytest

from hearth.engine.code_actions.unit_tests import merged, plan
from hearth.engine.errors import EditRefused
from hearth.engine.languages import language_of
from tests.engine.code_actions.asked import place, target

PY = "def a‸dd(a, b):\n    return a + b\n"
ESM = "export function a‸dd(a, b) {\n  return a + b;\n}\n"
TS = "export function a‸dd(a: number, b: number): number {\n  return a + b;\n}\n"
CJS = "function a‸dd(a, b) {\n  return a + b;\n}\n\nmodule.exports = { add };\n"
GO = "package cart\n\nfunc A‸dd(a, b int) int {\n\treturn a + b\n}\n"
GO_TEST = 'package {}\n\nimport "testing"\n\nfunc TestOther(t *testing.T) {{\n\tt.Log("x")\n}}\n'
RUST = "pub fn a‸dd(a: i32, b: i32) -> i32 {\n    a + b\n}\n"
JAVA = (
    "package a.b;\n\npublic class Calc {\n    static int a‸dd(int a, int b) {\n        return a + b;\n    }\n}\n"
)
CS = (
    "namespace Shop;\n\npublic class Calc\n{\n    public static int A‸dd(int a, int b)\n    {\n"
    "        return a + b;\n    }\n}\n"
)
CPP = '#include "calc.h"\n\nint a‸dd(int a, int b) {\n  return a + b;\n}\n'
PYTEST = "import pytest\n\n\ndef test_other():\n    assert True\n"
UNITTEST = (
    "import unittest\n\n\nclass OtherTest(unittest.TestCase):\n    def test_other(self):\n"
    "        self.assertTrue(1)\n"
)
JS_TEST = "describe('other', () => {\n  it('is', () => {\n    expect(1).toBe(1);\n  });\n});\n"

ANSWERS = {
    "python": "from your_module import add\n\n\ndef test_add():\n    assert add(1, 2) == 3",
    "unittest": (
        "import unittest\nfrom your_module import add\n\n\nclass TestAdd(unittest.TestCase):\n"
        "    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n\n\n"
        "if __name__ == '__main__':\n    unittest.main()"
    ),
    "script": (
        "import { describe, expect, it } from 'vitest';\nimport { add } from './add';\n\n"
        "describe('add', () => {\n  it('adds', () => {\n    expect(add(1, 2)).toBe(3);\n  });\n});"
    ),
    "node": (
        "import test from 'node:test';\nimport assert from 'node:assert';\nimport { add } from './add';\n\n"
        "test('adds', () => {\n  assert.equal(add(1, 2), 3);\n});"
    ),
    "go": (
        'package cart\n\nimport "testing"\n\n'
        "func TestAdd(t *testing.T) {\n\tif Add(1, 2) != 3 {\n\t\tt.Fail()\n\t}\n}"
    ),
    "rust": (
        "#[cfg(test)]\nmod tests {\n    use super::*;\n\n"
        "    #[test]\n    fn adds() {\n        assert_eq!(add(1, 2), 3);\n    }\n}"
    ),
    "java": (
        "import org.junit.jupiter.api.Test;\nimport static org.junit.jupiter.api.Assertions.*;\n\n"
        "public class CalcTest {\n    @Test\n    void adds() {\n        assertEquals(3, Calc.add(1, 2));\n    }\n}"
    ),
    "csharp": (
        "using Xunit;\n\npublic class CalcTests\n{\n    [Fact]\n    public void Adds()\n    {\n"
        "        Assert.Equal(3, Calc.Add(1, 2));\n    }\n}"
    ),
    "cpp": '#include <gtest/gtest.h>\n#include "calc.h"\n\nTEST(Calc, Adds) {\n  EXPECT_EQ(add(1, 2), 3);\n}',
    "catch": '#include <catch2/catch.hpp>\n\nTEST_CASE("adds", "[calc]") {\n  REQUIRE(add(1, 2) == 3);\n}',
}


@dataclass(frozen=True, slots=True)
class Layout:
    """`at` is the file with the function; `file` is where its tests must go, and `has` stands there then."""

    name: str
    files: dict[str, str]
    at: str
    file: str
    framework: str
    has: tuple[str, ...]
    answer: str = ""
    has_not: tuple[str, ...] = ("your_module",)


def package(**said: object) -> str:
    return json.dumps(said)


def uses(*names: str) -> str:
    return package(devDependencies=dict.fromkeys(names, "1"))


PYTHON = (
    Layout("a script alone", {"calc.py": PY}, "calc.py", "test_calc.py", "pytest", ("from calc import add",)),
    Layout(
        "a folder of tests",
        {"calc.py": PY, "tests/test_other.py": PYTEST},
        "calc.py",
        "tests/test_calc.py",
        "pytest",
        ("from calc import add",),
    ),
    Layout(
        "src layout",
        {"pyproject.toml": "", "src/shop/__init__.py": "", "src/shop/cart.py": PY},
        "src/shop/cart.py",
        "tests/test_cart.py",
        "pytest",
        ("from shop.cart import add",),
    ),
    Layout(
        "lib layout",
        {"setup.py": "", "lib/shop/__init__.py": "", "lib/shop/cart.py": PY, "tests/test_x.py": PYTEST},
        "lib/shop/cart.py",
        "tests/test_cart.py",
        "pytest",
        ("from shop.cart import add",),
    ),
    Layout(
        "a package of a monorepo",
        {
            "pyproject.toml": "",
            "packages/x/pyproject.toml": "",
            "packages/x/src/pkg/__init__.py": "",
            "packages/x/src/pkg/mod.py": PY,
            "packages/x/tests/test_other.py": PYTEST,
            "packages/y/tests/test_mod.py": PYTEST,
        },
        "packages/x/src/pkg/mod.py",
        "packages/x/tests/test_mod.py",
        "pytest",
        ("from pkg.mod import add",),
    ),
    Layout(
        "folder test",
        {"shop/cart.py": PY, "shop/__init__.py": "", "test/test_other.py": PYTEST},
        "shop/cart.py",
        "test/test_cart.py",
        "pytest",
        ("from shop.cart import add",),
    ),
    Layout(
        "tests inside of the package",
        {
            "setup.py": "",
            "shop/__init__.py": "",
            "shop/cart.py": PY,
            "shop/tests/test_o.py": PYTEST,
            "tests/x.txt": "",
        },
        "shop/cart.py",
        "shop/tests/test_cart.py",
        "pytest",
        ("from shop.cart import add",),
    ),
    Layout(
        "relative imports",
        {
            "setup.py": "",
            "shop/__init__.py": "",
            "shop/cart.py": PY,
            "shop/tests/__init__.py": "",
            "shop/tests/test_o.py": "from ..other import x\n\n\ndef test_o():\n    assert x\n",
        },
        "shop/cart.py",
        "shop/tests/test_cart.py",
        "pytest",
        ("from ..cart import add",),
    ),
    Layout(
        "tests in folders like those of the sources",
        {
            "pyproject.toml": "",
            "src/shop/__init__.py": "",
            "src/shop/db/__init__.py": "",
            "src/shop/db/rows.py": PY,
            "tests/db/test_o.py": PYTEST,
            "tests/web/test_p.py": PYTEST,
        },
        "src/shop/db/rows.py",
        "tests/db/test_rows.py",
        "pytest",
        ("from shop.db.rows import add",),
    ),
    Layout(
        "unit and integration tests",
        {
            "pyproject.toml": "",
            "shop/__init__.py": "",
            "shop/cart.py": PY,
            "tests/unit/test_o.py": PYTEST,
            "tests/integration/test_p.py": PYTEST,
        },
        "shop/cart.py",
        "tests/unit/test_cart.py",
        "pytest",
        ("from shop.cart import add",),
    ),
    Layout(
        "tests end in _test",
        {"shop/__init__.py": "", "shop/cart.py": PY, "tests/other_test.py": PYTEST},
        "shop/cart.py",
        "tests/cart_test.py",
        "pytest",
        ("from shop.cart import add",),
    ),
    Layout(
        "tests beside the sources",
        {"pyproject.toml": "", "shop/__init__.py": "", "shop/cart.py": PY, "shop/test_other.py": PYTEST},
        "shop/cart.py",
        "shop/test_cart.py",
        "pytest",
        ("from shop.cart import add",),
    ),
    Layout(
        "unittest",
        {"shop/__init__.py": "", "shop/cart.py": PY, "tests/test_other.py": UNITTEST},
        "shop/cart.py",
        "tests/test_cart.py",
        "unittest",
        ("import unittest", "from shop.cart import add", "class TestAdd(unittest.TestCase):"),
        ANSWERS["unittest"],
    ),
    Layout(
        "Django",
        {
            "manage.py": "",
            "shop/__init__.py": "",
            "shop/views.py": PY,
            "shop/tests.py": "from django.test import TestCase\n",
        },
        "shop/views.py",
        "shop/tests.py",
        "Django",
        ("from django.test import TestCase", "from shop.views import add"),
        "class AddTest(TestCase):\n    def test_add(self):\n        self.assertEqual(add(1, 2), 3)",
    ),
    Layout(
        "imports that begin with src",
        {
            "src/shop/cart.py": PY,
            "tests/test_o.py": "from src.shop.other import x\n\n\ndef test_o():\n    assert x\n",
        },
        "src/shop/cart.py",
        "tests/test_cart.py",
        "pytest",
        ("from src.shop.cart import add",),
    ),
    Layout(
        "a folder that the manifest names",
        {
            "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["code"]\ntestpaths = ["checks"]\n',
            "code/shop/cart.py": PY,
        },
        "code/shop/cart.py",
        "checks/test_cart.py",
        "pytest",
        ("from shop.cart import add",),
    ),
    Layout(
        "no identifier",
        {"my-script.py": PY},
        "my-script.py",
        "test_my_script.py",
        "pytest",
        ("import importlib", 'add = importlib.import_module("my-script").add'),
    ),
    Layout(
        "the package's own file",
        {"pyproject.toml": "", "shop/__init__.py": PY, "tests/test_o.py": PYTEST},
        "shop/__init__.py",
        "tests/test_shop.py",
        "pytest",
        ("from shop import add",),
    ),
    Layout(
        "a method",
        {"cart.py": "class Cart:\n    def t‸otal(self):\n        return 1\n"},
        "cart.py",
        "test_cart.py",
        "pytest",
        ("from cart import Cart",),
        "def test_total():\n    assert Cart().total() == 1",
    ),
    Layout(
        "another file of the same name",
        {
            "pyproject.toml": "",
            "shop/__init__.py": "",
            "shop/a/__init__.py": "",
            "shop/a/rows.py": PY,
            "tests/b/test_rows.py": PYTEST,
            "tests/test_o.py": PYTEST,
        },
        "shop/a/rows.py",
        "tests/test_a_rows.py",
        "pytest",
        ("from shop.a.rows import add",),
    ),
    Layout(
        "into the file that is there",
        {
            "calc.py": PY + "\n\nLIMIT = 3\n",
            "tests/test_calc.py": "from calc import sub\n\n\ndef test_add():\n    assert sub(1, 1) == 0\n",
        },
        "calc.py",
        "tests/test_calc.py",
        "pytest",
        (
            "import pytest",
            "from calc import add, LIMIT",
            "def test_add():",
            "CASES = [(1, 2)]",
            '@pytest.mark.parametrize("a,b", CASES)',
            "def test_add_2(a, b):",
        ),
        "import pytest\nfrom your_module import add, LIMIT\n\nCASES = [(1, 2)]\nUNUSED = 1\n\n"
        '@pytest.mark.parametrize("a,b", CASES)\ndef test_add(a, b):\n    assert add(a, b) == LIMIT',
        ("your_module", "UNUSED"),
    ),
    Layout(
        "above the call that runs them",
        {
            "calc.py": PY,
            "test_calc.py": UNITTEST + "\n\nif __name__ == '__main__':\n    unittest.main()\n",
        },
        "calc.py",
        "test_calc.py",
        "unittest",
        ("class TestAdd(unittest.TestCase):", "    unittest.main()\n<end>"),
        ANSWERS["unittest"],
    ),
    Layout(
        "numpy, a helper and a fixture",
        {"calc.py": PY},
        "calc.py",
        "test_calc.py",
        "pytest",
        ("import numpy as np", "import pytest", "def pair():", "def check(a, b):", "from calc import add"),
        "import numpy as np\nfrom calc import add\n\n@pytest.fixture\ndef pair():\n    return np.array([1, 2])\n\n"
        "def check(a, b):\n    assert a == b\n\ndef add(a, b):\n    return a + b\n\n"
        "def test_add(pair):\n    check(add(*pair), 3)",
        ("    return a + b",),
    ),
)

SCRIPTS = (
    Layout(
        "vitest",
        {"package.json": uses("vitest"), "src/a.ts": TS},
        "src/a.ts",
        "src/a.test.ts",
        "vitest",
        ('import { describe, expect, it } from "vitest";', 'import { add } from "./a";'),
    ),
    Layout(
        "vitest with its names everywhere",
        {
            "package.json": uses("vitest"),
            "src/a.ts": TS,
            "src/b.spec.ts": "import { b } from './b';\n\n" + JS_TEST,
        },
        "src/a.ts",
        "src/a.spec.ts",
        "vitest",
        ("import { add } from './a';",),
        "",
        ("vitest",),
    ),
    Layout(
        "jest",
        {"package.json": uses("jest"), "src/a.js": ESM},
        "src/a.js",
        "src/a.test.js",
        "jest",
        ('import { add } from "./a";',),
        "",
        ("vitest",),
    ),
    Layout(
        "jest with imports",
        {
            "package.json": uses("jest"),
            "src/a.ts": TS,
            "src/__tests__/b.test.ts": 'import { expect, it } from "@jest/globals";\nimport { b } from "../b";\n\n'
            + JS_TEST,
        },
        "src/a.ts",
        "src/__tests__/a.test.ts",
        "jest",
        ('import { describe, expect, it } from "@jest/globals";', 'import { add } from "../a";'),
        "",
        ("vitest",),
    ),
    Layout(
        "jest in a package of a workspace, and vitest above",
        {
            "package.json": package(workspaces=["packages/*"], devDependencies={"vitest": "1"}),
            "packages/x/package.json": package(scripts={"test": "jest"}),
            "packages/x/src/a.js": ESM,
        },
        "packages/x/src/a.js",
        "packages/x/src/a.test.js",
        "jest",
        ('import { add } from "./a";',),
        "",
        ("vitest",),
    ),
    Layout(
        "a package of a workspace that has its framework from above",
        {
            "package.json": package(workspaces=["packages/*"], devDependencies={"vitest": "1"}),
            "packages/x/package.json": package(name="x"),
            "packages/x/src/a.ts": TS,
        },
        "packages/x/src/a.ts",
        "packages/x/src/a.test.ts",
        "vitest",
        ('import { describe, expect, it } from "vitest";',),
    ),
    Layout(
        "mocha and chai",
        {"package.json": uses("mocha", "chai"), "lib/a.js": CJS},
        "lib/a.js",
        "test/a.test.js",
        "mocha",
        ('const { expect } = require("chai");', 'const { add } = require("../lib/a");'),
        "",
        ("vitest", "import "),
    ),
    Layout(
        "mocha without endings",
        {
            "package.json": uses("mocha"),
            "lib/a.js": CJS,
            "test/b.js": "const assert = require('assert');\nconst b = require('../lib/b');\n\nit('b', b);\n",
        },
        "lib/a.js",
        "test/a.js",
        "mocha",
        ("const assert = require('node:assert');", "const { add } = require('../lib/a');"),
        "const { add } = require('./a');\n\nit('adds', () => {\n  assert.equal(add(1, 2), 3);\n});",
    ),
    Layout(
        "jasmine in Angular",
        {
            "package.json": package(scripts={"test": "ng test"}, devDependencies={"jasmine-core": "5"}),
            "src/app/a.ts": TS,
            "src/app/b.spec.ts": "import { b } from './b';\n\n" + JS_TEST,
        },
        "src/app/a.ts",
        "src/app/a.spec.ts",
        "jasmine",
        ("import { add } from './a';",),
        "",
        ("vitest", "jasmine"),
    ),
    Layout(
        "node:test",
        {"package.json": package(type="module", scripts={"test": "node --test"}), "src/a.js": ESM},
        "src/a.js",
        "src/a.test.js",
        "node:test",
        ("import { test } from 'node:test';", "import assert from", "import { add } from './a.js';"),
        ANSWERS["node"],
    ),
    Layout(
        "no framework",
        {"a.js": CJS},
        "a.js",
        "a.test.js",
        "node:test",
        ('const { test } = require("node:test");', 'const { add } = require("./a");'),
        ANSWERS["node"],
        ("import ",),
    ),
    Layout(
        "no framework, TypeScript",
        {"a.ts": TS},
        "a.ts",
        "a.test.ts",
        "node:test",
        ("import { test } from 'node:test';", "import { add } from './a.ts';"),
        ANSWERS["node"],
    ),
    Layout(
        "a default export",
        {"package.json": uses("vitest"), "a.ts": TS.replace("export", "export default")},
        "a.ts",
        "a.test.ts",
        "vitest",
        ('import add from "./a";',),
    ),
    Layout(
        "exported below",
        {"package.json": uses("vitest"), "a.ts": TS.replace("export ", "") + "\nexport { add as plus };\n"},
        "a.ts",
        "a.test.ts",
        "vitest",
        ('import { plus as add } from "./a";',),
    ),
    Layout(
        "one function is the module",
        {"package.json": uses("jest"), "a.js": CJS.replace("{ add }", "add")},
        "a.js",
        "a.test.js",
        "jest",
        ('const add = require("./a");',),
        "",
        ("vitest",),
    ),
    Layout(
        "a method of an exported class",
        {"package.json": uses("jest"), "cart.ts": "export class Cart {\n  t‸otal() {\n    return 1;\n  }\n}\n"},
        "cart.ts",
        "cart.test.ts",
        "jest",
        ('import { Cart } from "./cart";',),
        "describe('Cart', () => {\n  it('total', () => {\n    expect(new Cart().total()).toBe(1);\n  });\n});",
    ),
    Layout(
        "endings of the compiled files",
        {
            "package.json": package(type="module", devDependencies={"vitest": "1"}),
            "tsconfig.json": '{\n  // strict\n  "compilerOptions": { "module": "NodeNext", },\n}',
            "src/a.ts": TS,
        },
        "src/a.ts",
        "src/a.test.ts",
        "vitest",
        ('import { add } from "./a.js";',),
    ),
    Layout(
        "names for folders",
        {
            "package.json": uses("vitest"),
            "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
            "src/lib/a.ts": TS,
            "tests/b.test.ts": "import { it } from 'vitest';\nimport { b } from '@/lib/b';\n\nit('b', b);\n",
        },
        "src/lib/a.ts",
        "tests/a.test.ts",
        "vitest",
        ("import { add } from '@/lib/a';",),
    ),
    Layout(
        "testing-library, a helper and a name of the file that is not imported",
        {"package.json": uses("vitest", "@testing-library/react"), "a.tsx": TS + "\nexport const ZERO = 0;\n"},
        "a.tsx",
        "a.test.tsx",
        "vitest",
        (
            "import { render, screen } from '@testing-library/react';",
            "import { add, ZERO } from './a';",
            "import { it, vi } from 'vitest';",
            "const show = (value: number) => render(<b>{value}</b>);",
        ),
        "import { render, screen } from '@testing-library/react';\n\n"
        "const show = (value: number) => render(<b>{value}</b>);\n\n"
        "it('adds', () => {\n  vi.fn();\n  show(add(ZERO, 1));\n  screen.getByText('1');\n});",
    ),
    Layout(
        "into the file that is there, jest in CommonJS",
        {
            "package.json": uses("jest"),
            "src/a.js": CJS,
            "test/a.test.js": "const { sub } = require('../src/a');\n\n" + JS_TEST,
        },
        "src/a.js",
        "test/a.test.js",
        "jest",
        (
            "const { sub } = require('../src/a');",
            "const { add } = require('../src/a');",
            "describe('other'",
            "describe('add'",
        ),
        "",
        ("vitest",),
    ),
)

OTHERS = (
    Layout(
        "Go, the package's own tests",
        {"go.mod": "module shop\n", "cart/a.go": GO, "cart/b_test.go": GO_TEST.format("cart")},
        "cart/a.go",
        "cart/a_test.go",
        "Go testing",
        ("package cart\n", 'import "testing"', "if Add(1, 2) != 3"),
    ),
    Layout(
        "Go, tests from outside",
        {"go.mod": "module example.com/shop\n", "cart/a.go": GO, "cart/b_test.go": GO_TEST.format("cart_test")},
        "cart/a.go",
        "cart/a_test.go",
        "Go testing",
        ("package cart_test\n", '"example.com/shop/cart"', "if cart.Add(1, 2) != 3"),
    ),
    Layout(
        "Go, into a file of tests from outside",
        {"go.mod": "module example.com/shop\n", "cart/a.go": GO, "cart/a_test.go": GO_TEST.format("cart_test")},
        "cart/a.go",
        "cart/a_test.go",
        "Go testing",
        ("package cart_test\n", '"example.com/shop/cart"', "func TestOther", "if cart.Add(1, 2) != 3"),
    ),
    Layout(
        "Go, a name that is not exported, and tests from outside",
        {
            "go.mod": "module example.com/shop\n",
            "cart/a.go": GO.replace("A‸dd", "a‸dd"),
            "cart/a_test.go": GO_TEST.format("cart_test"),
        },
        "cart/a.go",
        "cart/a_internal_test.go",
        "Go testing",
        ("package cart\n", "if add(1, 2) != 3"),
        ANSWERS["go"].replace("Add(1", "cart.add(1"),
    ),
    Layout(
        "Go with testify",
        {"go.mod": "module shop\n\nrequire github.com/stretchr/testify v1.9.0\n", "cart/a.go": GO},
        "cart/a.go",
        "cart/a_test.go",
        "Go testing (with testify",
        ('"github.com/stretchr/testify/assert"', '"testing"', "assert.Equal(t, 3, Add(1, 2))"),
        "func TestAdd(t *testing.T) {\n\tassert.Equal(t, 3, Add(1, 2))\n}",
    ),
    Layout(
        "Rust, in the file",
        {"Cargo.toml": '[package]\nname = "shop"\n', "src/lib.rs": RUST},
        "src/lib.rs",
        "src/lib.rs",
        "Rust",
        ("#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {",),
    ),
    Layout(
        "Rust, in the module that is there",
        {
            "Cargo.toml": '[package]\nname = "shop"\n',
            "src/lib.rs": RUST
            + "\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn adds() {}\n}\n",
        },
        "src/lib.rs",
        "src/lib.rs",
        "Rust",
        ("    fn adds() {}\n\n    #[test]\n    fn adds_2() {\n        assert_eq!",),
    ),
    Layout(
        "Rust, a file for the module of tests",
        {"Cargo.toml": '[package]\nname = "shop"\n', "src/a.rs": RUST + "\n#[cfg(test)]\nmod tests;\n"},
        "src/a.rs",
        "src/a/tests.rs",
        "Rust",
        ("use super::*;\n\n#[test]\nfn adds() {\n    assert_eq!",),
    ),
    Layout(
        "Rust, all tests in their own folder",
        {
            "Cargo.toml": '[package]\nname = "my-shop"\n',
            "src/lib.rs": "pub mod cart;\n",
            "src/cart.rs": RUST,
            "tests/other.rs": "#[test]\nfn other() {\n    assert!(true);\n}\n",
        },
        "src/cart.rs",
        "tests/cart.rs",
        "Rust",
        ("use my_shop::cart::add;\n\n#[test]\nfn adds() {",),
    ),
    Layout(
        "JUnit 5",
        {"pom.xml": "junit-jupiter", "src/main/java/a/b/Calc.java": JAVA},
        "src/main/java/a/b/Calc.java",
        "src/test/java/a/b/CalcTest.java",
        "JUnit 5",
        (
            "package a.b;",
            "import org.junit.jupiter.api.Test;",
            "class CalcTest {\n    @Test\n    void adds() {\n        assertEquals",
        ),
    ),
    Layout(
        "JUnit 4 in a module of Gradle",
        {
            "settings.gradle": "",
            "core/build.gradle": "testImplementation 'junit:junit:4.13'",
            "core/src/main/java/a/b/Calc.java": JAVA,
        },
        "core/src/main/java/a/b/Calc.java",
        "core/src/test/java/a/b/CalcTest.java",
        "JUnit 4",
        ("import org.junit.Test;", "import static org.junit.Assert.*;", "public class CalcTest {"),
        "",
        ("jupiter",),
    ),
    Layout(
        "JUnit, into the class that is there",
        {
            "pom.xml": "",
            "src/main/java/a/b/Calc.java": JAVA,
            "src/test/java/a/b/CalcTests.java": (
                "package a.b;\n\nimport org.junit.jupiter.api.Test;\n\n"
                "class CalcTests {\n    @Test\n    void other() {}\n}\n"
            ),
        },
        "src/main/java/a/b/Calc.java",
        "src/test/java/a/b/CalcTests.java",
        "JUnit 5",
        (
            "import static org.junit.jupiter.api.Assertions.*;",
            "    void other() {}\n\n    @Test\n    void adds() {",
            "    }\n}\n<end>",
        ),
    ),
    Layout(
        "xUnit",
        {
            "src/Shop/Shop.csproj": "<Project/>",
            "src/Shop/Calc.cs": CS,
            "tests/Shop.Tests/Shop.Tests.csproj": '<PackageReference Include="xunit"/>',
        },
        "src/Shop/Calc.cs",
        "tests/Shop.Tests/CalcTests.cs",
        "xUnit",
        (
            "using Xunit;\n",
            "using Shop;\n",
            "namespace Shop.Tests;",
            "    [Fact]\n    public void Adds()\n    {\n        Assert",
        ),
    ),
    Layout(
        "NUnit",
        {
            "Shop/Shop.csproj": "<Project/>",
            "Shop/Calc.cs": CS,
            "Shop.Tests/Shop.Tests.csproj": '<PackageReference Include="NUnit"/>',
        },
        "Shop/Calc.cs",
        "Shop.Tests/CalcTests.cs",
        "NUnit",
        ("using NUnit.Framework;", "[TestFixture]\npublic class CalcTests\n{\n    [Test]\n"),
        ANSWERS["csharp"].replace("[Fact]", "[Test]").replace("using Xunit;\n\n", ""),
    ),
    Layout(
        "GoogleTest",
        {
            "CMakeLists.txt": "add_executable(t tests/other_test.cc)",
            "src/calc.cpp": CPP,
            "src/calc.h": "int add(int, int);\n",
            "tests/other_test.cc": "#include <gtest/gtest.h>\n\nTEST(O, O) {\n  EXPECT_TRUE(true);\n}\n",
        },
        "src/calc.cpp",
        "tests/calc_test.cc",
        "GoogleTest",
        ("#include <gtest/gtest.h>\n", '#include "../src/calc.h"\n', "TEST(Calc, Adds) {"),
    ),
    Layout(
        "Catch2, by the manifest",
        {
            "CMakeLists.txt": "find_package(Catch2 3)",
            "include/shop/calc.hpp": CPP.partition("\n")[2],
            "tests/x.txt": "",
        },
        "include/shop/calc.hpp",
        "tests/calc_test.cpp",
        "Catch2",
        (
            "#include <catch2/catch_test_macros.hpp>\n",
            '#include "shop/calc.hpp"\n',
            'TEST_CASE("adds", "[calc]") {',
        ),
        ANSWERS["catch"],
    ),
)
LAYOUTS = (*PYTHON, *SCRIPTS, *OTHERS)
DEFAULTS = {"typescript": "script", "tsx": "script", "javascript": "script"}


def read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except OSError:
        return None


def made(files: dict[str, str], root: Path) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("‸", ""), "utf-8")


def written(layout: Layout, root: Path) -> tuple[Path, str, str]:
    """(the file of the tests, its text, the framework)."""
    made(layout.files, root)
    language = language_of("", layout.at)
    assert language is not None
    about = target("test", place(layout.files[layout.at], language.lsp_ids[0]))
    planned = plan(about, str(root / layout.at), str(root), read)
    answer = layout.answer or ANSWERS[DEFAULTS.get(language.name, language.name)]
    return (
        planned.path,
        merged(planned, about, f"Here you go:\n```{language.name}\n{answer}\n```"),
        planned.framework,
    )


def test_there_are_fifty_layouts() -> None:
    assert len(LAYOUTS) >= 50


@pytest.mark.parametrize("layout", LAYOUTS, ids=[each.name for each in LAYOUTS])
def test_tests_go_where_the_project_has_them(layout: Layout, tmp_path: Path) -> None:
    file, text, framework = written(layout, tmp_path)
    assert file.relative_to(tmp_path).as_posix() == layout.file
    assert framework.startswith(layout.framework)
    for part in layout.has:
        assert part.removesuffix("<end>") in text, text
        assert not part.endswith("<end>") or text.endswith(part.removesuffix("<end>")), text
    assert not [part for part in layout.has_not if part in text], text
    lines = [
        line for line in text.split("\n") if line.startswith(("import ", "from ", "using ", "#include", "use "))
    ]
    assert len(set(lines)) == len(lines), text
    before = layout.files.get(layout.file, "").replace("‸", "")
    kept = [line for line in before.split("\n") if not line.startswith("import ")]
    assert all(line in text for line in kept), "what stood there stays"


@pytest.mark.parametrize("layout", PYTHON, ids=[each.name for each in PYTHON])
def test_what_was_written_in_python_can_be_run(layout: Layout, tmp_path: Path) -> None:
    """The names that the tests use are all there."""
    _, text, _ = written(layout, tmp_path)
    code = compile(text, "test.py", "exec")
    free = {name for each in _all(code) for name in each.co_names}
    for name in ("add", "pytest", "np", "LIMIT", "unittest", "importlib"):
        used = name in free
        assert not used or name in code.co_names, text


def _all(code: types.CodeType) -> list[types.CodeType]:
    found: list[types.CodeType] = []
    waiting = [code]
    while waiting:
        each = waiting.pop()
        found.append(each)
        waiting += [inner for inner in each.co_consts if isinstance(inner, types.CodeType)]
    return found


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.ts", "function a‸dd(a: number) {\n  return a;\n}\n", "not exported"),
        ("a.js", "class C {\n  a‸dd(a) {\n    return a;\n  }\n}\n", "not exported"),
        ("A.java", "class A {\n    private int a‸dd() {\n        return 1;\n    }\n}\n", "is private"),
        ("A.cs", CS, "no project of tests"),
        ("a.cpp", CPP, "no framework"),
        ('a";x();".js', ESM, "cannot stand in an import"),
        ("it's.js", ESM, "cannot stand in an import"),
        ("a.cpp", "static int a‸dd() {\n  return 1;\n}\n", "is static"),
    ],
)
def test_what_no_test_can_reach_is_refused_with_the_reason(
    name: str, text: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(EditRefused, match=reason):
        written(Layout(name, {name: text}, name, "", "", ()), tmp_path)


def test_what_a_framework_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EditRefused, match="no `expect` in node:test"):
        written(Layout("", {"a.js": ESM}, "a.js", "", "", ()), tmp_path)


def test_a_large_project_is_not_read_to_its_end(tmp_path: Path) -> None:
    made({"calc.py": PY}, tmp_path)
    for folder in range(30):
        made({f"f{folder}/test_{number}.py": "" for number in range(200)}, tmp_path)
    about = target("test", place(PY))
    looked_at: list[Path] = []

    def counted(path: Path) -> str | None:
        looked_at.append(path)
        return read(path)

    plan(about, str(tmp_path / "calc.py"), str(tmp_path), counted)
    assert len(looked_at) < 150
