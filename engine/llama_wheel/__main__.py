"""`python -m hearth.engine.llama_wheel install requirements.lock`.

`… portable requirements.lock FOLDER WORK` makes a wheel for every processor, `… check FILE` looks into a library.
"""

import sys
from pathlib import Path

from hearth.engine.llama_wheel import build, portable, tiles


def main(arguments: list[str]) -> int:
    match arguments:
        case ["install", requirements]:
            build.install(Path(requirements))
            return 0
        case ["portable", requirements, into, work]:
            print(portable.make(Path(requirements), Path(into).absolute(), Path(work).absolute()))
            return 0
        case ["check", file]:
            state = tiles.state_of(Path(file))
            print(f"{file}: {tiles.MEANING[state]}")
            return int(state not in tiles.SOUND)
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
