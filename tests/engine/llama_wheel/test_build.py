"""Which flags a compiler gets, and that what was built with them is found again, and nothing else."""

from pathlib import Path

import pytest

from hearth.engine.llama_wheel import build

ROOT = Path(__file__).parents[3]
REQUIREMENT = "llama-cpp-python==1.2.3 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\n"
GCC, CLANG, X86 = "__GNUC__ 12", "__clang__ 1", "__x86_64__ 1"


@pytest.fixture
def compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Compiler":
    return Compiler(tmp_path, monkeypatch)


class Compiler:
    """Call it with the macros that the C++ compiler shall predefine."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._file = folder / "c++"
        patch.setenv("CXX", f"sh {self._file}")

    def __call__(self, *macros: str) -> None:
        self._file.write_text("".join(f"echo '#define {macro}'\n" for macro in macros))


@pytest.mark.parametrize(
    ("macros", "needs"),
    [((GCC, X86), True), ((GCC, CLANG, X86), False), ((GCC, "__aarch64__ 1"), False), ((), False)],
)
def test_only_gcc_on_x86_needs_the_flags(macros: tuple[str, ...], needs: bool, compiler: Compiler) -> None:
    compiler(*macros)
    assert bool(build.flags()) == needs


def test_without_a_compiler_there_are_no_flags(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CXX", str(tmp_path / "nothing"))
    assert build.flags() == ()


def test_what_was_built_is_taken_again(tmp_path: Path, compiler: Compiler) -> None:
    compiler(GCC, X86)
    wheel = kept(tmp_path)
    assert build.built(REQUIREMENT, build.flags(), tmp_path) == wheel


@pytest.mark.parametrize("change", ["version", "flags", "compiler", "processor", "cmake"])
def test_what_was_built_otherwise_is_not_taken(
    change: str, tmp_path: Path, compiler: Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler(GCC, X86, '__VERSION__ "12.2.0"')
    kept(tmp_path)
    requirement, flags = REQUIREMENT, build.flags()
    match change:
        case "version":
            requirement = REQUIREMENT.replace("1.2.3", "1.2.4")
        case "flags":
            flags = ("-fno-dse",)
        case "compiler":
            compiler(GCC, X86, '__VERSION__ "12.3.0"')
        case "processor":
            compiler(GCC, X86, '__VERSION__ "12.2.0"', "__AMX_TILE__ 1")
        case "cmake":
            monkeypatch.setenv("CMAKE_ARGS", "-DGGML_NATIVE=OFF")
    assert not (tmp_path / build._folder_name(requirement, flags)).exists()


def test_the_name_of_a_folder_says_what_was_built_and_how(compiler: Compiler) -> None:
    compiler(GCC, X86, '__VERSION__ "12.2.0"')
    name = build._folder_name(REQUIREMENT, build.flags())
    assert name.startswith("llama-cpp-python-1.2.3_gcc-12.2.0_fno-dse_fno-tree-dse_")


def test_the_pinned_lines_are_taken_out_of_the_requirements() -> None:
    others = "llama-cpp-python-extra==9 \\\n    --hash=sha256:02\n    # via llama-cpp-python\n"
    assert build.requirement_in(f"{others}{REQUIREMENT}    # via hearth\nzipp==1\n") == REQUIREMENT
    assert "--hash=sha256:" in build.requirement_in((ROOT / "requirements.lock").read_text())
    with pytest.raises(SystemExit, match="do not pin"):
        build.requirement_in(others)


def kept(cache: Path) -> Path:
    """A wheel as an earlier build left it."""
    folder = cache / build._folder_name(REQUIREMENT, build.flags())
    folder.mkdir()
    wheel = folder / "llama_cpp_python-1.2.3-py3-none-any.whl"
    wheel.touch()
    return wheel
