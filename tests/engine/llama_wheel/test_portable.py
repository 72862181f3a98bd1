"""A wheel for every processor: what is in it, for which systems it is, and that it works here if there is one."""

import io
import os
import platform
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import hearth
from hearth.engine.host import trial_model
from hearth.engine.llama_wheel import build, carried, existing, portable, tiles

ROOT = Path(__file__).parents[3]
DECODES = """
import os, sys
from pathlib import Path
from hearth.engine.host import trial
status = trial.main(sys.argv[1], trial.PROFILES[0])
lines = Path("/proc/self/maps").read_text().splitlines()
print(*{line.split(maxsplit=5)[5] for line in lines if "ggml-cpu" in line}, sep="\\n", flush=True)
os._exit(status)
"""
# What the processor must have for the kernels that are named so, and which of them are better (ggml's own order).
NEEDS = {"x64": set(), "sse42": {"sse4_2"}, "sandybridge": {"avx"}, "haswell": {"avx2", "fma", "bmi2"}}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    made = tmp_path / "llama_cpp_python-1.2.3.tar.gz"
    files = {
        "LICENSE.md": b"theirs",
        "PKG-INFO": b"Metadata-Version: 2.1\nName: llama_cpp_python\nVersion: 1.2.3\n",
        "llama_cpp/__init__.py": b"",
        "vendor/llama.cpp/LICENSE": b"MIT",
        "vendor/llama.cpp/src/llama.cpp": b"int main;",
        "vendor/other/x.c": b"",
    }
    with tarfile.open(made, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"llama_cpp_python-1.2.3/{name}")
            member.size, member.mtime = len(content), 1_000_000_000
            archive.addfile(member, io.BytesIO(content))
    return made


def test_what_is_compiled_already_keeps_its_time_and_is_not_compiled_again(source: Path, tmp_path: Path) -> None:
    for _ in range(2):
        top = portable.unpacked(source, tmp_path / "work")
    assert (top / "src" / "llama.cpp").stat().st_mtime == 1_000_000_000
    assert {file.name for file in (tmp_path / "work").rglob("*") if file.is_file()} == {"LICENSE", "llama.cpp"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the tag is the one that Python names")
def test_on_linux_it_is_for_systems_with_the_newest_of_what_it_needs(tmp_path: Path) -> None:
    for name, needs in {"a": b"\0GLIBC_2.2.5\0GLIBC_2.34\0", "b": b"\0GLIBC_2.9\0GLIBC_PRIVATE\0"}.items():
        (tmp_path / name).write_bytes(needs)
    assert portable.system(tmp_path.iterdir()) == f"manylinux_2_34_{platform.machine()}"


def test_each_part_keeps_its_licence(source: Path, tmp_path: Path) -> None:
    found = portable.licences(source, [])
    assert found == {"llama-cpp-python.txt": b"theirs", "llama.cpp.txt": b"MIT"}
    with_threads = portable.licences(source, [tmp_path / "libgomp.so.1"])
    assert b"GCC Runtime Library Exception" in with_threads["libgomp.txt"]


def test_the_library_for_threads_goes_along_where_it_is_needed(tmp_path: Path) -> None:
    plain, threaded = tmp_path / "plain.so", tmp_path / "threaded.so"
    plain.write_bytes(b"\0libm.so.6\0")
    threaded.write_bytes(b"\0libgomp.so.1\0")
    assert portable.runtime([plain]) == []
    if not build.flags():
        pytest.skip("the compiler here is not GCC for x86-64, whose library this is")
    (found,) = portable.runtime([plain, threaded])
    assert found.name == "libgomp.so.1" and found.is_file()


def test_libraries_of_which_none_works_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.whl"
    with zipfile.ZipFile(broken, "w") as packed:
        for name in ("libggml.so", "libllama.so", "libggml.dylib", "libllama.dylib", "ggml.dll", "llama.dll"):
            packed.writestr(f"llama_cpp/lib/{name}", "no library")
    with pytest.raises(SystemExit, match="none of the kernels works here"):
        portable.chosen(broken, tmp_path / "proof")


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """The libraries of the wheel that `make wheels` has made."""
    wheel = carried.find(ROOT / "requirements.lock", {})
    if wheel is None:
        pytest.skip("there is no wheel for this system in wheels/: make wheels")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path, [name for name in archive.namelist() if name.startswith("llama_cpp/lib/")])
    return tmp_path / "llama_cpp" / "lib"


def test_a_model_decodes_with_the_best_kernels_for_this_processor_and_no_others(
    unpacked: Path, tmp_path: Path
) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells which libraries a process has")
    model = trial_model.write(tmp_path / "trial.gguf")
    (tmp_path / "work").mkdir()
    planted = tmp_path / "work" / "libggml-cpu-planted.so"
    planted.write_bytes((unpacked / "libggml-cpu-x64.so").read_bytes())
    env = {**os.environ, existing.VARIABLE: str(unpacked), "PYTHONPATH": str(Path(hearth.__file__).parent)}
    command = [sys.executable, "-P", "-c", DECODES, str(model)]
    done = subprocess.run(command, cwd=planted.parent, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (loaded,) = [Path(line) for line in done.stdout.splitlines() if "libggml-cpu" in line]
    assert loaded.parent == unpacked
    has = set(Path("/proc/cpuinfo").read_text().partition("flags")[2].partition("\n")[0].split())
    could = [
        name for name, needs in NEEDS.items() if needs <= has and (unpacked / f"libggml-cpu-{name}.so").exists()
    ]
    better = list(NEEDS)[list(NEEDS).index(could[-1]) + 1 :] if could else []
    assert loaded.name not in {f"libggml-cpu-{name}.so" for name in (*could[:-1], *better)}


def test_none_of_its_kernels_crashes_on_a_matrix_unit(unpacked: Path) -> None:
    states = {file.name: tiles.state_of(file) for file in unpacked.glob("libggml-cpu*.so")}
    assert set(states.values()) <= set(tiles.SOUND), states
