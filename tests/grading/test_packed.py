"""Zip files from strangers."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitscope.errors import DataError, FitscopeError
from fitscope.grading import packed
from fitscope.grading.packed import Limits, unpack

SMALL = Limits(members=5, listed=2_000, total=3_000_000)


def make(path: Path, members: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refusal(archive: Path, limits: Limits = SMALL) -> str:
    with pytest.raises(DataError) as told:
        unpack(archive, archive.parent, limits)
    return str(told.value)


def test_unpack_report_and_model_unpacks_the_report_under_a_name_of_its_own(tmp_path):
    archive = make(tmp_path / "kim.zip", {"work/report.html": "<html>", "work/model.keras": "x", "__MACOSX/._report.html": "x"})
    found = unpack(archive, tmp_path, SMALL)
    assert [member.name for member in found.members] == ["work/report.html"]
    assert found.members[0].path.name == "1.html" and found.members[0].path.read_text() == "<html>"
    assert found.passed == ("work/model.keras",)


@pytest.mark.parametrize("name", ["../report.html", "a/../../report.html", "/report.html", "C:/report.html", "..\\report.html"])
def test_unpack_name_that_climbs_out_is_refused(name, tmp_path):
    assert "leads out of it" in refusal(make(tmp_path / "kim.zip", {name: "x"}))
    assert [path.name for path in tmp_path.iterdir()] == ["kim.zip"]


def test_unpack_backslashes_of_old_windows_zips_are_folders(tmp_path):
    found = unpack(make(tmp_path / "kim.zip", {"work\\report.html": "x"}), tmp_path, SMALL)
    assert [member.name for member in found.members] == ["work/report.html"]


def test_unpack_link_is_refused(tmp_path):
    link = zipfile.ZipInfo("report.html")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "kim.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "is a link" in refusal(tmp_path / "kim.zip")


def test_unpack_too_many_members_is_refused(tmp_path):
    assert "holds 6 members, and at most 5" in refusal(make(tmp_path / "kim.zip", {f"{i}.md": "" for i in range(6)}))


def test_unpack_list_that_is_too_long_is_refused_before_it_is_read(tmp_path):
    assert "longer than 2,000 bytes" in refusal(make(tmp_path / "kim.zip", {"a" * 3_000 + ".md": ""}))


def test_unpack_too_many_bytes_is_refused(tmp_path):
    noise = bytes(range(256)) * 8_000
    assert "4,096,000 bytes" in refusal(make(tmp_path / "kim.zip", {"a.log": noise, "b.log": noise}, zipfile.ZIP_STORED))


def test_unpack_bomb_by_ratio_is_refused(tmp_path):
    assert "times its size, and 200 times" in refusal(make(tmp_path / "kim.zip", {"a.log": b"0" * 2_000_000}))


def test_unpack_size_that_is_a_lie_never_unpacks_more_than_it_says(tmp_path):
    archive = make(tmp_path / "kim.zip", {"a.log": b"0" * 2_000_000})
    content = archive.read_bytes().replace(struct.pack("<I", 2_000_000), struct.pack("<I", 100))
    archive.write_bytes(content)
    assert "damaged" in refusal(archive)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.log")) <= 100


def test_unpack_content_that_was_changed_is_refused(tmp_path):
    archive = make(tmp_path / "kim.zip", {"a.log": b"epoch,loss"}, zipfile.ZIP_STORED)
    archive.write_bytes(archive.read_bytes().replace(b"epoch,loss", b"epoch,lass", 1))
    assert "damaged" in refusal(archive)


def test_unpack_encrypted_is_refused(tmp_path):
    archive = make(tmp_path / "kim.zip", {"a.log": "x"}, zipfile.ZIP_STORED)
    content = bytearray(archive.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    archive.write_bytes(content)
    assert "encrypted" in refusal(archive)


def test_unpack_other_compression_is_refused_by_its_name(tmp_path):
    assert "compressed by bzip2" in refusal(make(tmp_path / "kim.zip", {"a.log": "x"}, zipfile.ZIP_BZIP2))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_unpack_two_files_of_one_name_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "kim.zip", "w") as archive:
        archive.writestr("a.log", "1")
        archive.writestr("a.log", "2")
    assert "two files called 'a.log'" in refusal(tmp_path / "kim.zip")


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", b"PK\5\6" + b"\xff" * 18])
def test_unpack_no_zip_is_refused(content, tmp_path):
    (tmp_path / "kim.zip").write_bytes(content)
    assert "it is no zip, or a damaged one" in refusal(tmp_path / "kim.zip") or "longer than" in refusal(tmp_path / "kim.zip")


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_unpack_korean_name_without_its_flag_is_read(encoding, tmp_path):
    archive = make(tmp_path / "kim.zip", {"aaaaaa.md" if encoding == "utf-8" else "aaaa.md": "x"})
    plain = b"aaaaaa" if encoding == "utf-8" else b"aaaa"
    archive.write_bytes(archive.read_bytes().replace(plain, "답안".encode(encoding)))
    assert unpack(archive, tmp_path, SMALL).members[0].name == "답안.md"


@settings(max_examples=150)
@given(changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12), cut=st.integers(0, 400))
def test_unpack_of_any_damage_refuses_or_unpacks(changes, cut, tmp_path):
    archive = make(tmp_path / "kim.zip", {"a.log": "epoch,loss\n1,2\n" * 9, "b/c.md": "---\nbest_epoch: 3\n---\n"})
    content = bytearray(archive.read_bytes())
    for place, value in changes:
        content[place % len(content)] = value
    archive.write_bytes(content[: len(content) - cut % 40])
    try:
        members = unpack(archive, tmp_path, SMALL).members
    except FitscopeError as error:
        assert str(error).startswith(("it ", "its ", "'"))
    else:
        assert all(member.path.resolve().is_relative_to(tmp_path.resolve()) for member in members)


def test_hidden_knows_what_systems_leave_behind():
    assert all(map(packed.hidden, ("Thumbs.db", "a/.DS_Store", "__MACOSX/a.html", ".git/config")))
    assert not any(map(packed.hidden, ("report.html", "a.b/c.md")))
