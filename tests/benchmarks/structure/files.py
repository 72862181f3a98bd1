"""The files that places are made in: of packages at fixed versions, or the small samples beside this module."""

import random
from pathlib import Path

from tests.benchmarks.packages import Package, from_debian, from_npm, from_pip, projects
from tests.benchmarks.structure.judge import errors, has_grammar
from tests.benchmarks.structure.pairs import rules_of
from tests.benchmarks.structure.places import File

_SIZES = (400, 24_000)  # characters
_FILES = 40  # of one language


def fetched(seed: int) -> tuple[list[File], list[str]]:
    """(files in a fixed order, why packages are missing), at most `_FILES` of a language."""
    found, missing = projects(PACKAGES)
    by_language: dict[str, list[Path]] = {}
    for project in found:
        by_language.setdefault(project.language, []).extend(project.files)
    files: list[File] = []
    for language, paths in by_language.items():
        random.Random(seed).shuffle(paths)
        sound = (file for path in paths if (file := _file(language, path)) and _is_sound(file))
        files += [file for file, _ in zip(sound, range(_FILES), strict=False)]
    return files, missing


def samples() -> list[File]:
    """A small file of each language, in the repository: named after its language id."""
    paths = sorted(Path(__file__).with_name("samples").iterdir())
    return [File(path.stem, path.name, path.read_text("utf-8"), rules_of(path.stem)) for path in paths]


def _file(language: str, path: Path) -> File | None:
    try:
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None
    if not _SIZES[0] <= len(text) <= _SIZES[1] or "\r" in text:
        return None
    return File(language, "/".join(path.parts[-3:]), text, rules_of(language))


def _is_sound(file: File) -> bool:
    """Errors that are there before would hide new ones."""
    return errors(file.language, file.text) == 0 and (has_grammar(file.language) or file.scan.faults == 0)


PACKAGES = (
    Package("python", "rich", "13.9.4", from_pip, ("rich/*.py",)),
    Package("python", "httpx", "0.28.1", from_pip, ("httpx/*.py",)),
    Package("python", "attrs", "24.3.0", from_pip, ("attr/*.py",)),
    Package("javascript", "express", "4.21.2", from_npm, ("package/lib/**/*.js",)),
    Package("javascript", "commander", "12.1.0", from_npm, ("package/lib/*.js",)),
    Package("javascript", "react-native", "0.72.17", from_npm, ("package/scripts/**/*.js", "package/jest/*.js")),
    Package("typescript", "zod", "3.25.76", from_npm, ("package/src/v4/core/*.ts", "package/src/v3/*.ts")),
    Package("typescript", "react-day-picker", "9.4.4", from_npm, ("package/src/**/*.ts",)),
    Package("typescriptreact", "react-day-picker", "9.4.4", from_npm, ("package/src/**/*.tsx",)),
    Package("go", "golang-github-gorilla-mux-dev", "1.8.0-1", from_debian, ("root/**/mux/*.go",)),
    Package("go", "golang-github-gorilla-websocket-dev", "1.5.0-2", from_debian, ("root/**/websocket/*.go",)),
    Package("rust", "librust-itertools-dev", "0.10.3-1", from_debian, ("root/**/itertools-*/src/**/*.rs",)),
    Package("rust", "librust-textwrap-dev", "0.16.0-2", from_debian, ("root/**/textwrap-*/src/**/*.rs",)),
    Package("java", "react-native", "0.72.17", from_npm, ("package/ReactAndroid/**/react/*/*.java",)),
    Package("c", "usb", "2.14.0", from_npm, ("package/libusb/**/*.c",)),
    Package("cpp", "re2", "1.21.4", from_npm, ("package/vendor/re2/**/*.cc",)),
    Package("cpp", "react-native", "0.72.17", from_npm, ("package/ReactCommon/react/**/*.cpp",)),
    Package("csharp", "react-native-windows", "0.82.8", from_npm, ("package/**/*.cs",)),
    Package("ruby", "react-native", "0.72.17", from_npm, ("package/scripts/**/*.rb",)),
    Package("ruby", "expo-modules-autolinking", "2.0.4", from_npm, ("package/scripts/**/*.rb",)),
    Package("php", "@wordpress/block-library", "9.14.0", from_npm, ("package/src/**/*.php",)),
    Package(
        "shellscript",
        "bats",
        "1.11.0",
        from_npm,
        ("package/libexec/bats-core/bats*", "package/lib/bats-core/*.bash", "package/bin/bats"),
    ),
    Package("shellscript", "react-native", "0.72.17", from_npm, ("package/**/*.sh",)),
    Package("lua", "lua-penlight", "1.13.1-3", from_debian, ("root/**/lua/5.1/pl/*.lua",)),
    Package("html", "startbootstrap-sb-admin-2", "4.1.4", from_npm, ("package/*.html",)),
    Package("html", "html5-boilerplate", "9.0.1", from_npm, ("package/**/*.html",)),
    Package("css", "animate.css", "4.1.1", from_npm, ("package/source/**/*.css",)),
    Package("css", "html5-boilerplate", "9.0.1", from_npm, ("package/**/style.css", "package/**/normalize.css")),
    Package("css", "@wordpress/block-library", "9.14.0", from_npm, ("package/build-style/*/*style.css",)),
    Package("json", "mdn-data", "2.12.2", from_npm, ("package/**/*.json",)),
    Package("json", "@wordpress/block-library", "9.14.0", from_npm, ("package/src/*/block.json",)),
    Package("yaml", "ansible-core", "2.16.14", from_pip, ("**/*.yml",)),
    Package("markdown", "react-native-windows", "0.82.8", from_npm, ("package/**/*.md",)),
    Package("markdown", "express", "4.21.2", from_npm, ("package/*.md",)),
    Package("markdown", "commander", "12.1.0", from_npm, ("package/*.md",)),
    Package("markdown", "bats", "1.11.0", from_npm, ("package/*.md",)),
    Package("vue", "primevue", "3.53.1", from_npm, ("package/*/*.vue",)),
    Package("svelte", "flowbite-svelte", "0.47.4", from_npm, ("package/dist/**/*.svelte",)),
    Package("kotlin", "expo-modules-core", "2.1.4", from_npm, ("package/android/src/main/**/*.kt",)),
    Package("swift", "expo-modules-core", "2.1.4", from_npm, ("package/ios/**/*.swift",)),
    Package("sql", "graphile-worker", "0.16.6", from_npm, ("package/sql/*.sql",)),
    Package("sql", "dbt-adapters", "1.10.4", from_pip, ("dbt/**/*.sql",)),
    Package("powershell", "ansible-core", "2.16.14", from_pip, ("**/*.ps1", "**/*.psm1")),
    Package("powershell", "react-native-windows", "0.82.8", from_npm, ("package/**/*.ps1",)),
    Package("solidity", "@openzeppelin/contracts", "5.1.0", from_npm, ("package/**/*.sol",)),
)
