import json
from pathlib import Path

import pytest

from tests import audit

SOUND = {"name": "sound", "version": "1.0", "vulns": []}
BAD = {"name": "bad", "version": "2.0", "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"], "aliases": []}]}
SKIPPED = {"name": "unknown", "skip_reason": "Dependency not found"}


def judged(*packages: object) -> tuple[str, int]:
    return audit.judged(json.dumps({"dependencies": packages, "fixes": []}), "")


def test_a_known_vulnerability_fails_and_says_which_version_mends_it() -> None:
    told, status = judged(SOUND, BAD, SKIPPED)
    assert status == 1
    assert "bad 2.0: CVE-1 (fixed in 2.1)" in told


def test_packages_that_could_not_be_audited_are_named() -> None:
    assert judged(SOUND, SKIPPED) == ("no known vulnerability in 1 packages; NOT AUDITED: unknown", 0)


def test_an_index_that_knows_nothing_is_no_clean_bill() -> None:
    told, status = judged(SKIPPED, SKIPPED)
    assert (status, "NOT AUDITED" in told) == (0, True)


def test_without_a_network_the_audit_says_so_and_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nobody listens there
    (tmp_path / "requirements.lock").write_text("rich==14.0.0\n")
    assert audit.main(tmp_path / "requirements.lock") == 0
    assert "NOT AUDITED: the vulnerability service cannot be reached" in capsys.readouterr().out


def test_an_audit_that_breaks_for_another_reason_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "requirements.lock").write_text("this is not a requirement\n")
    assert audit.main(tmp_path / "requirements.lock") == 1
    assert "the dependency audit failed" in capsys.readouterr().out
