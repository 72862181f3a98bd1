from pathlib import Path

import pytest

from hearth.engine.context import imports, parsed
from hearth.engine.context.imports import Where, rust
from hearth.engine.context.symbols import symbols
from hearth.engine.languages import language_of


@pytest.mark.parametrize(
    ("file", "statement", "expected"),
    [
        ("app/main.py", "import app.util", ["app/util.py"]),
        ("app/main.py", "from app.util import a, b", ["app/util.py a b"]),
        ("app/main.py", "from .util import a", ["app/util.py a"]),
        ("app/main.py", "from . import util, x", ["app/util.py", "app/__init__.py x"]),
        ("app/sub/deep.py", "from ..util import a", ["app/util.py a"]),
        ("app/main.py", "import lib.core", ["src/lib/core.py"]),
        ("app/main.py", "import util", ["app/util.py"]),
        ("app/main.py", "import numpy as np", []),
        ("app/main.py", "from ....... import a", []),
        ("web/a.ts", "import { x, y } from './b'", ["web/b.ts x y"]),
        ("web/a.ts", "import z from './widgets'", ["web/widgets/index.tsx z"]),
        ("web/a.ts", "import './b.js'", ["web/b.ts"]),
        ("web/a.ts", "import { q } from '@/store'", ["src/store.ts q"]),
        ("web/a.ts", "import React from 'react'", []),
        ("web/old.js", "const b = require('./b')", ["web/b.ts"]),
        ("cmd/main.go", 'package main\nimport "example.org/tool/pkg/store"', ["pkg/store/a.go", "pkg/store/b.go"]),
        ("cmd/main.go", 'package main\nimport "fmt"', []),
        ("rs/src/main.rs", "mod geometry;", ["rs/src/geometry.rs"]),
        ("rs/src/main.rs", "use crate::geometry::Point;", ["rs/src/geometry.rs Point"]),
        (
            "rs/src/main.rs",
            "use geometry::{Point, self, line::{A as B, C}};",
            [
                "rs/src/geometry.rs Point",
                "rs/src/geometry.rs",
                "rs/src/geometry/line.rs A",
                "rs/src/geometry/line.rs C",
            ],
        ),
        ("rs/src/geometry.rs", "use super::Config;", ["rs/src/lib.rs Config"]),
        ("rs/src/geometry.rs", "use self::line::A;", ["rs/src/geometry/line.rs A"]),
        ("rs/src/geometry/line.rs", "use super::super::shapes::*;", ["rs/src/shapes/mod.rs"]),
        ("rs/src/main.rs", "use std::fmt;", []),
        ("c/a.c", '#include "b.h"\n', ["c/b.h"]),
        ("c/a.c", "#include <deep/c.h>\n", ["include/deep/c.h"]),
        ("a.java", "import app.util;", []),
    ],
)
def test_an_import_leads_to_files_of_the_workspace(
    project: Path, file: str, statement: str, expected: list[str]
) -> None:
    assert resolve(project, file, statement) == expected


def test_nothing_outside_of_the_workspace_is_found(project: Path) -> None:
    assert resolve(project / "web", "a.ts", "import { q } from '../src/store'") == []
    assert resolve(project / "app", "main.py", "from ..src.lib.core import a") == []


def test_a_strange_module_name_is_passed_over(project: Path) -> None:
    assert resolve(project, "web/a.ts", f"import x from './{'x' * 5000}'") == []


def test_go_files_of_one_folder_belong_together(project: Path) -> None:
    language = language_of("go")
    assert language is not None
    found = imports.companions(language, Where(project / "pkg/store/a.go", project))
    assert [target.path.name for target in found] == ["b.go"]


def resolve(root: Path, file: str, text: str) -> list[str]:
    language = language_of("", file)
    assert language is not None
    found = [
        target
        for statement in symbols(parsed.parse(text, language)).imports
        for target in imports.targets(statement, language, Where(root / file, root))
    ]
    return [" ".join([target.path.relative_to(root).as_posix(), *target.names]) for target in found]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project").resolve()
    names = (
        "app/__init__.py app/main.py app/util.py app/sub/deep.py src/lib/core.py web/a.ts web/b.ts web/old.js"
        " web/widgets/index.tsx src/store.ts cmd/main.go pkg/store/a.go pkg/store/b.go pkg/store/a_test.go"
        " rs/Cargo.toml rs/src/main.rs rs/src/lib.rs rs/src/geometry.rs rs/src/geometry/line.rs"
        " rs/src/shapes/mod.rs c/a.c c/b.h include/deep/c.h"
    )
    for name in names.split():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    (root / "go.mod").write_text("module example.org/tool\n\ngo 1.22\n")
    return root


@pytest.mark.parametrize(
    "text", ["a::{" * 5_000 + "b" + "}" * 5_000, "{" * 9_000, "}" * 9_000, "a," * 9_000, "a::" * 9_000]
)
def test_no_use_is_too_deep_or_too_long(text: str) -> None:
    paths = rust.use_paths(text)
    assert len(paths) <= rust.MAX_USE_PATHS
    assert max(map(len, paths), default=0) <= rust.MAX_PATH_PARTS
