"""Processes on loopback: started with their data under one folder, waited for by polling, ended by process id."""

import atexit
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]

# Below the range that the kernel takes for outgoing connections (from 32768 on Linux): a client that tries again and
# again to reach a closed port of that range can end up connected to itself.
_PORTS = range(20000, 32000)
_given_ports = set()

# Each worker of pytest-xdist has ports and a folder of its own.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
RUN_FOLDER = REPOSITORY / "build" / "e2e-run" / _WORKER


def free_port():
    """A TCP port on 127.0.0.1 that nobody listens on; never the same one twice."""
    ports = _PORTS[int(_WORKER.removeprefix("gw") or 0)::_WORKERS]
    for port in random.sample(ports, len(ports)):
        if port in _given_ports:
            continue
        with socket.socket() as probe:
            # As servers do it: what only lingers in TIME_WAIT is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given_ports.add(port)
        return port
    raise RuntimeError("no free port")


def is_listening(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition, what, timeout=10.0):
    """The first true result of condition(), asked every 20 ms; AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"{what}: not within {timeout:g} s"
        time.sleep(0.02)


def server_user():
    """Who runs the foreign servers: nobody when we are root (they refuse to run as root), else ourselves."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def make_folder(path):
    """An empty folder at `path` that server_user() can write to. When that user cannot get there (a checkout below
    /root), `path` is a link to a folder in the system's place for temporary files."""
    path = Path(path)
    if path.is_symlink():
        shutil.rmtree(path.resolve(), ignore_errors=True)
        path.unlink()
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    user = server_user()
    if user is None:
        return path
    if not all(parent.stat().st_mode & 0o001 for parent in path.parents):
        path.rmdir()
        real = Path(tempfile.mkdtemp(prefix="isthmus-"))
        real.chmod(0o755)
        path.symlink_to(real)
        path = real
    os.chown(path, user.pw_uid, user.pw_gid)
    return path


def give_away(path):
    """Makes server_user() the owner of a file or folder."""
    user = server_user()
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


class Process:
    """One child process. Its output is kept in `folder`/`name`.out and .err, also across restarts."""

    running = []  # every Process that was started and has not been seen to end

    def __init__(self, name, folder):
        self.name = name
        self.folder = Path(folder)
        self.out = self.folder / f"{name}.out"
        self.err = self.folder / f"{name}.err"
        self.child = None

    def command(self):
        """What to run, as a list."""
        raise NotImplementedError

    def is_ready(self):
        """True once others may connect."""
        raise NotImplementedError

    def environment(self):
        return dict(os.environ)

    def user(self):
        return None

    def spawn(self):
        """Starts it without waiting until it is ready."""
        assert self.child is None, f"{self.name} runs already"
        options = {}
        if user := self.user():
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        with open(self.out, "ab") as out, open(self.err, "ab") as err:
            self.child = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                          cwd=self.folder, env=self.environment(), start_new_session=True, **options)
        Process.running.append(self)
        return self

    def start(self):
        self.spawn()
        return self.wait_until_ready()

    def wait_until_ready(self, timeout=60.0):
        def ready():
            assert self.is_alive(), f"{self.name} ended with {self.child.returncode}:\n{self.log_tail()}"
            return self.is_ready()

        wait_until(ready, f"{self.name} is ready", timeout)
        return self

    def is_alive(self):
        return self.child is not None and self.child.poll() is None

    def wait(self, timeout=15.0):
        """The exit code of a process that ends."""
        code = self.child.wait(timeout)
        self._ended()
        return code

    def stop(self, number=signal.SIGTERM, timeout=15.0):
        """Ends it; the exit code, or None when it did not run."""
        if self.child is None:
            return None
        self.child.send_signal(number)
        try:
            return self.wait(timeout)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            self._ended()
            raise AssertionError(f"{self.name} did not end within {timeout:g} s of signal {number}") from None

    def kill(self):
        """Ends it without any goodbye."""
        return self.stop(signal.SIGKILL)

    def pause(self):
        """It stands still, with all its connections, until resume()."""
        self.child.send_signal(signal.SIGSTOP)

    def resume(self):
        self.child.send_signal(signal.SIGCONT)

    def forget(self):
        """Takes note that it has ended by itself, so that it can be started again."""
        if self.child is not None and not self.is_alive():
            self._ended()

    def _ended(self):
        Process.running.remove(self)
        self.child = None

    def log_tail(self, lines=60):
        parts = []
        for path in (self.out, self.err):
            if path.exists() and (text := path.read_text(errors="replace").splitlines()[-lines:]):
                parts.append(f"--- {path}\n" + "\n".join(text))
        return "\n".join(parts)


@atexit.register
def _end_all():
    for process in list(Process.running):
        if process.is_alive():
            process.child.kill()
            process.child.wait()
