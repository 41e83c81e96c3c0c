"""Programs of tests/e2e/peers, which run on Node and come from npm by a lock file (./dev test installs them)."""

import json
import os
import subprocess

from support.process import REPOSITORY

PEERS = REPOSITORY / "tests" / "e2e" / "peers"


class Node:
    """A peer that answers a command a line."""

    def __init__(self, script, *arguments):
        assert (PEERS / "node_modules").exists(), f"npm ci in {PEERS} is missing; ./dev test does it"
        self.child = subprocess.Popen(["node", str(PEERS / script), *map(str, arguments)], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True, cwd=PEERS, env={**os.environ},
                                      start_new_session=True)

    def do(self, command, **options):
        """The result of a command; AssertionError when it failed."""
        self.child.stdin.write(json.dumps({"command": command, **options}) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        assert line, f"{self.child.args[1]} has ended"
        answer = json.loads(line)
        assert "error" not in answer, f"{command} {options}: {answer['error']}"
        return answer["result"]

    def close(self):
        try:
            if self.child.poll() is None:
                self.do("close")
            self.child.wait(20)
        finally:
            if self.child.poll() is None:
                self.child.kill()
                self.child.wait()
            self.child.stdin.close()
            self.child.stdout.close()
