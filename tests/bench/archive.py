#!/usr/bin/python3
"""What the archive costs, beside what it may cost: 25,000 messages a second from IRC for a minute, with the archive off
and on; the same rows once more by SQLite alone; then pages of a million rows. One table; exit code 1 when a goal is
missed.

Usage: archive.py [--parts steady,pages] [--folder FOLDER]
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

import archive_page
import run
import subjects

ROOT = run.ROOT
RATE = 25_000  # messages a second, of the scenario "steady"
MOST_P99_MS = 5
MOST_PAGE_MS = 20
MOST_WAITING = RATE // 4  # rows not on disk with the last message: a quarter of a second; what grows is more


class ArchivingIsthmus(subjects.Isthmus):
    """The gateway with its archive on disk; `figures` has the cost of its own rows without it."""

    def __init__(self, program, bench):
        super().__init__(program, archive=True)
        self.bench = bench

    def figures(self, folder):
        found = super().figures(folder)  # at once: what is not on disk by now is behind
        command = [str(self.bench), "bare", str(folder / "isthmus.db"), str(folder / "bare.db")]
        bare = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)
        return {**found, "bare_us": bare["cpu_us_per_row"], "bare_rows": bare["rows"]}


class Table:
    def __init__(self):
        self.is_met = True
        print(f"{'what':<56}{'figure':>16}  {'goal':<28}met")

    def row(self, what, figure, goal="", is_met=None):
        self.is_met = self.is_met and is_met is not False
        print(f"{what:<56}{figure:>16}  {goal:<28}{ {None: '', True: 'yes', False: 'NO'}[is_met]}", flush=True)


def show_steady(table, plain, archiving, seconds):
    off, on = (report["cpu_s_per_1000"] * 1000 for report in (plain, archiving))
    bare = archiving["bare_us"]
    allowed = off + 2 * bare
    sent = RATE * seconds
    behind = sent - archiving["rows_on_disk"]
    table.row("steady, archive off: CPU us a message", f"{off:.1f}")
    table.row("the same rows by a bare prepared insert: CPU us a row", f"{bare:.1f}")
    table.row("steady, archive on disk: CPU us a message", f"{on:.1f}", f"at most {allowed:.1f}", on <= allowed)
    rate = archiving["messages_per_s"]
    table.row("steady, archive on disk: messages a second", f"{rate:,.0f}", f"{RATE:,} for {seconds} s",
              rate > 0.999 * RATE)
    table.row("rows not yet on disk with the last message", f"{behind:,} of {sent:,}", f"at most {MOST_WAITING:,}",
              behind <= MOST_WAITING)
    table.row("steady, archive on disk: p50 ms of relaying", f"{archiving['p50_ms']:.2f}")
    table.row("steady, archive on disk: p99 ms of relaying", f"{archiving['p99_ms']:.2f}", f"below {MOST_P99_MS}",
              archiving["p99_ms"] < MOST_P99_MS)
    for name, report in (("off", plain), ("on disk", archiving)):
        table.row(f"memory at the end, archive {name}: MiB", f"{report['rss_end_kib'] / 1024:.1f}")


def measure_steady(options, table):
    options.patience = options.seconds + 50
    reports = []
    for subject in (subjects.Isthmus(options.isthmus), ArchivingIsthmus(options.isthmus, options.bench)):
        report = run.run_once(options, subject, "steady", {"messages": RATE * options.seconds})[0]
        faults = run.faults_of(subject.name, report)
        if faults:
            raise run.Failure(", ".join(faults))
        reports.append(report)
    show_steady(table, *reports, options.seconds)


def measure_pages(options, table):
    folder = options.folder / "pages"
    folder.mkdir()
    for name, taken in archive_page.measured(options.isthmus, folder, 1_000_000):
        table.row(f"100 of 1,000,000 rows, cold, {name}: ms", f"{taken:.1f}", f"below {MOST_PAGE_MS}",
                  taken < MOST_PAGE_MS)


PARTS = {"steady": measure_steady, "pages": measure_pages}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    built = ROOT / "build/release"
    parser.add_argument("--isthmus", type=pathlib.Path, default=built / "isthmus")
    parser.add_argument("--load", type=pathlib.Path, default=built / "tests/bench/isthmus_load")
    parser.add_argument("--bench", type=pathlib.Path, default=built / "tests/bench/isthmus_bench_archive")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/bench-run", help="on the disk to measure")
    parser.add_argument("--parts", default="steady,pages", help="each takes two to three minutes")
    parser.add_argument("--seconds", type=int, default=60, help="of the steady load")
    options = parser.parse_args()
    options.isthmus, options.bench = options.isthmus.resolve(), options.bench.resolve()
    options.folder = options.folder.resolve() / f"archive-{os.getpid()}"
    options.folder.mkdir(parents=True)
    options.users = 100
    print(run.machine())
    table = Table()
    for part in options.parts.split(","):
        PARTS[part](options, table)
    shutil.rmtree(options.folder)
    return 0 if table.is_met else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (run.Failure, KeyError) as problem:
        sys.exit(f"bench: {problem!r}")
