"""`python -m tests.benchmarks.edits`: are the tasks fair, with all compilers at hand?"""

import asyncio
import sys

from tests.benchmarks.edits import tasks, toolchains
from tests.benchmarks.edits.fair import unfair


async def main() -> int:
    """Print what is wrong; the number of tasks that are not fair or cannot be checked."""
    missing = toolchains.missing()
    wrong = 0
    for task in tasks.load():
        reason = missing.get(task.language) or await unfair(task)
        print(f"{task.label}: {reason or 'fair'}")
        wrong += bool(reason)
    return wrong


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main()) else 0)
