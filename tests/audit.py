"""Asks the public vulnerability service about every pinned package: `python -m tests.audit requirements.lock`.

A known vulnerability is a failure. No way to the service is none, but it is said: then nothing is known.
"""

import json
import subprocess
import sys
from pathlib import Path

_SECONDS = 240


def main(requirements: Path) -> int:
    """The exit status: 1 for a vulnerability, and for an audit that broke for another reason than the network."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(requirements), "--disable-pip", "--no-deps"]
    command += ["--progress-spinner=off", "--timeout=5", "--format=json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        print(_nothing_known("the vulnerability service does not answer in time"))
        return 0
    told, status = judged(done.stdout, done.stderr)
    print(told)
    return status


def judged(report: str, complaints: str) -> tuple[str, int]:
    """What to tell and the exit status, from what pip-audit wrote as JSON and on stderr."""
    if not report.strip():
        if "requests.exceptions." in complaints:
            return _nothing_known("the vulnerability service cannot be reached from here"), 0
        return f"the dependency audit failed:\n{complaints.strip()}", 1
    packages = json.loads(report)["dependencies"]
    vulnerable = [package for package in packages if package.get("vulns")]
    skipped = [package for package in packages if "skip_reason" in package]
    if vulnerable:
        return "\n".join(["known vulnerabilities:", *map(_described, vulnerable)]), 1
    if len(skipped) == len(packages):
        return _nothing_known("the index in use here answers no questions about vulnerabilities"), 0
    left = f"; NOT AUDITED: {', '.join(package['name'] for package in skipped)}" if skipped else ""
    return f"no known vulnerability in {len(packages) - len(skipped)} packages{left}", 0


def _nothing_known(why: str) -> str:
    return f"dependencies NOT AUDITED: {why}. Run `make check` once where it can be reached."


def _described(package: dict[str, object]) -> str:
    vulnerabilities = package["vulns"]
    assert isinstance(vulnerabilities, list)
    named = [
        f"{each['id']} (fixed in {', '.join(each['fix_versions']) or 'no version'})" for each in vulnerabilities
    ]
    return f"  {package['name']} {package['version']}: {', '.join(named)}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
