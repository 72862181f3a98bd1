"""Definitions that a place needs, in small projects of every layout: each must be in the context of that place."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hearth.engine.context.gathering import Gathered, gather
from tests.engine.context.test_gather import ask, make, shown

BASKET_PY = "class Basket:\n    def add(self, name: str) -> None:\n        pass\n"
BASKET_TS = "export class Basket {\n  add(name: string): void {\n  }\n}\n"
BASKET_GO = (
    "package store\n\ntype Basket struct {\n\tnames []string\n}\n\nfunc (b *Basket) Add(name string) {\n}\n"
)
BASKET_RS = (
    "pub struct Basket<T> {\n    names: Vec<T>,\n}\n\nimpl<T> Basket<T> {\n"
    "    pub fn add(&mut self, name: T) {\n    }\n}\n"
)
BASKET_JAVA = (
    "package org.shop;\n\npublic class Basket {\n  public int add(String name) {\n    return 1;\n  }\n}\n"
)
BASKET_CS = "namespace Shop.Core;\n\npublic class Basket\n{\n    public int Add(string name) { return 1; }\n}\n"
BASKET_H = "class Basket : public Thing {\n public:\n  int add(int x);\n};\n"
ADD = {
    "py": "def add(self, name: str) -> None:",
    "ts": "add(name: string): void",
    "go": "func (b *Basket) Add(name string)",
    "rs": "pub fn add(&mut self, name: T)",
    "java": "public int add(String name)",
    "cs": "public int Add(string name)",
    "cpp": "int add(int x)",
}


@dataclass(frozen=True)
class Case:
    """`text` is written in `name`; `wanted` must be shown, `unwanted` must not."""

    kind: str
    files: dict[str, str]
    name: str
    text: str
    wanted: list[str]
    unwanted: list[str] = field(default_factory=list)


def package_json(**fields: object) -> str:
    return json.dumps(fields)


CASES = [
    # What only hands a name on.
    Case(
        "python: a package's __init__",
        {"shop/__init__.py": "from .core import Basket as Basket\n", "shop/core.py": BASKET_PY},
        "main.py",
        "from shop import Basket\n\nbasket = Basket()\nbasket.⟨⟩\n",
        [ADD["py"]],
    ),
    Case(
        "python: a package's __init__ with a star and another name",
        {
            "shop/__init__.py": "from ._core import *\n",
            "shop/_core.py": "from ._deep import Bag as Basket\n",
            "shop/_deep.py": BASKET_PY.replace("Basket", "Bag"),
        },
        "main.py",
        "from shop import Basket\n\n\ndef f(basket: Basket):\n    Basket(⟨⟩\n",
        ["class Bag:", ADD["py"]],
    ),
    Case(
        "python: module. of a package",
        {
            "shop/__init__.py": "from .core import price_of\nfrom .other import unheard_of\n",
            "shop/core.py": "def price_of(name: str) -> int:\n    return 1\n",
            "shop/other.py": "def unheard_of(name: bytes) -> int:\n    return 1\n",
        },
        "main.py",
        "import shop\n\nx = shop.price_of(⟨⟩\n",
        ["def price_of(name: str) -> int:"],
        ["unheard_of(name: bytes)"],
    ),
    Case(
        "python: the names that a package hands on",
        {
            "shop/__init__.py": "from .core import *\nfrom .other import Till\n",
            "shop/core.py": "def price_of(name): pass\n",
            "shop/other.py": "class Till: pass\n",
        },
        "main.py",
        "import shop\n\nx = shop.⟨⟩\n",
        ["# defines: price_of, Till"],
    ),
    Case(
        "typescript: a barrel",
        {"shop/index.ts": "export * from './basket'\n", "shop/basket.ts": BASKET_TS},
        "main.ts",
        "import { Basket } from './shop'\nconst basket = new Basket()\nbasket.⟨⟩\n",
        [ADD["ts"]],
    ),
    Case(
        "typescript: a barrel of barrels, with another name",
        {
            "shop/index.ts": "export { Bag as Basket } from './deep'\n",
            "shop/deep/index.ts": "export { default as Bag } from './bag'\n",
            "shop/deep/bag.ts": BASKET_TS.replace("export class Basket", "export default class Sack"),
        },
        "main.ts",
        "import { Basket as B } from './shop/index'\nconst basket = new B(⟨⟩)\n",
        ["export default class Sack", ADD["ts"]],
    ),
    Case(
        "rust: pub use",
        {
            "Cargo.toml": '[package]\nname = "shop"\n',
            "src/lib.rs": "mod basket;\npub use basket::Basket;\n",
            "src/basket.rs": BASKET_RS,
        },
        "src/main.rs",
        "use shop::Basket;\n\nfn f(b: &mut Basket<u8>) {\n    b.⟨⟩\n}\n",
        [ADD["rs"]],
    ),
    Case(
        "c++: a second include",
        {"all.h": '#include "inner/basket.h"\n', "inner/basket.h": BASKET_H},
        "main.cpp",
        '#include "all.h"\n\nint f(const Basket& basket) {\n  return basket.⟨⟩\n}\n',
        [ADD["cpp"]],
    ),
    # Other packages of the workspace.
    Case(
        "typescript: an npm workspace",
        {
            "package.json": package_json(workspaces=["packages/*"]),
            "packages/core/package.json": package_json(name="@shop/core", main="dist/index.js"),
            "packages/core/src/index.ts": BASKET_TS,
        },
        "packages/web/src/main.ts",
        "import { Basket } from '@shop/core'\nconst basket = new Basket()\nbasket.⟨⟩\n",
        [ADD["ts"]],
    ),
    Case(
        "typescript: a pnpm workspace, and what a package exports",
        {
            "pnpm-workspace.yaml": "# all\npackages:\n  - 'libs/**'\n  - '!libs/old'\n",
            "libs/a/core/package.json": package_json(
                name="core",
                exports={".": "./dist/main.js", "./till": {"import": {"default": "./dist/esm/till.js"}}},
            ),
            "libs/a/core/src/till.ts": BASKET_TS,
        },
        "libs/web/main.ts",
        "import { Basket } from 'core/till'\nnew Basket(⟨⟩)\n",
        [ADD["ts"]],
    ),
    Case(
        "typescript: a yarn workspace with its packages in a table",
        {
            "package.json": package_json(workspaces={"packages": ["modules/core"]}),
            "modules/core/package.json": package_json(name="core", exports={".": {"source": "./lib/entry.ts"}}),
            "modules/core/lib/entry.ts": BASKET_TS,
        },
        "web/main.ts",
        "import { Basket } from 'core'\nnew Basket(⟨⟩)\n",
        [ADD["ts"]],
    ),
    Case(
        "typescript: paths of a tsconfig that another one extends, with comments",
        {
            "tsconfig.base.json": "{\n  // ours\n"
            '  "compilerOptions": {"paths": {"@core/*": ["./libs/core/*",]}},\n}\n',
            "app/tsconfig.json": '{"extends": "../tsconfig.base"}',
            "libs/core/basket.ts": BASKET_TS,
        },
        "app/src/main.ts",
        "import { Basket } from '@core/basket'\nnew Basket(⟨⟩)\n",
        [ADD["ts"]],
    ),
    Case(
        "typescript: paths of a config that a tsconfig refers to, from a baseUrl",
        {
            "tsconfig.json": '{"files": [], "references": [{"path": "./conf/tsconfig.web.json"}]}',
            "conf/tsconfig.web.json": '{"compilerOptions": {"baseUrl": "../lib", "paths": {"basket": ["a/b"]}}}',
            "lib/a/b.ts": BASKET_TS,
        },
        "src/main.ts",
        "import { Basket } from 'basket'\nnew Basket(⟨⟩)\n",
        [ADD["ts"]],
    ),
    Case(
        "typescript: a package's own imports",
        {
            "package.json": package_json(imports={"#lib/*": "./lib/*.js"}),
            "lib/basket.ts": BASKET_TS,
        },
        "src/main.ts",
        "import { Basket } from '#lib/basket'\nnew Basket(⟨⟩)\n",
        [ADD["ts"]],
    ),
    Case(
        "python: a uv workspace with src layouts",
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["members/*"]\n',
            "members/core/pyproject.toml": '[project]\nname = "core"\n',
            "members/core/src/acme/core/__init__.py": "from .basket import Basket\n",
            "members/core/src/acme/core/basket.py": BASKET_PY,
        },
        "members/web/src/acme/web/main.py",
        "from acme.core import Basket\n\nBasket(⟨⟩)\n",
        [ADD["py"]],
    ),
    Case(
        "python: a poetry project that depends on one beside it",
        {
            "web/pyproject.toml": '[tool.poetry.dependencies]\ncore = {path = "../deep/down/core"}\n',
            "deep/down/core/pyproject.toml": '[tool.poetry]\npackages = [{include = "shop", from = "code"}]\n',
            "deep/down/core/code/shop.py": BASKET_PY,
        },
        "web/web/main.py",
        "from shop import Basket\n\nBasket(⟨⟩)\n",
        [ADD["py"]],
    ),
    Case(
        "python: packages that hatch takes from a folder",
        {
            "pyproject.toml": '[tool.hatch.build.targets.wheel]\npackages = ["backend/shop"]\n',
            "backend/shop/__init__.py": BASKET_PY,
        },
        "tests/test_a.py",
        "from shop import Basket\n\nBasket(⟨⟩)\n",
        [ADD["py"]],
    ),
    Case(
        "python: a project in a usual place",
        {"packages/core/setup.py": "", "packages/core/src/acme/core.py": BASKET_PY},
        "apps/web/main.py",
        "from acme.core import Basket\n\nBasket(⟨⟩)\n",
        [ADD["py"]],
    ),
    Case(
        "go: replace",
        {
            "web/go.mod": "module x.org/web\n\nrequire x.org/store v1.0.0\n\nreplace x.org/store => ../store\n",
            "store/go.mod": "module x.org/store\n",
            "store/basket.go": BASKET_GO,
        },
        "web/main.go",
        'package main\n\nimport "x.org/store"\n\nfunc f(b *store.Basket) {\n\tb.⟨⟩\n}\n',
        [ADD["go"]],
    ),
    Case(
        "go: go.work",
        {
            "go.work": "go 1.22\n\nuse (\n\t./web\n\t./store\n)\n",
            "web/go.mod": "module x.org/web\n",
            "store/go.mod": "module x.org/store\n",
            "store/inner/basket.go": BASKET_GO,
        },
        "web/main.go",
        'package main\n\nimport "x.org/store/inner"\n\nfunc f() {\n\tb := &store.Basket{}\n\tb.⟨⟩\n}\n',
        [ADD["go"]],
    ),
    Case(
        "rust: a cargo workspace",
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
            "crates/web/Cargo.toml": '[package]\nname = "web"\n',
            "crates/shop-core/Cargo.toml": '[package]\nname = "shop-core"\n',
            "crates/shop-core/src/lib.rs": "pub mod basket;\n",
            "crates/shop-core/src/basket.rs": BASKET_RS,
        },
        "crates/web/src/main.rs",
        "use shop_core::basket::Basket;\n\nfn f(b: &mut Basket<u8>) {\n    b.⟨⟩\n}\n",
        [ADD["rs"]],
    ),
    Case(
        "rust: a crate by path, under another name",
        {
            "web/Cargo.toml": '[package]\nname = "web"\n[dependencies]\n'
            'shop = {path = "../far", package = "far-shop"}\n',
            "far/Cargo.toml": '[package]\nname = "far-shop"\n[lib]\npath = "code/lib.rs"\n',
            "far/code/lib.rs": BASKET_RS,
        },
        "web/src/main.rs",
        "use shop::Basket as B;\n\nfn f() {\n    let b = B::new(⟨⟩);\n}\n",
        ["pub struct Basket<T>"],
    ),
    Case(
        "java: a class by its package, in another module of Maven",
        {
            "pom.xml": "<project><modules><module>libs/core</module></modules></project>",
            "libs/core/src/main/java/org/shop/Basket.java": BASKET_JAVA,
        },
        "web/src/main/java/org/web/Main.java",
        "package org.web;\n\nimport org.shop.Basket;\n\nclass Main {\n  void f(Basket basket) {\n"
        "    basket.⟨⟩\n  }\n}\n",
        [ADD["java"]],
    ),
    Case(
        "java: a module of Gradle, imported with a star",
        {
            "settings.gradle": "include ':a:b:core'\n",
            "a/b/core/src/main/java/org/shop/Basket.java": BASKET_JAVA,
            "a/b/core/src/main/java/org/shop/Other.java": "package org.shop;\nclass Other {}\n",
        },
        "web/src/main/java/org/web/Main.java",
        "package org.web;\n\nimport org.shop.*;\n\nclass Main {\n  void f() {\n"
        "    Basket basket = new Basket();\n    basket.⟨⟩\n  }\n}\n",
        [ADD["java"]],
        ["Other"],
    ),
    Case(
        "java: a class of the same package, seen by a test",
        {"src/main/java/org/shop/Basket.java": BASKET_JAVA},
        "src/test/java/org/shop/BasketTest.java",
        "package org.shop;\n\nclass BasketTest {\n  void f() {\n    Basket basket = new Basket();\n"
        "    basket.⟨⟩\n  }\n}\n",
        [ADD["java"]],
    ),
    Case(
        "java: a static method that is imported",
        {"src/main/java/org/shop/Basket.java": BASKET_JAVA.replace("public int add", "public static int add")},
        "src/main/java/org/web/Main.java",
        "package org.web;\n\nimport static org.shop.Basket.add;\n\nclass Main {\n  int x = add(⟨⟩\n}\n",
        ["public static int add(String name)"],
    ),
    Case(
        "kotlin: a class of Java",
        {"src/main/java/org/shop/Basket.java": BASKET_JAVA},
        "src/main/kotlin/org/web/Main.kt",
        "package org.web\n\nimport org.shop.Basket\n\nfun f(basket: Basket) {\n    basket.⟨⟩\n}\n",
        [ADD["java"]],
    ),
    Case(
        "c#: a type by its namespace, in another project",
        {"src/Core/Shop.Core.csproj": "<Project/>", "src/Core/Models/Basket.cs": BASKET_CS},
        "src/Web/Main.cs",
        "using Shop.Core.Models;\n\nnamespace Web;\n\nclass Main\n{\n    int F(Basket basket)\n    {\n"
        "        return basket.⟨⟩\n    }\n}\n",
        [ADD["cs"]],
    ),
    Case(
        "c#: a type of the same namespace, and the project's root namespace",
        {
            "Core/C.csproj": "<Project><RootNamespace>Shop.Core</RootNamespace></Project>",
            "Core/Basket.cs": BASKET_CS,
            "Core/Deep/Till.cs": "namespace Shop.Core.Deep;\n\nclass Till\n{\n    int Open() { return 1; }\n}\n",
        },
        "Core/Main.cs",
        "using Shop.Core.Deep;\n\nnamespace Shop.Core;\n\nclass Main\n{\n    int F(Basket b, Till till)\n    {\n"
        "        return b.⟨⟩\n    }\n}\n",
        [ADD["cs"], "int Open()"],
    ),
    # Members.
    Case(
        "python: module.Type",
        {"shop/__init__.py": "", "shop/models.py": BASKET_PY},
        "main.py",
        "from shop import models\n\n\ndef f(b: models.Basket):\n    b.⟨⟩\n",
        [ADD["py"]],
    ),
    Case(
        "go: methods in other files of the package",
        {
            "go.mod": "module x.org/y\n",
            "store/a.go": "package store\n\ntype Basket struct {\n\tx int\n}\n",
            "store/b.go": "package store\n\nfunc (b *Basket) Add(name string) {\n}\n",
        },
        "main.go",
        'package main\n\nimport "x.org/y/store"\n\nfunc f(b store.Basket) {\n\tb.⟨⟩\n}\n',
        ["type Basket struct", ADD["go"]],
    ),
    Case(
        "python: the members of a base, for self",
        {"shop.py": BASKET_PY},
        "main.py",
        "import shop\n\n\nclass Big(shop.Basket):\n    def f(self):\n        self.⟨⟩\n",
        [ADD["py"]],
    ),
    Case(
        "typescript: the members of a base's base",
        {
            "basket.ts": BASKET_TS,
            "big.ts": "import { Basket } from './basket'\nexport class Big<T> extends Basket {\n"
            "  grow(): void {\n  }\n}\n",
        },
        "main.ts",
        "import { Big } from './big'\nfunction f(big: Big<string>) {\n  big.⟨⟩\n}\n",
        ["grow(): void", ADD["ts"]],
    ),
    Case(
        "typescript: this of a class whose base is far above in the same file",
        {},
        "main.ts",
        BASKET_TS + "// x\n" * 2000 + "class Big extends Basket {\n  f() {\n    this.⟨⟩\n  }\n}\n",
        [ADD["ts"]],
    ),
    Case(
        "go: what a struct embeds",
        {
            "go.mod": "module x.org/y\n",
            "store/a.go": BASKET_GO,
            "store/b.go": "package store\n\ntype Big struct {\n\t*Basket\n\tx int\n}\n",
        },
        "main.go",
        'package main\n\nimport "x.org/y/store"\n\nfunc f(big *store.Big) {\n\tbig.⟨⟩\n}\n',
        ["type Big struct", ADD["go"]],
    ),
    Case(
        "c++: the base of a class",
        {"a.h": '#include "b.h"\nclass Big : public shop::Basket {\n  int grow();\n};\n', "b.h": BASKET_H},
        "main.cpp",
        '#include "a.h"\n\nint f() {\n  std::unique_ptr<Big> big = make();\n  big->⟨⟩\n}\n',
        ["int grow()", ADD["cpp"]],
    ),
    Case(
        "python: what a function returns",
        {
            "shop.py": "from basket import Basket\n\n\ndef make(x: int) -> 'Basket | None':\n    pass\n",
            "basket.py": BASKET_PY,
        },
        "main.py",
        "from shop import make\n\nb = make(1)\nb.⟨⟩\n",
        [ADD["py"]],
    ),
    Case(
        "go: what a function returns",
        {"go.mod": "module x.org/y\n", "store/a.go": BASKET_GO + "\nfunc New() (*Basket, error) {\n}\n"},
        "main.go",
        'package main\n\nimport "x.org/y/store"\n\nfunc f() {\n\tb, err := store.New()\n\tb.⟨⟩\n}\n',
        [ADD["go"]],
    ),
    Case(
        "rust: what a function returns",
        {
            "Cargo.toml": '[package]\nname = "shop"\n',
            "src/basket.rs": BASKET_RS + "pub fn make(x: u8) -> Option<Basket<u8>> {\n}\n",
        },
        "src/main.rs",
        "mod basket;\nuse basket::make;\n\nfn f() {\n    let b = make(1);\n    b.⟨⟩\n}\n",
        [ADD["rs"]],
    ),
    Case(
        "python: a fixture and its class",
        {
            "tests/conftest.py": "import pytest\nfrom shop import Basket\n\n\n@pytest.fixture\n"
            "def basket():\n    return Basket()\n",
            "shop.py": BASKET_PY,
        },
        "tests/deep/test_a.py",
        "def test_a(basket):\n    basket.⟨⟩\n",
        [ADD["py"]],
    ),
    Case(
        "python: a fixture that yields, with its type, which conftest.py imports",
        {
            "conftest.py": "from fixtures import *\n",
            "fixtures.py": "import pytest\nfrom shop import Basket\n\n\n@pytest.fixture(scope='module')\n"
            "def full_one():\n    with Basket() as it:\n        yield it\n",
            "shop.py": BASKET_PY,
        },
        "tests/test_a.py",
        "def test_a(full_one):\n    full_one.⟨⟩\n",
        [ADD["py"]],
    ),
    Case(
        "java: the base of a class that has no node while it is written",
        {"src/main/java/org/shop/Basket.java": BASKET_JAVA},
        "src/main/java/org/web/Main.java",
        "package org.web;\n\nimport org.shop.*;\n\nclass Main extends Basket {\n  void f() {\n"
        "    this.⟨⟩\n  }\n}\n",
        [ADD["java"]],
    ),
    # Installed packages.
    Case(
        "python: site-packages",
        {
            ".gitignore": ".venv\n",
            ".venv/lib/python3.11/site-packages/shop/__init__.py": "from .core import Basket\n",
            ".venv/lib/python3.11/site-packages/shop/core.py": BASKET_PY,
        },
        "main.py",
        "from shop import Basket\n\nb = Basket()\nb.⟨⟩\n",
        [ADD["py"]],
    ),
    Case(
        "python: stubs of an installed package",
        {
            "venv/lib/python3.12/site-packages/shop.py": "class Basket:\n    def add(self, *a): pass\n",
            "venv/lib/python3.12/site-packages/shop-stubs/__init__.pyi": BASKET_PY,
        },
        "main.py",
        "from shop import Basket\n\nb = Basket()\nb.⟨⟩\n",
        [ADD["py"]],
    ),
    Case(
        "typescript: the types of an installed package, by way of another one",
        {
            ".gitignore": "node_modules/\n",
            "node_modules/shop/package.json": package_json(exports={".": {"types": "./out/index.d.ts"}}),
            "node_modules/shop/out/index.d.ts": "export * from '@deep/core';\n",
            "node_modules/@deep/core/package.json": package_json(main="./main.js", types="types.d.ts"),
            "node_modules/@deep/core/types.d.ts": "export declare class Basket {\n"
            "    add(name: string): void;\n}\n",
        },
        "src/main.ts",
        "import { Basket } from 'shop'\nconst b = new Basket()\nb.⟨⟩\n",
        [ADD["ts"]],
    ),
    Case(
        "typescript: types in @types",
        {
            "node_modules/shop/index.js": "exports.price = 1\n",
            "node_modules/@types/shop/index.d.ts": "export function priceOf(name: string): number;\n",
        },
        "main.ts",
        "import { priceOf } from 'shop'\nconst p = priceOf(⟨⟩\n",
        ["export function priceOf(name: string): number"],
    ),
    Case(
        "go: vendor",
        {"go.mod": "module x.org/y\n", "vendor/z.org/store/a.go": BASKET_GO},
        "cmd/main.go",
        'package main\n\nimport "z.org/store"\n\nfunc f(b *store.Basket) {\n\tb.⟨⟩\n}\n',
        [ADD["go"]],
    ),
    Case(
        "rust: vendor",
        {
            "Cargo.toml": '[package]\nname = "web"\n[dependencies]\nshop-core = "1"\n',
            "vendor/shop-core/Cargo.toml": '[package]\nname = "shop-core"\n',
            "vendor/shop-core/src/lib.rs": BASKET_RS,
        },
        "src/main.rs",
        "use shop_core::Basket;\n\nfn f(b: Basket<u8>) {\n    b.⟨⟩\n}\n",
        [ADD["rs"]],
    ),
    # What is of no use here.
    Case(
        "python: imports that are used elsewhere only",
        {"shop.py": BASKET_PY, "till.py": "class Till:\n    def open(self): pass\n"},
        "main.py",
        "from shop import Basket\nfrom till import Till\n\n\ndef g():\n    return Till()\n\n\n"
        + "def h():\n    pass\n\n\n" * 200
        + "def f():\n    b = Basket()\n    b.⟨⟩\n",
        [ADD["py"]],
        ["def open"],
    ),
]


def everything(gathered: Gathered) -> str:
    return "\n".join(shown(gathered).values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_what_a_place_needs_is_shown(tmp_path: Path, case: Case) -> None:
    make(tmp_path, case.files)
    offset = case.text.index("⟨⟩")
    query = ask(tmp_path, case.name, case.text, window=(max(0, offset - 4000), offset + 1000))
    text = everything(gather(query, 500))
    assert [each for each in case.wanted if each not in text] == []
    assert [each for each in case.unwanted if each in text] == []


def test_a_package_of_the_module_cache_is_found_by_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    make(cache, {"z.org/!big/store@v1.2.3/a.go": BASKET_GO, "z.org/!big/store@v1.2.4/a.go": "package store\n"})
    make(tmp_path / "work", {"go.mod": "module x.org/y\n\nrequire (\n\tz.org/Big/store v1.2.3 // indirect\n)\n"})
    monkeypatch.setenv("GOMODCACHE", str(cache))
    text = 'package main\n\nimport "z.org/Big/store"\n\nfunc f(b *store.Basket) {\n\tb.⟨⟩\n}\n'
    gathered = gather(ask(tmp_path / "work", "main.go", text), 500)
    assert list(shown(gathered)) == ["z.org/!big/store@v1.2.3/a.go"]
    assert ADD["go"] in everything(gathered)


def test_a_crate_of_the_registry_is_found_by_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "cargo/registry/src/index", {"shop-1.2.0/Cargo.toml": '[package]\nname = "shop"\n'})
    make(tmp_path / "cargo/registry/src/index", {"shop-1.2.0/src/lib.rs": BASKET_RS})
    lock = '[[package]]\nname = "shop"\nversion = "1.2.0"\n'
    make(tmp_path / "work", {"Cargo.toml": '[package]\nname = "web"\n', "Cargo.lock": lock})
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "cargo"))
    text = "use shop::Basket;\n\nfn f(b: Basket<u8>) {\n    b.⟨⟩\n}\n"
    assert ADD["rs"] in everything(gather(ask(tmp_path / "work", "src/main.rs", text), 500))


def test_an_installed_package_that_hearth_shall_ignore_is_not_read(tmp_path: Path) -> None:
    library = ".venv/lib/python3.11/site-packages"
    make(tmp_path, {f"{library}/shop.py": BASKET_PY, ".hearthignore": "site-packages\n"})
    gathered = gather(ask(tmp_path, "main.py", "from shop import Basket\n\nBasket(⟨⟩)\n"), 500)
    assert gathered.files == ()
    assert [left.reason for left in gathered.left_out] == ["it is ignored by .hearthignore"]


def test_an_installed_package_does_not_lead_elsewhere(tmp_path: Path) -> None:
    make(tmp_path, {"outside/shop.py": BASKET_PY})
    library = tmp_path / "work/.venv/lib/python3.11/site-packages"
    library.mkdir(parents=True)
    (library / "shop.py").symlink_to(tmp_path / "outside/shop.py")
    gathered = gather(ask(tmp_path / "work", "main.py", "from shop import Basket\n\nBasket(⟨⟩)\n"), 500)
    assert gathered.files == ()
    assert [left.reason for left in gathered.left_out] == ["it leads out of the folder of installed packages"]


def test_names_that_are_handed_round_in_a_circle_end(tmp_path: Path) -> None:
    make(
        tmp_path,
        {"a/__init__.py": "from b import *\nfrom b import X\n", "b.py": "from a import *\nfrom a import X\n"},
    )
    assert gather(ask(tmp_path, "main.py", "from a import X\n\nX(⟨⟩)\n"), 500).files == ()


def test_a_manifest_that_is_none_is_passed_over(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            "tsconfig.json": "[" * 50_000,
            "package.json": "[1]",
            "pnpm-workspace.yaml": "packages: [",
            "b.ts": BASKET_TS,
        },
    )
    text = "import { Basket } from './b'\nimport { x } from '@y/z'\nx(new Basket(⟨⟩))\n"
    assert ADD["ts"] in everything(gather(ask(tmp_path, "main.ts", text), 500))
