import time
from pathlib import Path

import pytest

from hearth.engine.errors import BrokenModel
from hearth.engine.host.crashes import last_words_in
from hearth.engine.host.profiles import CRASHES_COUNT, PROFILES, ProfileBook, Verdict

SOUND = Verdict(True, fim="yes", prefill_speed=200.0, decode_speed=20.0)
CRASH = "Fatal Python error: Segmentation fault\n\nCurrent thread 0x1 (most recent call first):\n"


def test_what_works_is_kept(tmp_path: Path) -> None:
    book = ProfileBook(tmp_path / "profiles.json")
    assert book.choose("m", "") is PROFILES[0]
    book.works("m", SOUND)
    assert ProfileBook(tmp_path / "profiles.json").choose("m", "") is PROFILES[0]


def test_a_crash_while_trying_takes_the_next_profile_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    ProfileBook(path).choose("m", "")
    book = ProfileBook(path)
    assert book.choose("m", last_words_in(CRASH)) is PROFILES[1]
    book.works("m", SOUND)
    assert book.history("m") == ("profile 'fast' failed (Segmentation fault); now 'plain weights'",)
    assert ProfileBook(path).choose("m", "") is PROFILES[1]


def test_one_kill_from_outside_says_nothing_about_the_profile_but_two_do(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    ProfileBook(path).choose("m", "")
    assert ProfileBook(path).choose("m", "") is PROFILES[0]
    assert ProfileBook(path).choose("m", "") is PROFILES[1]


def test_a_crash_long_after_loading_takes_the_next_profile_too(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    book = ProfileBook(path)
    book.choose("m", "")
    book.works("m", SOUND)
    assert ProfileBook(path).choose("m", "Illegal instruction") is PROFILES[1]


def test_a_crash_while_a_model_was_loading_is_not_put_down_to_another_one(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    book = ProfileBook(path)
    book.choose("good", "")
    book.works("good", Verdict(sound=True))
    book.choose("bad", "")  # and with that the process dies
    after = ProfileBook(path)
    assert not after.is_suspect("good") and after.is_suspect("bad")
    after.choose("bad", "Aborted")
    after.works("bad", Verdict(sound=True))
    assert ProfileBook(path).is_suspect("good"), "a crash while none was loading may be anybody's"


def test_a_profile_that_works_keeps_what_the_self_test_said(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    book = ProfileBook(path)
    book.choose("m", "")
    book.works("m", SOUND)
    assert ProfileBook(path).proven("m") == SOUND


def test_nothing_is_proven_before_the_self_test_nor_after_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    book = ProfileBook(path)
    assert book.proven("m") is None
    book.choose("m", "")
    assert ProfileBook(path).proven("m") is None  # the host died while it tried
    book.works("m", SOUND)
    crashed = ProfileBook(path)
    crashed.choose("m", "Bus error")
    assert crashed.proven("m") is None
    assert ProfileBook(path).proven("m") is None


def test_when_all_profiles_crash_the_user_is_told_and_the_next_day_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "profiles.json"
    for profile in PROFILES:
        assert ProfileBook(path).choose("m", "Bus error" if profile is not PROFILES[0] else "") is profile
    for words in ("Bus error", "", ""):  # it is not tried again meanwhile
        with pytest.raises(BrokenModel, match=r"even with the safest options.*Bus error"):
            ProfileBook(path).choose("m", words)
    assert ProfileBook(path).choose("another file", "") is PROFILES[0]
    tomorrow = time.time() + CRASHES_COUNT
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    assert ProfileBook(path).choose("m", "") is PROFILES[0]


def test_where_only_the_self_test_said_no_nothing_crashed(tmp_path: Path) -> None:
    book = ProfileBook(tmp_path / "profiles.json")
    for _ in PROFILES:
        book.choose("m", "")
        book.fails("m", "the outputs are not numbers")
    for _ in range(2):
        with pytest.raises(BrokenModel, match="the outputs are not numbers") as refused:
            book.choose("m", "")
        assert "crash" not in str(refused.value)


def test_a_load_that_came_to_nothing_without_a_crash_is_no_death(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    for _ in range(9):
        book = ProfileBook(path)
        assert book.choose("m", "") is PROFILES[0]
        book.came_to_nothing("m")


def test_a_file_that_was_refused_is_not_loaded_again(tmp_path: Path) -> None:
    book = ProfileBook(tmp_path / "profiles.json")
    book.choose("m", "")
    book.refuse("m", "unknown model architecture")
    with pytest.raises(BrokenModel, match="unknown model architecture"):
        ProfileBook(tmp_path / "profiles.json").choose("m", "")


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ("Fatal Python error: Segmentation fault\n\nThread", "Segmentation fault"),
        ("Fatal Python error: Segmentation faultFatal Python error: Segmentation fault\n", "Segmentation fault"),
        ("Fatal Python error: Fatal Python error: Segmentation faultSegmentation fault\n", "Segmentation fault"),
        ("Fatal Python error: AbortedAbortedAborted\n", "Aborted"),
        ("", ""),
    ],
)
def test_words_of_threads_that_crash_at_once_are_said_once(report: str, words: str) -> None:
    assert last_words_in(report) == words


def test_what_failed_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    ProfileBook(path).choose("m", "")
    book = ProfileBook(path)
    book.choose("m", "Bus error")
    book.works("m", SOUND)
    later = ProfileBook(path)  # the host ended before it could tell
    later.choose("m", "")
    assert later.take_news("m") == "profile 'fast' failed (Bus error); now 'plain weights'"
    assert later.take_news("m") == ProfileBook(path).take_news("m") == ""
    assert len(ProfileBook(path).history("m")) == 1


def test_what_a_trial_foresaw_is_neither_tried_nor_told(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    ProfileBook(path).foresee("here", 1)
    book = ProfileBook(path)
    assert book.foreseen("here") == 1 and book.foreseen("elsewhere") is None
    assert book.choose("m", "", first=1) is PROFILES[1]
    assert book.take_news("m") == "" and book.history("m") == ()
    book.works("m", SOUND)
    assert ProfileBook(path).choose("m", "", first=1) is PROFILES[1]


def test_a_crash_behind_what_was_foreseen_is_news(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    ProfileBook(path).choose("m", "", first=1)
    book = ProfileBook(path)
    assert book.choose("m", "Bus error", first=1) is PROFILES[2]
    assert "'plain weights' failed (Bus error)" in book.take_news("m")


def test_a_file_of_notes_that_cannot_be_read_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "profiles.json"
    path.write_text("{nonsense")
    assert ProfileBook(path).choose("m", "") is PROFILES[0]


def test_a_full_disk_costs_what_was_learnt_and_not_the_model(tmp_path: Path) -> None:
    nowhere = tmp_path / "file"
    nowhere.write_text("no folder")
    book = ProfileBook(nowhere / "profiles.json")
    assert book.choose("m", "") is PROFILES[0]
    book.works("m", SOUND)
    assert book.proven("m") == SOUND
