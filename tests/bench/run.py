#!/usr/bin/python3
"""Measures isthmus beside biboumi: the same load, interleaved, on loopback.

Every run is a fresh process under test between the load program's XMPP server and IRC network. Prints one table with
the medians of both and their ratios. Exit code 1 when a message was lost, doubled, overtaken or changed, or when a run
failed.
"""

import argparse
import contextlib
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

import subjects

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAULTS = ["lost", "duplicated", "reordered", "corrupted", "errors"]
# Figure, what the table calls it, factor, digits, and whether more of it is better (None: no ratio).
COLUMNS = [
    ("cpu_s_per_1000", "CPU ms per 1,000", 1000, 2, False),
    ("cpu_ms_per_s", "CPU ms per second", 1, 2, False),
    ("messages_per_s", "messages per second", 1, 0, True),
    ("p50_ms", "p50 ms", 1, 3, False),
    ("p99_ms", "p99 ms", 1, 3, False),
    ("rss_idle_kib", "memory after joins KiB", 1, 0, False),
    ("rss_end_kib", "memory at the end KiB", 1, 0, False),
    ("rows_on_disk", "rows archived by then", 1, 0, None),
    ("rss_kib_per_user", "memory per further user KiB", 1, 2, False),
    ("load_cpu_s_per_1000", "(load program) CPU ms per 1,000", 1000, 2, None),
]
BY_NAME_ONLY = ["steady"]  # a minute for each subject; for the archive (--patience 120)
VALGRIND_SLOWDOWN = 60  # how much longer a run may take
CALLGRIND_COUNTS = (4000, 12000)


class Failure(Exception):
    """A run that yields no figures."""


def read_line(stream, seconds: float, what: str, needed: subprocess.Popen) -> str:
    """The next line of `stream`; a Failure when it does not come in time, or when `needed` ends before."""
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(queue.Empty):
            line = lines.get(timeout=0.2)
            if line:
                return line
            break
        if needed.poll() is not None:
            raise Failure(f"ended with exit code {needed.returncode} before {what} came")
    raise Failure(f"{what} did not come")


@contextlib.contextmanager
def started(command: list[str], seconds: float, **options):
    """A child that ends with this block: asked by TERM, made to after `seconds`, and killed should this program die."""
    child = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], **options)
    try:
        yield child
    finally:
        if child.stdin:
            child.stdin.close()
        child.terminate()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def run_once(options, subject, scenario: str, load_options: dict[str, int],
             wrapper: tuple[str, ...] = ()) -> list[dict]:
    """One run: the reports of the load program. `wrapper`: a command line that runs the subject's."""
    folder = options.folder / f"{scenario}-{subject.name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    patience = options.patience * (VALGRIND_SLOWDOWN if wrapper else 1)
    load_command = [str(options.load), scenario, "--patience", str(patience)]
    for name, number in load_options.items():
        load_command += [f"--{name}", str(number)]
    with contextlib.ExitStack() as stack:
        load = stack.enter_context(started(load_command, 5, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        ports = json.loads(read_line(load.stdout, 10, "the load program's ports", load))
        place = subjects.Place(ports["xmpp_port"], ports["irc_port"], options.users)
        output = stack.enter_context(open(folder / "output.txt", "w"))
        command = [*wrapper, *subject.command(folder, place)]
        process = stack.enter_context(started(command, 15 if not wrapper else 60, cwd=folder, stdin=subprocess.DEVNULL,
                                              stdout=output, stderr=subprocess.STDOUT))
        load.stdin.write(f"{process.pid}\n")
        load.stdin.flush()
        try:
            reports = json.loads(read_line(load.stdout, patience + 10, "the report", process))
            return [report | subject.figures(folder) for report in reports]
        except Failure as failure:
            raise Failure(f"{subject.name}, {scenario}: {failure} (its output: {folder / 'output.txt'})") from None


def faults_of(subject_name: str, report: dict) -> list[str]:
    found = [fault for fault in FAULTS if report.get(fault)]
    return [f"{subject_name}, {report['scenario']}: {int(report[fault])} {fault}" for fault in found]


def measure(options, tested: list) -> tuple[dict, list[str]]:
    """{(scenario, subject): reports of all repetitions}, and what went wrong."""
    load_options = {"messages": options.messages} if options.messages else {}
    reports: dict[tuple[str, str], list[dict]] = {}
    problems: list[str] = []
    for scenario in options.scenarios:
        for repetition in range(options.reps):
            # The one that begins alternates, so that neither always finds the machine as the other left it.
            for subject in tested if repetition % 2 == 0 else tested[::-1]:
                print(f"{scenario} {repetition + 1}/{options.reps}: {subject.name}", file=sys.stderr)
                try:
                    for report in run_once(options, subject, scenario, load_options):
                        reports.setdefault((report["scenario"], subject.name), []).append(report)
                        problems += faults_of(subject.name, report)
                except Failure as failure:
                    problems.append(str(failure))
    return reports, problems


def median(reports: list[dict], figure: str) -> float | None:
    values = [report[figure] for report in reports if figure in report]
    return statistics.median(values) if values else None


def print_table(reports: dict, tested: list) -> None:
    first, *others = [subject.name for subject in tested]
    heads = [f"{name:>12}" for name in (first, *others)] + [f"{name + '/' + first:>18}" for name in others]
    print(f"{'scenario':<20} {'figure (median)':<32}" + "".join(heads))
    for scenario in dict.fromkeys(scenario for scenario, _ in reports):
        for figure, title, factor, digits, more_is_better in COLUMNS:
            values = [median(reports.get((scenario, name), []), figure) for name in (first, *others)]
            if all(value is None for value in values):
                continue
            cells = [f"{'-' if value is None else f'{value * factor:,.{digits}f}':>12}" for value in values]
            cells += [f"{ratio(values[0], value, more_is_better):>18}" for value in values[1:]]
            print(f"{scenario:<20} {title:<32}" + "".join(cells))


def add_memory_per_user(reports: dict, tested: list) -> None:
    """What a further idle user costs: the difference of two idle scenarios, so that the program itself falls out."""
    for subject in tested:
        few, many = (reports.get((scenario, subject.name)) for scenario in ("idle_100", "idle_900"))
        if few and many:
            more = median(many, "rss_idle_kib") - median(few, "rss_idle_kib")
            users = median(many, "users") - median(few, "users")
            report = {"scenario": "idle_100_to_900", "rss_kib_per_user": more / users}
            reports[(report["scenario"], subject.name)] = [report]


def ratio(ours: float | None, theirs: float | None, more_is_better: bool | None) -> str:
    """How many times better the first one is."""
    if not ours or not theirs or more_is_better is None:
        return ""
    return f"{ours / theirs if more_is_better else theirs / ours:.1f}"


def too_slow(options, reports: dict, tested: list) -> list[str]:
    """Where the first subject needs more CPU than the share of the others' that --at-least allows."""
    found = []
    for scenario in dict.fromkeys(scenario for scenario, _ in reports):
        ours = median(reports.get((scenario, tested[0].name), []), "cpu_s_per_1000")
        for other in tested[1:]:
            theirs = median(reports.get((scenario, other.name), []), "cpu_s_per_1000")
            if ours and theirs and theirs / ours < options.at_least:
                found.append(f"{scenario}: {theirs / ours:.1f} times less CPU than {other.name}, "
                             f"not {options.at_least:g} times")
    return found


def count_instructions(options, subject) -> list[str]:
    """Prints user instructions per message: two counts of messages subtracted, so that start and joins fall out."""
    problems = []
    # Without debug information: Debian 12's valgrind stops at that of clang-19.
    stripped = options.folder / subject.program.name
    subprocess.run(["strip", "--strip-debug", "-o", stripped, subject.program], check=True, timeout=60)
    subject.program = stripped
    for scenario in ["xmpp_to_irc", "irc_to_xmpp"]:
        totals = []
        for count in CALLGRIND_COUNTS:
            result = options.folder / f"callgrind.{scenario}.{count}"
            wrapper = ("valgrind", "--tool=callgrind", f"--callgrind-out-file={result}")
            for report in run_once(options, subject, scenario, {"messages": count}, wrapper):
                problems += faults_of(subject.name, report)
            totals.append(int(re.search(r"^(?:totals|summary): (\d+)", result.read_text(), re.MULTILINE)[1]))
        per_message = (totals[1] - totals[0]) / (CALLGRIND_COUNTS[1] - CALLGRIND_COUNTS[0])
        print(f"{scenario:<20} {'user instructions per message':<32}{per_message:>12,.0f}")
    return problems


def machine() -> str:
    """What the figures depend on: the machine, and how much else runs on it now."""
    cpu_info = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)", cpu_info, re.MULTILINE)
    load = " ".join(f"{average:.1f}" for average in os.getloadavg())
    cpu = model[1] if model else os.uname().machine
    return f"{os.cpu_count()} CPUs, {cpu}, Linux {os.uname().release}, load {load}"


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--isthmus", type=pathlib.Path, default=ROOT / "build/release/isthmus")
    parser.add_argument("--biboumi", type=pathlib.Path, default=pathlib.Path("/usr/bin/biboumi"))
    parser.add_argument("--load", type=pathlib.Path, default=ROOT / "build/release/tests/bench/isthmus_load")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/bench-run",
                        help="for configuration and data; what a failed run wrote stays there")
    parser.add_argument("--subjects", default="isthmus,biboumi", help="whom to measure; ratios are to the first")
    parser.add_argument("--scenarios", default="all",
                        help="by name, separated by commas; all of them take about 8 minutes")
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--messages", type=int,
                        help="measured deliveries of a run, in place of the scenario's own number")
    parser.add_argument("--patience", type=int, default=60, help="seconds that a run may take")
    parser.add_argument("--at-least", type=float, default=0,
                        help="fail when the first subject does not need this many times less CPU than the others")
    parser.add_argument("--json", type=pathlib.Path, help="all reports, for other programs")
    parser.add_argument("--callgrind", action="store_true",
                        help="only count the first subject's instructions per message")
    return parser.parse_args()


def main() -> int:
    options = read_options()
    known = {"isthmus": subjects.Isthmus(options.isthmus.resolve()),
             "isthmus_archive": subjects.Isthmus(options.isthmus.resolve(), archive=True),
             "biboumi": subjects.Biboumi(options.biboumi)}
    tested = [known[name] for name in options.subjects.split(",")]
    if options.scenarios == "all":
        listed = subprocess.run([options.load, "--list"], capture_output=True, text=True, check=True, timeout=10)
        options.scenarios = [name for name in listed.stdout.split() if name not in BY_NAME_ONLY]
    else:
        options.scenarios = options.scenarios.split(",")
    options.folder = options.folder.resolve() / str(os.getpid())  # two of these may run beside each other
    options.folder.mkdir(parents=True, exist_ok=True)
    options.users = 1000  # as many as any scenario has
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.callgrind:
        problems = count_instructions(options, tested[0])
    else:
        print(f"before: {machine()}")
        reports, problems = measure(options, tested)
        print(f"after: {machine()}; medians of {options.reps}")
        add_memory_per_user(reports, tested)
        print_table(reports, tested)
        if options.json:
            rows = [{"subject": subject, **report} for (_, subject), list_ in reports.items() for report in list_]
            options.json.write_text(json.dumps(rows, indent=1) + "\n")
        problems += too_slow(options, reports, tested)
    for problem in problems:
        print(f"failed: {problem}", file=sys.stderr)
    if not problems:
        shutil.rmtree(options.folder)
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failure, FileNotFoundError, KeyError, KeyboardInterrupt) as problem:
        sys.exit(f"bench: {problem!r}")
