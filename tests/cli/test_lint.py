"""`p2c lint`: what it reads, what it prints, and how it ends."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import p2c

UNALIGNED = ["P2C901", "P2C303", "P2C403", "P2C501", "P2C601", "P2C162", "P2C230"]


def codes(output: str) -> list[str]:
    return [d["code"] for d in json.loads(output)["diagnostics"]]


@pytest.mark.usefixtures("dinner")
class TestEnd:
    def test_0_when_there_is_nothing_to_say(self) -> None:
        result = p2c("lint", "dinner.p2c", "aligned.p2c")
        assert (result.exit_code, result.stdout) == (0, "no findings\n")

    def test_1_when_there_are_findings(self) -> None:
        assert p2c("lint", "unaligned.p2c").exit_code == 1

    def test_2_when_a_file_cannot_be_read_whatever_else_is_found(self) -> None:
        result = p2c("lint", "unaligned.p2c", "missing.p2c", "--format", "concise")
        assert result.exit_code == 2
        assert "missing.p2c:1:1: P2C130" in result.stdout and "unaligned.p2c:" in result.stdout

    def test_an_unreadable_file_is_told_whatever_is_selected(self) -> None:
        result = p2c("lint", "missing.p2c", "--select", "P2C4")
        assert result.exit_code == 2 and "P2C130" in result.stdout

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["--format", "xml"], "'xml' is not one of"),
            (["--select", "P2C0"], "no code starts with `P2C0`"),
            (["--ignore", "E501"], "no code starts with `E501`"),
            (["--output", "no/such/folder"], "cannot write no/such/folder"),
        ],
    )
    def test_2_on_wrong_usage(self, arguments: list[str], told: str) -> None:
        result = p2c("lint", "unaligned.p2c", *arguments)
        assert result.exit_code == 2 and told in result.stderr

    def test_2_where_a_folder_has_no_files(self, folder: Path) -> None:
        (folder / "empty").mkdir()
        assert p2c("lint", "empty").exit_code == 2


@pytest.mark.usefixtures("dinner")
class TestInput:
    def test_a_folder_stands_for_its_files(self, folder: Path) -> None:
        (folder / "deep" / "er").mkdir(parents=True)
        (folder / "deep" / "er" / "bad.p2c").write_text("typ A\n")
        (folder / "folder.p2c").mkdir()
        (folder / ".hidden").mkdir()
        (folder / ".hidden" / "worse.p2c").write_text("typ A\n")
        output = p2c("lint", ".", "--format", "concise").stdout
        assert {line.split(":")[0] for line in output.splitlines()} == {"deep/er/bad.p2c", "unaligned.p2c"}

    def test_a_finding_in_a_file_that_several_use_is_told_once(self, folder: Path) -> None:
        (folder / "bad.p2c").write_text("type A\ntype A\n")
        for name in ("one.p2c", "two.p2c"):
            (folder / name).write_text('use "bad.p2c"\n')
        assert codes(p2c("lint", "one.p2c", "two.p2c", "--format", "json").stdout) == ["P2C134"]

    def test_a_dash_stands_for_standard_input(self, dinner: Path) -> None:
        text = (dinner / "unaligned.p2c").read_text()
        result = p2c("lint", "-", "--format", "concise", input=text)
        assert result.exit_code == 1 and result.stdout.startswith("<stdin>:4:5: P2C901")

    def test_standard_input_can_have_a_name_whose_settings_hold(self, dinner: Path) -> None:
        text = (dinner / "unaligned.p2c").read_text()
        (dinner / "plans").mkdir()
        (dinner / "plans" / "pyproject.toml").write_text('[tool.p2c]\nselect = ["P2C4"]\nexclude = ["old"]\n')
        text = text.replace("dinner.p2c", "../dinner.p2c")
        arguments = ("lint", "-", "--format", "concise", "--stdin-filename")
        result = p2c(*arguments, "plans/new.p2c", input=text)
        assert result.stdout.startswith("plans/new.p2c:8:13: P2C403") and result.stdout.count("\n") == 1
        assert p2c(*arguments, "plans/old/new.p2c", input=text).exit_code == 0

    def test_only_standard_input_is_given_a_name(self) -> None:
        assert p2c("lint", "aligned.p2c", "--stdin-filename", "x.p2c").exit_code == 2

    def test_an_empty_path_is_not_this_folder(self) -> None:
        result = p2c("lint", "")
        assert result.exit_code == 2 and "the path is empty" in result.stderr

    @pytest.mark.parametrize(
        "content",
        [b"\xff\xfe\x00", b"compose t(:\n\x00", b"(" * 5_000, b'use "me.p2c"\n', b"\t\n  \t x"],
        ids=["not UTF-8", "NUL", "nested", "circular", "indentation"],
    )
    def test_malformed_files_are_findings_with_a_place(self, folder: Path, content: bytes) -> None:
        (folder / "me.p2c").write_bytes(content)
        result = p2c("lint", "me.p2c", "--format", "concise")
        assert result.exit_code in (1, 2) and result.stdout.startswith("me.p2c:")

    def test_standard_input_that_is_no_text_is_wrong_usage(self) -> None:
        result = p2c("lint", "-", input=b"\xff\xff")
        assert result.exit_code == 2 and "not UTF-8" in result.stderr


@pytest.mark.usefixtures("dinner")
class TestFormats:
    def test_text_is_for_people(self) -> None:
        assert "✗ 3. book_table(restaurant#2)" in p2c("lint", "unaligned.p2c").stdout

    def test_json_has_all_findings_in_order(self) -> None:
        assert codes(p2c("lint", "unaligned.p2c", "--format", "json").stdout) == UNALIGNED

    def test_sarif_is_a_log(self) -> None:
        log = json.loads(p2c("lint", "unaligned.p2c", "--format", "sarif").stdout)
        assert [r["ruleId"] for r in log["runs"][0]["results"]] == UNALIGNED

    def test_sarif_has_what_is_suppressed(self, folder: Path) -> None:
        (folder / "s.p2c").write_text(
            'use "dinner.p2c"\ncompose book_dinner(users):\n    prefs = {}  # p2c: ignore[P2C901] a sketch\n'
        )
        log = json.loads(p2c("lint", "s.p2c", "--format", "sarif").stdout)
        silenced = [r["ruleId"] for r in log["runs"][0]["results"] if "suppressions" in r]
        assert silenced == ["P2C901"]

    def test_github_annotates(self) -> None:
        lines = p2c("lint", "unaligned.p2c", "--format", "github").stdout.splitlines()
        assert len(lines) == len(UNALIGNED) and all(x.startswith(("::error", "::warning")) for x in lines)

    def test_concise_is_one_line_each(self) -> None:
        assert len(p2c("lint", "unaligned.p2c", "--format", "concise").stdout.splitlines()) == len(UNALIGNED)

    @pytest.mark.parametrize("format", ["text", "concise", "json", "sarif", "github"])
    def test_each_can_go_into_a_file(self, folder: Path, format: str) -> None:
        result = p2c("lint", "unaligned.p2c", "--format", format, "--output", "out")
        assert (result.exit_code, result.stdout) == (1, "")
        assert all(code in (folder / "out").read_text() for code in UNALIGNED)

    def test_runs_that_break_rules_can_be_left_out(self) -> None:
        output = p2c("lint", "unaligned.p2c", "--no-counterexamples").stdout
        assert "a run that breaks it" not in output and "P2C403" in output


@pytest.mark.usefixtures("dinner")
class TestChoice:
    def test_codes_and_families_can_be_selected(self) -> None:
        output = p2c("lint", "unaligned.p2c", "--format", "json", "--select", "P2C4, p2c501").stdout
        assert codes(output) == ["P2C403", "P2C501"]

    def test_codes_and_families_can_be_ignored(self) -> None:
        arguments = ("--select", "P2C4,P2C5,P2C9", "--ignore", "P2C9,P2C403")
        output = p2c("lint", "unaligned.p2c", "--format", "json", *arguments).stdout
        assert codes(output) == ["P2C501"]

    def test_nothing_left_is_clean(self, folder: Path) -> None:
        (folder / "s.p2c").write_text("type A\ntype A\n")
        assert p2c("lint", "s.p2c", "--ignore", "P2C134").exit_code == 0

    def test_the_project_s_settings_hold_unless_overridden(self, folder: Path) -> None:
        (folder / "pyproject.toml").write_text('[tool.p2c]\nselect = ["P2C4"]\nformat = "json"\n')
        assert codes(p2c("lint", "unaligned.p2c").stdout) == ["P2C403"]
        assert codes(p2c("lint", "unaligned.p2c", "--select", "P2C5").stdout) == ["P2C501"]
        assert p2c("lint", "unaligned.p2c", "--format", "concise").stdout.count("\n") == 1

    def test_excluded_files_are_left_out_also_where_they_are_named(self, folder: Path) -> None:
        (folder / "pyproject.toml").write_text('[tool.p2c]\nexclude = ["un*.p2c"]\n')
        assert p2c("lint", ".").exit_code == 0
        result = p2c("lint", "unaligned.p2c")
        assert (result.exit_code, result.stdout) == (
            0,
            "no findings\n",
        ) and "--no-force-exclude" in result.stderr
        assert p2c("lint", "unaligned.p2c", "--no-force-exclude").exit_code == 1
        assert p2c("lint", ".", "--no-force-exclude").exit_code == 0

    def test_a_file_s_settings_are_those_above_it_wherever_one_stands(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "pyproject.toml").write_text('[tool.p2c]\nselect = ["P2C4"]\nformat = "json"\n')
        (folder / "elsewhere").mkdir()
        (folder / "elsewhere" / "pyproject.toml").write_text('[tool.p2c]\nselect = ["P2C5"]\n')
        monkeypatch.chdir(folder / "elsewhere")
        assert codes(p2c("lint", "../unaligned.p2c").stdout) == ["P2C403"]

    def test_codes_can_be_ignored_file_by_file(self, folder: Path) -> None:
        text = '[tool.p2c.per-file-ignores]\n"un*.p2c" = ["P2C1", "P2C3", "P2C4", "P2C501", "P2C6", "P2C2"]\n'
        (folder / "pyproject.toml").write_text(text)
        assert codes(p2c("lint", "unaligned.p2c", "--format", "json").stdout) == ["P2C901"]

    @pytest.mark.parametrize("option", ["--select=P2C4", "--ignore=P2C1"])
    def test_what_cannot_be_read_is_told_whatever_is_chosen(self, folder: Path, option: str) -> None:
        (folder / "bad.p2c").write_text("compose t(x):\n    f(x) + f(x)\n")
        assert codes(p2c("lint", "bad.p2c", "--format=json", option).stdout) == ["P2C113"]
        (folder / "bad.p2c").write_text('use "missing.p2c"\n')
        assert codes(p2c("lint", "bad.p2c", "--format=json", option).stdout) == ["P2C133"]

    def test_settings_that_make_no_sense_are_wrong_usage(self, folder: Path) -> None:
        (folder / "pyproject.toml").write_text("[tool.p2c]\nselct = []\n")
        result = p2c("lint", "aligned.p2c")
        assert result.exit_code == 2 and "did you mean `select`?" in result.stderr


@pytest.mark.usefixtures("dinner")
class TestBaseline:
    def test_what_was_there_already_is_not_reported(self, folder: Path) -> None:
        written = p2c("lint", ".", "--baseline", "known.json", "--write-baseline")
        assert (written.exit_code, written.stdout) == (0, "no findings\n") and "7 findings" in written.stderr
        assert p2c("lint", ".", "--baseline", "known.json").exit_code == 0
        (folder / "new.p2c").write_text("type A\ntype A\n")
        output = p2c("lint", ".", "--baseline", "known.json", "--format", "json").stdout
        assert codes(output) == ["P2C134"]

    def test_lines_may_move_and_files_be_laid_out(self, folder: Path) -> None:
        p2c("lint", ".", "--baseline", "known.json", "--write-baseline")
        path = folder / "unaligned.p2c"
        path.write_text("# moved\n\n" + path.read_text().replace("book_table(r)", "book_table(\n                r,)"))
        assert p2c("lint", ".", "--baseline", "known.json").exit_code == 0

    def test_the_same_once_more_is_new(self, folder: Path) -> None:
        (folder / "s.p2c").write_text("type A\ntype A\n")
        p2c("lint", "s.p2c", "--baseline", "known.json", "--write-baseline")
        (folder / "s.p2c").write_text("type A\ntype A\ntype A\n")
        assert p2c("lint", "s.p2c", "--baseline", "known.json").exit_code == 1

    def test_what_is_mended_is_said_until_it_is_dropped(self, folder: Path) -> None:
        (folder / "s.p2c").write_text("type A\ntype A\n")
        p2c("lint", ".", "--baseline", "known.json", "--write-baseline")
        (folder / "s.p2c").write_text("type A\n")
        result = p2c("lint", ".", "--baseline", "known.json")
        assert result.exit_code == 0 and "s.p2c no longer has P2C134: type A" in result.stderr
        assert "no longer" not in p2c("lint", "aligned.p2c", "--baseline", "known.json").stderr
        p2c("lint", "s.p2c", "--baseline", "known.json", "--write-baseline")
        result = p2c("lint", ".", "--baseline", "known.json")
        assert (result.exit_code, result.stderr) == (0, "")

    def test_what_cannot_be_read_is_never_known(self, folder: Path) -> None:
        p2c("lint", ".", "--baseline", "known.json", "--write-baseline")
        (folder / "unaligned.p2c").write_text("typ A\n")
        result = p2c("lint", ".", "--baseline", "known.json", "--write-baseline", "--format", "json")
        assert (result.exit_code, codes(result.stdout)) == (1, ["P2C110"])
        assert "P2C403" in (folder / "known.json").read_text()

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (None, "cannot be read"),
            ("", "not JSON"),
            ("[" * 100_000, "not JSON"),
            ("[]", "not a baseline"),
            ('{"version": 2}', "version 2, but only version 1 is supported"),
            ('{"version": 1, "findings": [{"file": 1}]}', "not a baseline"),
            ('{"version": 1, "findings": 3}', "not a baseline"),
        ],
    )
    def test_what_is_no_baseline_is_wrong_usage(self, folder: Path, content: str | None, told: str) -> None:
        if content is not None:
            (folder / "known.json").write_text(content)
        result = p2c("lint", "aligned.p2c", "--baseline", "known.json")
        assert result.exit_code == 2 and told in result.stderr and "Traceback" not in result.stderr

    def test_writing_one_needs_its_name(self) -> None:
        assert p2c("lint", ".", "--write-baseline").exit_code == 2
