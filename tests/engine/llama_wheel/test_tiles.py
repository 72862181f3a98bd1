"""What is read out of a disassembly, of the kinds that compilers made, and of what a compiler here makes."""

import shutil
import subprocess
from pathlib import Path

import llama_cpp
import pytest

from hearth.engine.llama_wheel import build, tiles

# A few lines before `ldtilecfg`, as objdump shows them.
BROKEN_WIDE = """
    10:	jne    40 <init+0x40>
    12:	vpxor  %xmm0,%xmm0,%xmm0
    16:	vmovdqa64 %zmm0,0xc0(%rsp)
    1e:	movb   $0x1,0xc0(%rsp)
    26:	ldtilecfg 0xc0(%rsp)
"""
BROKEN_NARROW = """
0000000000000000 <init>:
     0:	push   %rbp
     1:	pxor   %xmm0,%xmm0
     5:	mov    %rsp,%rbp
     8:	and    $0xffffffffffffffc0,%rsp
     c:	movaps %xmm0,-0x40(%rsp)
    11:	movb   $0x1,-0x40(%rsp)
    16:	ldtilecfg -0x40(%rsp)
"""
SOUND_WIDE = """
    10:	jne    60 <init+0x60>
    12:	vpxor  %xmm0,%xmm0,%xmm0
    16:	vmovdqa64 %zmm0,0xc0(%rsp)
    1e:	mov    0x0(%rip),%rdx        # 25 <init+0x25>
    25:	vmovdqa 0x0(%rip),%xmm0        # 2d <init+0x2d>
    2d:	movb   $0x1,0xc0(%rsp)
    35:	mov    %rdx,0xf0(%rsp)
    3d:	vmovdqa %xmm0,0xd0(%rsp)
    46:	ldtilecfg 0xc0(%rsp)
"""
SOUND_NARROW = """
     0:	movabs $0x1010101010101010,%rax
     a:	xor    %ecx,%ecx
     c:	mov    %rcx,-0x10(%rsp)
    10:	mov    %rax,-0x10(%rsp)
    15:	movl   $0x400040,-0x30(%rsp)
    1d:	ldtilecfg -0x40(%rsp)
"""
IN_ANOTHER_BLOCK = SOUND_NARROW.replace("    1d:", "    1c:	call   90 <other>\n    1d:")
WITHOUT_ROWS = SOUND_NARROW.replace("mov    %rax,-0x10", "mov    %rcx,-0x10")
CONSTANT = "    26:	ldtilecfg 0x1a2b(%rip)        # 1c58 <config>\n"
BY_POINTER = "    26:	ldtilecfg (%rdi)\n"


@pytest.mark.parametrize(
    ("listing", "state"),
    [
        (BROKEN_WIDE, "not filled"),
        (BROKEN_NARROW, "not filled"),
        (SOUND_WIDE, "filled"),
        (SOUND_NARROW, "filled"),
        (IN_ANOTHER_BLOCK, "not filled"),
        (WITHOUT_ROWS, "not filled"),
        (CONSTANT, "filled"),
        (BY_POINTER, "unknown"),
        (SOUND_WIDE + BROKEN_WIDE, "not filled"),
        ("     0:	tilerelease\n", "no AMX"),
    ],
)
def test_a_disassembly_tells_whether_the_configuration_is_filled(listing: str, state: tiles.State) -> None:
    assert tiles.state_in(listing) == state


def test_what_is_no_program_cannot_be_told(tmp_path: Path) -> None:
    (tmp_path / "library.so").write_text("nonsense")
    assert tiles.state_of(tmp_path / "library.so") == "unknown"


# Filled as ggml does it: on the stack, with an intrinsic whose header is the compiler's own.
SOURCE = """
#include <immintrin.h>
#include <stdint.h>

struct alignas(64) Config { uint8_t palette, start, reserved[14]; uint16_t widths[16]; uint8_t rows[16]; };

void load() {
    Config config = {};
    config.palette = 1;
    for (int tile = 0; tile < 8; tile++) {
        config.rows[tile] = 16;
        config.widths[tile] = 64;
    }
    _tile_loadconfig(&config);
}
"""


@pytest.mark.parametrize("target", ["-mavx2", "-mavx512f"])
def test_our_flags_make_the_compiler_here_fill_it(target: str, tmp_path: Path) -> None:
    if not build.flags():
        pytest.skip("the compiler here is not GCC for x86-64: it needs no flags")
    if shutil.which("objdump") is None:
        pytest.skip("objdump is missing, which comes with GCC's binutils")
    assert tiles.state_of(compiled(tmp_path, target, *build.flags())) == "filled"
    if tiles.state_of(compiled(tmp_path, target)) == "filled":
        pytest.skip("this GCC fills it without our flags too: that the flags are needed cannot be shown here")


def compiled(folder: Path, *options: str) -> Path:
    source, made = folder / "load.cpp", folder / "load.o"
    source.write_text(SOURCE)
    subprocess.run(["c++", "-O3", "-mamx-tile", *options, "-c", str(source), "-o", str(made)], check=True)
    return made


def test_the_installed_library_is_sound() -> None:
    kernels = sorted(Path(llama_cpp.__file__).parent.glob("lib/libggml-cpu*.so"))
    if not kernels:
        pytest.skip("the installed llama.cpp has no libggml-cpu*.so to look into")
    states = {file.name: tiles.state_of(file) for file in kernels}
    assert set(states.values()) <= set(tiles.SOUND), states
    if set(states.values()) == {"no AMX"}:
        pytest.skip("the installed llama.cpp has no AMX code, as this processor has none: nothing to prove")
