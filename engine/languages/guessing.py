"""The language of a text that nothing names: by lines that begin as only one language, or few, begin them."""

from itertools import islice

from hearth.engine.languages import named
from hearth.engine.languages.language import Language

_MOST = 20_000  # characters that are looked at, on each side of the cursor
_LINES = 600  # lines of them

# One row per language: how lines of it begin, behind the indentation; with "\n", all of the line. Of two languages
# that have as many such lines, the first counts.
BEGINNINGS: dict[str, tuple[str, ...]] = {
    "python": (
        *(
            "def ",
            "async def ",
            "from ",
            "elif ",
            "self.",
            "try:\n",
            "else:\n",
            "finally:\n",
            "except ",
            "except:\n",
        ),
        *("import os\n", "import re\n", "import sys\n", "import json\n", "import numpy", "raise ", "@property\n"),
        *(
            "with ",
            "None\n",
            "return None\n",
            "print(",
            "if __name__",
            "pass\n",
            "yield ",
            "#!/usr/bin/env python",
        ),
    ),
    "typescript": (
        *("interface ", "export interface ", "type ", "export type ", "import type ", "enum ", "export enum "),
        *("private ", "readonly ", "declare ", "abstract ", "export abstract ", "public constructor", "@Input()"),
    ),
    "javascript": (
        *(
            "const ",
            "let ",
            "var ",
            "function ",
            "async function ",
            "export ",
            "import {",
            "import * as ",
            "await ",
        ),
        *("module.exports", "console.", "});\n", "}, [", "return (\n", "require(", "document.", "window.", "=> "),
    ),
    "go": (
        "package ",
        "func ",
        "type ",
        "import (\n",
        "if err != nil {\n",
        "defer ",
        "go func",
        "return nil\n",
        "fmt.",
    ),
    "rust": (
        *("fn ", "pub ", "use ", "let ", "let mut ", "impl ", "impl<", "mod ", "match ", "#[", "struct ", "enum "),
        *("trait ", "Ok(", "Some(", "None => ", "println!("),
    ),
    "java": (
        *(
            "public ",
            "private ",
            "protected ",
            "import java",
            "import org.",
            "import com.",
            "package ",
            "@Override\n",
        ),
        *("@Autowired", "System.out.", "final ", "throw new "),
    ),
    "csharp": (
        *(
            "using System",
            "using Microsoft",
            "namespace ",
            "public ",
            "private ",
            "internal ",
            "protected ",
            "var ",
        ),
        *("[Test", "[Http", "[Fact]\n", "Console.", "foreach (", "await "),
    ),
    "cpp": (
        *(
            "#include <",
            "using namespace ",
            "template <",
            "template<",
            "std::",
            "namespace ",
            "class ",
            "public:\n",
        ),
        *("private:\n", "auto ", "const auto", "virtual ", "constexpr "),
    ),
    "c": (
        *(
            "#include ",
            "#define ",
            "#ifdef ",
            "#ifndef ",
            "#endif",
            "static ",
            "struct ",
            "typedef ",
            "int ",
            "void ",
        ),
        *("char ", "size_t ", "uint", "const char ", "printf(", "free("),
    ),
    "php": ("<?php", "$", "public function ", "private function ", "protected function ", "use App\\", "echo "),
    "ruby": (
        *(
            "def ",
            "end\n",
            "require ",
            "require_relative ",
            "module ",
            "attr_",
            "class ",
            "puts ",
            "unless ",
            "elsif ",
        ),
        *("private\n", "include ", "describe ", "it "),
    ),
    "kotlin": ("fun ", "val ", "var ", "data class ", "override fun ", "private val ", "suspend fun ", "when ("),
    "swift": (
        "import Foundation",
        "import UIKit",
        "import SwiftUI",
        "func ",
        "guard ",
        "let ",
        "@State ",
        "self.",
    ),
    "lua": ("local ", "function ", "end\n", "end)\n", "require(", "require ", "elseif ", "vim.", "return {\n"),
    "bash": (
        "#!/bin/",
        "#!/usr/bin/env bash",
        "fi\n",
        "done\n",
        "esac\n",
        "if [",
        "then\n",
        "echo ",
        "export ",
        "set -",
    ),
    "html": (
        "<!DOCTYPE",
        "<!doctype",
        "<html",
        "<head",
        "<body",
        "<div",
        "</",
        "<p>",
        "<span",
        "<ul",
        "<li",
        "<a ",
    ),
    "css": (
        "@media",
        "@import",
        "@keyframes",
        "color:",
        "margin",
        "padding",
        "display:",
        "font-",
        "background",
        ".",
    ),
    "sql": (
        "SELECT ",
        "FROM ",
        "WHERE ",
        "INSERT ",
        "CREATE ",
        "UPDATE ",
        "ALTER ",
        "JOIN ",
        "LEFT JOIN ",
        "GROUP BY ",
    ),
    "markdown": ("# ", "## ", "### ", "- [", "```", "* "),
}


def guessed(above: str, below: str = "") -> Language | None:
    """The language of the text around a cursor; None where no line tells."""
    lines = f"{above[-_MOST:]}\n{below[:_MOST]}".split("\n")
    found = [f"{line.strip()}\n" for line in islice(lines, _LINES)]
    counts = {name: sum(line.startswith(rows) for line in found) for name, rows in BEGINNINGS.items()}
    best = max(counts, key=lambda name: counts[name])
    return named(best) if counts[best] else None
