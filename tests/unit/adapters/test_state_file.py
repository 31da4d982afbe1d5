"""The state log as a file: torn lines, full disks, killed and racing writers, and things that are no log."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.entries import a_chain, an_entry
from support.work import PATIENCE, lines_of

from pkgplan.adapters import state_file
from pkgplan.adapters.state_file import FileStateLog
from pkgplan.errors import EnvironmentFault, PkgplanError, StateCorrupt, StateMoved
from pkgplan.model.canonical import compact

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkgplan.model.log import LogEntry


def as_bytes(entries: tuple[LogEntry, ...]) -> bytes:
    return b"".join(compact(entry.to_json()).encode() + b"\n" for entry in entries)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "embedded.jsonl"


def test_one_json_object_a_line_and_a_newline_at_the_end(path: Path) -> None:
    for entry in a_chain(3):
        FileStateLog(path).append(entry)
    assert path.read_bytes() == as_bytes(a_chain(3))


def test_the_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "catalog" / "state" / "embedded.jsonl"
    FileStateLog(path).append(a_chain(1)[0])
    assert [file.name for file in path.parent.iterdir()] == ["embedded.jsonl"]


def test_an_empty_file_is_an_empty_log(path: Path) -> None:
    path.touch()
    assert FileStateLog(path).read() == ()
    FileStateLog(path).append(a_chain(1)[0])
    assert FileStateLog(path).read() == a_chain(1)


@pytest.mark.parametrize("length", [1, 3])
def test_a_line_torn_at_any_byte_is_ignored_and_then_repaired(path: Path, length: int) -> None:
    entries = a_chain(length)
    whole, last = as_bytes(entries[:-1]), as_bytes(entries[-1:])
    for cut in range(len(last) - 1):
        path.write_bytes(whole + last[:cut])
        assert FileStateLog(path).read() == entries[:-1], cut
        FileStateLog(path).append(entries[-1])
        assert path.read_bytes() == whole + last, cut


def test_an_acknowledged_entry_survives_an_editor_that_strips_the_last_newline(path: Path) -> None:
    entries = a_chain(4)
    path.write_bytes(as_bytes(entries[:3]).removesuffix(b"\n"))
    assert FileStateLog(path).read() == entries[:3]
    FileStateLog(path).append(entries[3])
    assert path.read_bytes() == as_bytes(entries)


HARMLESS: dict[str, Callable[[bytes], bytes]] = {
    "CR LF": lambda content: content.replace(b"\n", b"\r\n"),
    "CR LF in one line": lambda content: content.replace(b"\n", b"\r\n", 1),
    "a byte order mark": lambda content: b"\xef\xbb\xbf" + content,
    "a blank last line": lambda content: content + b"\n",
    "blank lines and blanks at the end": lambda content: content + b" \n\t\r\n  ",
    "blanks behind an entry": lambda content: content.replace(b"\n", b"  \n"),
    "blanks instead of the last newline": lambda content: content.removesuffix(b"\n") + b"   ",
    "no last newline": lambda content: content.removesuffix(b"\n"),
    "no last newline, CR LF": lambda content: content.replace(b"\n", b"\r\n").removesuffix(b"\n"),
    "a blank line in between": lambda content: content.replace(b"\n", b"\n\n", 1),
    "a blank first line": lambda content: b"\r\n" + content,
    "everything": lambda content: b"\xef\xbb\xbf" + content.replace(b"\n", b" \r\n\r\n") + b"\n \n",
}


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("how", HARMLESS)
def test_what_git_and_editors_do_to_a_file_is_read_and_appended_to(path: Path, how: str, length: int) -> None:
    entries = a_chain(length + 2)
    path.write_bytes(HARMLESS[how](as_bytes(entries[:length])))
    before = path.read_bytes()
    assert FileStateLog(path).read() == entries[:length]
    assert path.read_bytes() == before, "reading writes nothing"
    for entry in entries[length:]:
        FileStateLog(path).append(entry)
    assert FileStateLog(path).read() == entries
    assert path.read_bytes().startswith(before.rstrip()), "no entry that was there is touched"
    assert path.read_bytes().endswith(as_bytes(entries[length:]))


@pytest.mark.parametrize("how", HARMLESS)
def test_a_changed_entry_is_found_whatever_else_was_done_to_the_file(path: Path, how: str) -> None:
    path.write_bytes(HARMLESS[how](as_bytes(a_chain(3)).replace(b'"step":2', b'"step":9')))
    before = path.read_bytes()
    with pytest.raises(StateCorrupt, match="entry 3 was changed"):
        FileStateLog(path).read()
    with pytest.raises(StateCorrupt, match="entry 3 was changed"):
        FileStateLog(path).append(a_chain(4)[3])
    assert path.read_bytes() == before


def test_a_line_torn_behind_blank_lines_is_ignored_and_then_repaired(path: Path) -> None:
    entries = a_chain(3)
    whole, last = as_bytes(entries[:2]), as_bytes(entries[2:])
    path.write_bytes(whole + b"\r\n \n" + last[:60])
    assert FileStateLog(path).read() == entries[:2]
    FileStateLog(path).append(entries[2])
    assert path.read_bytes() == whole + last


def test_white_space_longer_than_a_block_is_no_entry(path: Path) -> None:
    entries = a_chain(3)
    path.write_bytes(as_bytes(entries[:2]) + b" \n" * 200_000)
    assert FileStateLog(path).read() == entries[:2]
    FileStateLog(path).append(entries[2])
    assert path.read_bytes() == as_bytes(entries)


def test_an_append_that_fails_leaves_every_entry_of_a_file_with_blank_lines(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = a_chain(3)
    path.write_bytes(as_bytes(entries[:2]) + b"\n\n")

    def full(descriptor: int, content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(EnvironmentFault):
        FileStateLog(path).append(entries[2])
    monkeypatch.undo()
    assert FileStateLog(path).read() == entries[:2]


@pytest.mark.parametrize(
    "content", [b"\n", b" \r\n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"\n" * 200_000]
)
def test_a_file_of_white_space_is_no_log_that_could_be_begun(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for attempt in (FileStateLog(path).read, lambda: FileStateLog(path).append(a_chain(1)[0])):
        with pytest.raises(StateCorrupt, match="white space and no entry"):
            attempt()
    assert path.read_bytes() == content


def test_an_unfinished_line_of_another_file_is_not_cut_off(path: Path) -> None:
    for content in (b"apiVersion: pkgplan/v1", b"\0\0\0\0", as_bytes(a_chain(2)) + b'{"serial":9,"prev":'):
        path.write_bytes(content)
        with pytest.raises(StateCorrupt):
            FileStateLog(path).read()
        with pytest.raises(StateCorrupt):
            FileStateLog(path).append(a_chain(3)[2])
        assert path.read_bytes() == content


def test_a_cut_in_the_middle_is_corrupt_and_named_by_file_and_line(path: Path) -> None:
    content = as_bytes(a_chain(4))
    second = content.index(b"\n") + 1
    path.write_bytes(content[: second + 40] + content[second + 60 :])
    with pytest.raises(StateCorrupt) as caught:
        FileStateLog(path).read()
    assert caught.value.message.startswith(f"{path}:2: ")
    assert caught.value.hint


def test_an_edited_entry_is_named_by_line_and_reason(path: Path) -> None:
    path.write_bytes(as_bytes(a_chain(4)).replace(b'"step":2', b'"step":9'))
    with pytest.raises(StateCorrupt) as caught:
        FileStateLog(path).read()
    assert caught.value.message == (
        f"{path}:3: entry 3 was changed after it was written: its digest does not fit"
    )


def test_an_append_refuses_to_follow_an_edited_entry(path: Path) -> None:
    content = as_bytes(a_chain(3)).replace(b'"step":2', b'"step":9')
    path.write_bytes(content)
    with pytest.raises(StateCorrupt):
        FileStateLog(path).append(a_chain(4)[3])
    assert path.read_bytes() == content


def test_who_wrote_first_is_said(path: Path) -> None:
    first, second = a_chain(2)
    FileStateLog(path).append(first)
    FileStateLog(path).append(second)
    with pytest.raises(StateMoved) as caught:
        FileStateLog(path).append(an_entry(first.head, actor="bob"))
    assert caught.value.message == (
        f'state log "{path}" moved: "alice" wrote entry 2 (recorded) at 2026-01-15T12:00:00Z; '
        "expected entry 1 to be the last"
    )


def test_a_refused_append_makes_no_file(path: Path) -> None:
    with pytest.raises(StateMoved):
        FileStateLog(path).append(a_chain(2)[1])
    assert not path.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"\0",
        b"\0" * 4096 + b"\n",
        b"\xff\xfe{}\n",
        as_bytes(a_chain(2)).decode().encode("utf-16"),
        as_bytes(a_chain(2)).decode().encode("utf-16-le"),
        as_bytes(a_chain(2)) + b"\0\0\0",
        b'{"serial":1e999999999}\n',
        b'{"serial":' + b"9" * 5000 + b"}\n",
        b'{"serial":1,"prev":null,"at":"2026-01-01","actor":"\\ud800","kind":"genesis","body":{},"digest":""}\n',
        bytes(range(256)) * 64,
    ],
)
def test_garbage_is_corrupt(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StateCorrupt) as caught:
        FileStateLog(path).read()
    assert "\n" not in caught.value.message


def test_things_that_are_no_file_are_said_in_one_line(tmp_path: Path) -> None:
    pipe, loop = tmp_path / "pipe", tmp_path / "loop"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    for path in (
        tmp_path,
        pipe,
        loop,
        tmp_path / "pipe" / "x.jsonl",
        tmp_path / ("x" * 300),
        Path("/dev/zero"),
    ):
        with pytest.raises(EnvironmentFault) as reading:
            FileStateLog(path).read()
        with pytest.raises(EnvironmentFault) as appending:
            FileStateLog(path).append(a_chain(1)[0])
        assert "\n" not in reading.value.message + appending.value.message


def test_a_huge_file_is_refused_without_reading_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_file, "MAX_TAIL_BYTES", 1024**2)
    with path.open("wb") as file:
        file.truncate(8 * 1024**3)
    with pytest.raises(EnvironmentFault, match="larger than 1024 MiB"):
        FileStateLog(path).read()
    with pytest.raises(StateCorrupt, match="too long"):
        FileStateLog(path).append(a_chain(1)[0])


def test_a_file_without_permission(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(*args: object, **kwargs: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    path.touch()
    monkeypatch.setattr(os, "open", refusing)  # root, as which tests may run, is refused nothing
    with pytest.raises(EnvironmentFault, match="cannot be read: permission denied"):
        FileStateLog(path).read()
    with pytest.raises(EnvironmentFault, match="nothing was recorded: permission denied"):
        FileStateLog(path).append(a_chain(1)[0])


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    link, target = tmp_path / "link.jsonl", tmp_path / "shared" / "log.jsonl"
    link.symlink_to(target)
    for entry in a_chain(2):
        FileStateLog(link).append(entry)
    assert link.is_symlink()
    assert FileStateLog(target).read() == a_chain(2)


def test_a_lock_that_is_held_ends_in_a_fault(path: Path) -> None:
    log = FileStateLog(path, lock_seconds=0.05)
    log.append(a_chain(1)[0])
    with path.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(EnvironmentFault, match="locked by another process"):
            log.append(a_chain(2)[1])
        with pytest.raises(EnvironmentFault, match="locked by another process"):
            log.read()
    log.append(a_chain(2)[1])
    assert log.read() == a_chain(2)


def test_a_file_replaced_during_the_wait_is_opened_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FileStateLog(path).append(a_chain(1)[0])
    real = fcntl.flock
    seen: list[int] = []

    def replacing(descriptor: int, operation: int) -> None:
        real(descriptor, operation)
        seen.append(descriptor)
        if len(seen) == 1:  # as `git checkout` does: another file under the same name
            draft = path.with_suffix(".new")
            draft.write_bytes(as_bytes(a_chain(2)))
            draft.replace(path)

    monkeypatch.setattr(fcntl, "flock", replacing)
    FileStateLog(path).append(a_chain(3)[2])
    assert FileStateLog(path).read() == a_chain(3)


def test_a_disk_that_fills_up_in_the_middle_of_a_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FileStateLog(path).append(a_chain(1)[0])
    real, calls = os.write, [0]

    def short(descriptor: int, content: bytes) -> int:
        calls[0] += 1
        if calls[0] > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, content[:17])

    monkeypatch.setattr(os, "write", short)
    with pytest.raises(EnvironmentFault, match="nothing was recorded: no space left on device"):
        FileStateLog(path).append(a_chain(2)[1])
    monkeypatch.undo()
    assert path.read_bytes() == as_bytes(a_chain(1))


def test_a_failed_first_append_leaves_no_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(EnvironmentFault):
        FileStateLog(path).append(a_chain(1)[0])
    monkeypatch.undo()
    FileStateLog(path).append(a_chain(1)[0])
    assert FileStateLog(path).read() == a_chain(1)


APPENDER = """
import os, resource, signal, sys
from pathlib import Path
from support.entries import a_genesis, an_entry
from pkgplan.adapters.state_file import FileStateLog
from pkgplan.errors import StateMoved, EnvironmentFault
name, count, limit = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
# Four that want the lock all the time may wait long for it on a slow disk.
log = FileStateLog(Path(sys.argv[1]), lock_seconds=600)
if limit:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
done = 0
while done < count:
    entries = log.read()
    body = {"run": name, "action": f"{name}-{done}", "key": "starter", "metadata": {"done": done}}
    try:
        log.append(an_entry(entries[-1].head, actor=name, body=body) if entries else a_genesis())
    except StateMoved:
        continue
    except EnvironmentFault as fault:
        print("fault", fault.message, flush=True)
        break
    if entries:
        print(f"{name}-{done}", flush=True)
        done += 1
"""


def appender(path: Path, name: str, count: int, limit: int = 0) -> subprocess.Popen[str]:
    paths = [folder for folder in sys.path if folder]
    return subprocess.Popen(
        [sys.executable, "-c", APPENDER, str(path), name, str(count), str(limit)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )


def test_racing_processes_take_each_serial_once(path: Path) -> None:
    writers = [appender(path, f"w{number}", 25) for number in range(4)]
    for writer in writers:
        writer.communicate(timeout=PATIENCE)
        assert writer.returncode == 0
    entries = FileStateLog(path).read()
    assert [entry.serial for entry in entries] == list(range(1, 102))
    actions = [str(entry.body["action"]) for entry in entries[1:]]
    assert sorted(actions) == sorted(f"w{number}-{step}" for number in range(4) for step in range(25))


def test_a_real_limit_of_the_file_size_loses_nothing(path: Path) -> None:
    writer = appender(path, "w", 1000, limit=10_000)
    output, _ = writer.communicate(timeout=PATIENCE)
    *acknowledged, fault = output.splitlines()
    assert fault.startswith("fault ")
    assert "nothing was recorded: file too large" in fault
    assert [str(entry.body["action"]) for entry in FileStateLog(path).read()[1:]] == acknowledged
    assert path.read_bytes().endswith(b"\n")


@pytest.mark.parametrize("round_", range(3))
def test_sigkill_loses_no_acknowledged_append(path: Path, round_: int) -> None:
    writer = appender(path, "w", 100_000)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().strip() for _ in range(20 + 7 * round_)]
    writer.send_signal(signal.SIGKILL)
    # Not communicate(): it would pass over lines that were read ahead with the ones above.
    with writer.stdout:
        acknowledged += writer.stdout.read().split("\n")[:-1]
    writer.wait(PATIENCE)
    entries = FileStateLog(path).read()
    actions = [str(entry.body["action"]) for entry in entries[1:]]
    assert actions[: len(acknowledged)] == acknowledged
    assert len(actions) - len(acknowledged) <= 1
    FileStateLog(path).append(an_entry(entries[-1].head))
    assert len(FileStateLog(path).read()) == len(entries) + 1


def test_an_append_reads_only_the_end_of_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = a_chain(20_001)
    path.write_bytes(as_bytes(entries[:-1]))
    real, read = os.pread, [0]

    def counting(descriptor: int, count: int, offset: int) -> bytes:
        read[0] += count
        return real(descriptor, count, offset)

    monkeypatch.setattr(os, "pread", counting)
    FileStateLog(path).append(entries[-1])
    assert 0 < read[0] <= 64 * 1024


def test_an_entry_longer_than_a_block_is_found_from_the_end(path: Path) -> None:
    first = a_chain(1)[0]
    plan = an_entry(first.head, body={"plan": ["x" * 1000] * 1000})
    after = an_entry(plan.head)
    for entry in (first, plan, after, an_entry(after.head, body={"plan": "y" * 200_000})):
        FileStateLog(path).append(entry)
    with path.open("ab") as file:
        file.write(b'{"serial":5,"prev":"' + b"z" * 300_000)
    entries = FileStateLog(path).read()
    FileStateLog(path).append(an_entry(entries[-1].head))
    assert len(FileStateLog(path).read()) == 5


def test_reading_is_work_in_proportion(path: Path) -> None:
    entries = a_chain(2_000)
    lines = []
    for length in (500, 2_000):
        path.write_bytes(as_bytes(entries[:length]))
        lines.append(lines_of(FileStateLog(path).read))
    assert lines[1] < 4.5 * lines[0]  # four times the entries; quadratic would be sixteen


def test_faults_are_of_the_tree(path: Path) -> None:
    path.write_text("nonsense\n")
    with pytest.raises(PkgplanError) as caught:
        FileStateLog(path).read()
    assert caught.value.exit_code == 4
