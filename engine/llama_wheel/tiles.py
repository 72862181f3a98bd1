"""Does a compiled library fill the configuration of the matrix unit (AMX) before it loads it?

Read from its disassembly: `ldtilecfg` takes 64 bytes from the stack, of which bytes 16 to 47 are the widths of the
tiles and 48 to 63 their rows. A library that GCC broke writes zeros there, or nothing.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

State = Literal["no AMX", "filled", "not filled", "unknown"]
SOUND: tuple[State, ...] = ("no AMX", "filled")
MEANING: dict[State, str] = {
    "no AMX": "no AMX code is in it; there is nothing to prove",
    "filled": "the AMX configuration is filled before it is loaded",
    "not filled": "the AMX configuration is loaded without being filled; it crashes on a processor with AMX",
    "unknown": "it cannot be told whether the AMX configuration is filled (objdump is missing, or unknown code)",
}
_WIDTHS, _ROWS = range(16, 48), range(48, 64)  # offsets in the configuration
_SIZE = 64
_LOAD = re.compile(r"\bldtilecfg\s+(\S+)")
_MEMORY = re.compile(r"(-?(?:0x[0-9a-f]+)?)\((%\w+)\)")  # displacement and base, no index
_INSTRUCTION = re.compile(r"^\s*[0-9a-f]+:\s+(\w+)(?:\s+([^#<]*))?")
_LEAVES = re.compile(r"^(j|call|ret)")  # where a block of code without branches begins behind
_ZEROES = re.compile(r"^v?p?xor")
# Bytes that a store writes, by the end of the mnemonic, by the register, or by the mnemonic without its "v".
_SUFFIX = {"b": 1, "w": 2, "l": 4, "q": 8}
_VECTOR = {"x": 16, "y": 32, "z": 64}
_NARROW = {"movd": 4, "movss": 4, "movq": 8, "movsd": 8, "movlps": 8, "movhps": 8, "movlpd": 8, "movhpd": 8}


def state_of(binary: Path) -> State:
    """Of a library or an object file; the worst of all places that load a configuration."""
    command = ["objdump", "--disassemble", "--no-show-raw-insn", str(binary)]
    try:
        listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return state_in(listing)


def state_in(listing: str) -> State:
    """Of what objdump said, in AT&T's syntax."""
    found = set(_states(listing.splitlines()))
    for state in ("not filled", "unknown", "filled"):
        if state in found:
            return state
    return "no AMX"


def _states(lines: list[str]) -> Iterator[State]:
    for index, line in enumerate(lines):
        if (load := _LOAD.search(line)) is None:
            continue
        place = _MEMORY.fullmatch(load[1])
        if "(%rip)" in load[1]:
            yield "filled"  # a constant
        elif place is None:
            yield "unknown"
        else:
            written = _written(_block_before(lines, index), place[2], _number(place[1]))
            if any(written[at] for at in _WIDTHS) and any(written[at] for at in _ROWS):
                yield "filled"
            else:
                yield "not filled" if place[2] in ("%rsp", "%rbp") else "unknown"


def _block_before(lines: list[str], end: int) -> list[tuple[str, list[str]]]:
    """(mnemonic, operands) of the instructions that surely ran before that line."""
    block: list[tuple[str, list[str]]] = []
    for line in reversed(lines[:end]):
        found = _INSTRUCTION.match(line)
        if found is None or _LEAVES.match(found[1]):
            break
        block.append((found[1], re.findall(r"[^,(\s]*+\([^()]*\)|[^,\s]+", found[2] or "")))
    return block[::-1]


def _written(block: list[tuple[str, list[str]]], base: str, start: int) -> list[bool]:
    """Which bytes of the configuration hold something that is not known to be zero."""
    written = [False] * _SIZE
    zero: set[str] = set()
    for mnemonic, operands in block:
        if not operands:
            continue
        target = operands[-1]
        if (place := _MEMORY.fullmatch(target)) is not None:
            if place[2] == base and "mov" in mnemonic:
                value = operands[0] not in ("$0x0", "$0") and _family(operands[0]) not in zero
                first = _number(place[1]) - start
                for at in range(max(first, 0), min(first + _width(mnemonic, operands[0]), _SIZE)):
                    written[at] = value
        elif _ZEROES.match(mnemonic) and len(set(operands)) == 1:
            zero.add(_family(target))
        else:
            zero.discard(_family(target))
    return written


def _width(mnemonic: str, source: str) -> int:
    """Bytes that a store writes; 0 when it cannot be told."""
    if vector := re.fullmatch(r"%([xyz])mm\d+", source):
        return _NARROW.get(mnemonic.removeprefix("v"), _VECTOR[vector[1]])
    if source.startswith("$"):
        return _SUFFIX.get(mnemonic[-1], 0)
    if re.fullmatch(r"%r(\d+|[a-d]x|[sd]i|[sb]p)", source):
        return 8
    if re.fullmatch(r"%(e\w\w|r\d+d)", source):
        return 4
    return 2 if re.fullmatch(r"%(\w[xip]|r\d+w)", source) else 1


def _family(register: str) -> str:
    """One name for a register in all its widths."""
    if vector := re.fullmatch(r"%[xyz](mm\d+)", register):
        return vector[1]
    if numbered := re.fullmatch(r"%(r\d+)[dwb]?", register):
        return numbered[1]
    if lettered := re.fullmatch(r"%[re]?([a-d][xlh]|[sd]il?|[sb]pl?)", register):
        return lettered[1][0] if lettered[1][1] in "xlh" else lettered[1][:2]
    return register


def _number(text: str) -> int:
    return int(text or "0", 16)
