"""`p2c fmt`: one layout, or a word about what is not laid out."""

import stat
from pathlib import Path

import pytest

from tests.cli.commands import p2c

LOOSE, TIDY = "type   A  # kept\n", "type A  # kept\n"


@pytest.fixture
def loose(folder: Path) -> Path:
    path = folder / "loose.p2c"
    path.write_text(LOOSE)
    return path


def test_a_file_is_laid_out_in_place(loose: Path) -> None:
    result = p2c("fmt", "loose.p2c")
    assert (result.exit_code, result.stdout, loose.read_text()) == (0, "changed loose.p2c\n", TIDY)


def test_a_file_in_order_is_not_mentioned(loose: Path) -> None:
    loose.write_text(TIDY)
    result = p2c("fmt", ".")
    assert (result.exit_code, result.stdout, loose.read_text()) == (0, "", TIDY)


def test_check_writes_nothing_and_ends_with_1(loose: Path) -> None:
    result = p2c("fmt", "--check", ".")
    assert (result.exit_code, result.stdout, loose.read_text()) == (1, "would change loose.p2c\n", LOOSE)


def test_diff_shows_what_would_change(loose: Path) -> None:
    result = p2c("fmt", "--diff", "loose.p2c")
    assert (result.exit_code, loose.read_text()) == (1, LOOSE)
    assert result.stdout.splitlines()[-2:] == ["-type   A  # kept", "+type A  # kept"]


def test_diff_of_a_last_line_without_an_end_is_readable(loose: Path) -> None:
    loose.write_text("type   A")
    assert p2c("fmt", "--diff", "loose.p2c").stdout.endswith("-type   A\n+type A\n")


def test_standard_input_is_laid_out_to_standard_output() -> None:
    result = p2c("fmt", "-", input=LOOSE)
    assert (result.exit_code, result.stdout) == (0, TIDY)


def test_a_file_with_errors_is_told_and_left_alone(loose: Path) -> None:
    loose.write_text("typ   A\n")
    result = p2c("fmt", "loose.p2c")
    assert (result.exit_code, loose.read_text()) == (2, "typ   A\n")
    assert "P2C110" in result.stderr


def test_other_files_are_laid_out_all_the_same(folder: Path, loose: Path) -> None:
    (folder / "bad.p2c").write_text("typ A\n")
    assert p2c("fmt", ".").exit_code == 2
    assert loose.read_text() == TIDY


def test_a_missing_file_is_wrong_usage() -> None:
    assert p2c("fmt", "missing.p2c").exit_code == 2


def test_a_file_keeps_its_permissions(loose: Path) -> None:
    loose.chmod(0o600)
    p2c("fmt", "loose.p2c")
    assert stat.S_IMODE(loose.stat().st_mode) == 0o600


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_byte_order_mark_and_line_ends_stay(folder: Path, mark: bytes, end: bytes) -> None:
    loose = mark + b'record  A:\n    """One.\n\n    Two.\n    """\n    x: Text # kept\n'.replace(b"\n", end)
    tidy = loose.replace(b"record  A", b"record A").replace(b"Text #", b"Text  #")
    (folder / "a.p2c").write_bytes(loose)
    assert p2c("fmt", "a.p2c").exit_code == 0
    assert (folder / "a.p2c").read_bytes() == tidy
    assert p2c("fmt", "--check", "a.p2c").exit_code == 0
    assert p2c("fmt", "-", input=loose).stdout_bytes == tidy


def test_mixed_lines_end_as_the_first_one_does(loose: Path) -> None:
    loose.write_bytes(b"type A\r\ntype B\ntype C\r\n")
    assert "only line ends would change" in p2c("fmt", "--diff", "loose.p2c").stdout
    p2c("fmt", "loose.p2c")
    assert loose.read_bytes() == b"type A\r\ntype B\r\ntype C\r\n"


def test_what_the_settings_exclude_is_left_alone(folder: Path, loose: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.p2c]\nexclude = ["/loose.p2c"]\n')
    assert p2c("fmt", "loose.p2c").exit_code == p2c("fmt", "--check", ".").exit_code == 0
    assert loose.read_text() == LOOSE
    assert p2c("fmt", "-", "--stdin-filename", "loose.p2c", input=LOOSE).stdout == LOOSE
    assert p2c("fmt", "--check", "-", "--stdin-filename", "loose.p2c", input=LOOSE).stdout == ""
    assert p2c("fmt", "--no-force-exclude", "loose.p2c").exit_code == 0
    assert loose.read_text() == TIDY


def test_standard_input_s_text_is_called_by_its_name() -> None:
    result = p2c("fmt", "--check", "-", "--stdin-filename", "plans/a.p2c", input=LOOSE)
    assert result.stdout == "would change plans/a.p2c\n"
