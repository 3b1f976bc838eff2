"""Files and what they use: read once, in order, and never a traceback."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from p2c_dsl.diagnostics.model import Diagnostic
from p2c_dsl.resolve import Loaded, load, load_text
from p2c_dsl.resolve.loading import MOST_FILES


def written(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.p2c").write_text(text, encoding="utf-8")


def told(loaded: Loaded) -> list[tuple[str, str, str, int]]:
    return [(d.code, d.message, *place(d)) for d in loaded.diagnostics]


def place(diagnostic: Diagnostic) -> tuple[str, int]:
    location = diagnostic.location
    return Path(location.source.name).name, location.source.position(location.span.start).line


# ---------------------------------------------------------------- a file that can be read


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.p2c").write_bytes(b"\xef\xbb\xbftype User\n")
    loaded = load(tmp_path / "a.p2c")
    assert loaded.diagnostics == ()
    assert list(loaded.spec.types) == ["User"]


def test_a_text_uses_files_of_its_folder(tmp_path: Path) -> None:
    written(tmp_path, people="type User\n")
    loaded = load_text('use "people.p2c"\n', "<stdin>", tmp_path)
    assert loaded.diagnostics == ()
    assert list(loaded.spec.types) == ["User"]


def test_a_pipe_can_be_read(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"type User\n")
    os.close(writer)
    assert list(load(Path(f"/dev/fd/{reader}")).spec.types) == ["User"]
    os.close(reader)


def test_a_pipe_is_waited_for_while_somebody_writes_into_it(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    write = threading.Timer(0.1, lambda: (os.write(writer, b"type User\n"), os.close(writer)))
    write.start()
    assert list(load(Path(f"/dev/fd/{reader}")).spec.types) == ["User"]
    write.join()
    os.close(reader)


# ---------------------------------------------------------------- a file that cannot


def test_a_pipe_that_nobody_writes_into_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.p2c")
    loaded = load(tmp_path / "pipe.p2c")
    assert [(d.code, d.message) for d in loaded.diagnostics] == [
        ("P2C130", "no process has this pipe open for writing")
    ]
    assert not loaded.readable
    used = load_text('use "pipe.p2c"\n', "a.p2c", tmp_path)
    assert [d.message for d in used.diagnostics] == ["`pipe.p2c` cannot be used: this is not a regular file"]


def test_a_file_that_is_too_large_to_be_a_text_is_not_read(tmp_path: Path) -> None:
    written(tmp_path, large="")
    os.truncate(tmp_path / "large.p2c", 10**12)
    reason = "the file is too large: 1,000,000,000,000 bytes, where at most 100,000,000 are allowed"
    assert [d.message for d in load(tmp_path / "large.p2c").diagnostics] == [reason]


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"type A\ntype \xff\n", "byte 0xff in line 2 is not UTF-8", 2),
        ("type A\n".encode("utf-16"), "it is UTF-16, not UTF-8", 1),
        (b"type A\n\ntype B\0\n", "there is a NUL character in line 3", 3),
        (b"\xef\xbb\xbftype A\n\xe4\n", "byte 0xe4 in line 2 is not UTF-8", 2),
    ],
    ids=["latin-1", "utf-16", "NUL", "latin-1 behind a byte order mark"],
)
def test_what_is_no_text_is_told_at_its_place(tmp_path: Path, data: bytes, reason: str, line: int) -> None:
    (tmp_path / "a.p2c").write_bytes(data)
    loaded = load(tmp_path / "a.p2c")
    assert told(loaded) == [("P2C131", reason, "a.p2c", line)]
    assert not loaded.readable


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.p2c", "there is no such file"),
        (".", "this is a folder"),
        ("/dev/zero", "this is not a regular file"),
        ("a\0b", "it cannot be read: embedded null byte"),
        ("x" * 5000, "it cannot be read: File name too long"),
        ("a.p2c/b.p2c", "it cannot be read: Not a directory"),
    ],
    ids=["missing", "folder", "device", "NUL", "long", "below a file"],
)
def test_what_is_no_file_is_told(tmp_path: Path, name: str, reason: str) -> None:
    written(tmp_path, a="type User\n")
    loaded = load(tmp_path / name)
    assert [(d.code, d.message) for d in loaded.diagnostics] == [("P2C130", reason)]
    assert not loaded.readable
    if "\0" not in name:
        used = load_text(f'use "{name}"\ntype User\n', "a.p2c", tmp_path)
        assert [d.code for d in used.diagnostics] == ["P2C133"]
        assert list(used.spec.types) == ["User"]


def test_a_used_file_that_is_no_text_is_told_where_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "b.p2c").write_bytes(b"\xff")
    written(tmp_path, a='type A\nuse "b.p2c"\n')
    message = "`b.p2c` cannot be used: byte 0xff in line 1 is not UTF-8"
    assert told(load(tmp_path / "a.p2c")) == [("P2C133", message, "a.p2c", 2)]


# ---------------------------------------------------------------- use


def test_what_is_wrong_in_a_used_file_is_told_there(tmp_path: Path) -> None:
    written(tmp_path, a='use "b.p2c"\n', b="type User\neffect contact(Usr)\n")
    assert told(load(tmp_path / "a.p2c")) == [("P2C138", "there is no type `Usr`", "b.p2c", 2)]


def test_paths_are_relative_to_the_file_that_uses(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    written(tmp_path, a='use "inner/b.p2c"\n', d="type D\n")
    written(tmp_path / "inner", b='use "c.p2c"\nuse "../d.p2c"\n', c="type C\n")
    loaded = load(tmp_path / "a.p2c")
    assert loaded.diagnostics == ()
    names = [os.path.relpath(f.source.name, tmp_path) for f in loaded.files]
    assert names == ["inner/c.p2c", "d.p2c", "inner/b.p2c", "a.p2c"]


def test_one_file_by_two_paths_is_one_file(tmp_path: Path) -> None:
    written(tmp_path, a='use "b.p2c"\nuse "./b.p2c"\nuse "link.p2c"\n', b="type User\n")
    (tmp_path / "link.p2c").symlink_to("b.p2c")
    assert load(tmp_path / "a.p2c").diagnostics == ()


def test_a_name_declared_in_two_files_points_to_the_first(tmp_path: Path) -> None:
    written(tmp_path, a='use "b.p2c"\ntype User\n', b="type User\n")
    (diagnostic,) = load(tmp_path / "a.p2c").diagnostics
    assert place(diagnostic) == ("a.p2c", 2)
    (note,) = diagnostic.notes
    assert Path(note.location.source.name).name == "b.p2c"


def test_a_circle_is_spelled_out_where_it_closes_and_all_of_it_is_loaded(tmp_path: Path) -> None:
    written(
        tmp_path,
        a='use "b.p2c"\ntype A\n',
        b='type B\nuse "c.p2c"\n',
        c='type C\n\nuse "a.p2c"\nuse "d.p2c"\n',
        d="type D\n",
    )
    loaded = load(tmp_path / "a.p2c")
    message = "files use each other in a circle: `a.p2c` uses `b.p2c` uses `c.p2c` uses `a.p2c`"
    assert told(loaded) == [("P2C132", message, "c.p2c", 3)]
    assert set(loaded.spec.types) == {"A", "B", "C", "D"}


def test_a_circle_beside_the_root_is_told_once(tmp_path: Path) -> None:
    written(tmp_path, a='use "b.p2c"\nuse "c.p2c"\n', b='use "c.p2c"\n', c='use "b.p2c"\n')
    loaded = load(tmp_path / "a.p2c")
    message = "files use each other in a circle: `b.p2c` uses `c.p2c` uses `b.p2c`"
    assert told(loaded) == [("P2C132", message, "c.p2c", 1)]


def test_a_long_chain_of_files_is_followed(tmp_path: Path) -> None:
    written(tmp_path, **{f"f{i}": f'use "f{i + 1}.p2c"\ntype T{i}\n' for i in range(500)}, f500="type Last\n")
    loaded = load(tmp_path / "f0.p2c")
    assert loaded.diagnostics == ()
    assert len(loaded.spec.types) == 501


def test_too_many_files_are_told_once(tmp_path: Path) -> None:
    count = MOST_FILES + 5
    written(tmp_path, **{f"f{i}": f"type T{i}\n" for i in range(count)})
    loaded = load_text("".join(f'use "f{i}.p2c"\n' for i in range(count)), "a.p2c", tmp_path)
    assert told(loaded) == [("P2C133", f"more than {MOST_FILES} files are used", "a.p2c", MOST_FILES + 1)]


# ---------------------------------------------------------------- confined


@pytest.fixture
def served(tmp_path: Path) -> Path:
    """A folder with files of its own, beside others, and with links that lead in and out."""
    folder = tmp_path / "served"
    (folder / "inner").mkdir(parents=True)
    written(tmp_path, outside="type Hush\n")
    written(folder, own="type User\n", words="hush hush\n", uses='use "../outside.p2c"\n')
    written(folder / "inner", upward='use "../own.p2c"\n')
    (folder / "hush.txt").write_text("type Hush\n")
    (folder / "bytes.p2c").write_bytes(b"hush \xff\n")
    os.mkfifo(folder / "pipe.p2c")
    for name, target in {
        "out": tmp_path / "outside.p2c",
        "text": "hush.txt",
        "device": "/dev/zero",
        "circle": "circle.p2c",
        "in": "../served/own.p2c",
    }.items():
        (folder / f"{name}.p2c").symlink_to(target)
    (folder / "up").symlink_to("..")
    return folder


def confined(folder: Path, path: object) -> Loaded:
    return load_text(f'use "{path}"\n', "plan.p2c", folder, confined=True)


@pytest.mark.parametrize("path", ["own.p2c", "in.p2c", "inner/upward.p2c", "up/served/own.p2c", "inner/../own.p2c"])
def test_a_confined_text_uses_what_is_in_its_folder(served: Path, path: str) -> None:
    for name in (path, served / path):
        loaded = confined(served, name)
        assert loaded.diagnostics == () and list(loaded.spec.types) == ["User"]


FOREIGN = "it is not a .p2c file in the folder of this text"


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/passwd", "/dev/zero", "/proc/self/environ", "/", "..", "", "~/.ssh/config"),
        *("../outside.p2c", "../gone.p2c", "up/outside.p2c", "out.p2c", "device.p2c"),
        *("hush.txt", "text.p2c", "inner"),
    ],
)
def test_a_confined_text_learns_of_no_other_file_whether_there_is_one(served: Path, path: str) -> None:
    loaded = confined(served, path)
    assert told(loaded) == [("P2C133", f"`{path}` cannot be used: {FOREIGN}", "plan.p2c", 1)]
    assert loaded.spec.types == {}


def test_a_used_file_leads_no_further_out(served: Path) -> None:
    loaded = confined(served, "uses.p2c")
    assert told(loaded) == [("P2C133", f"`../outside.p2c` cannot be used: {FOREIGN}", "uses.p2c", 1)]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("words.p2c", "there is an error in line 1"),
        ("bytes.p2c", "it is not a text file"),
        ("pipe.p2c", "this is not a regular file"),
        ("circle.p2c", "it cannot be read: Too many levels of symbolic links"),
        ("gone.p2c", "there is no such file"),
        ("a\0b.p2c", "it cannot be read: embedded null byte"),
        ("x" * 5000 + ".p2c", "it cannot be read: File name too long"),
    ],
    ids=["words", "bytes", "pipe", "circle", "gone", "NUL", "long"],
)
def test_nothing_of_a_file_that_is_not_in_the_language_is_told(served: Path, path: str, reason: str) -> None:
    # A text cannot hold a NUL character, but can name one.
    loaded = confined(served, path.replace("\0", "\\x00"))
    assert told(loaded) == [("P2C133", f"`{path}` cannot be used: {reason}", "plan.p2c", 1)]
