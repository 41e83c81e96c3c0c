"""docker/compose.yaml without a container engine: the same programs with the same command lines, users, variables and
files, in namespaces of their own in which the services' names and ports are what they are between containers."""

import os
import shlex
import shutil
import subprocess

import pytest
import yaml

from support.process import REPOSITORY
from support.servers import gateway_binary

FOLDER = REPOSITORY / "docker"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, for namespaces")


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]


def on_this_system(service, words):
    """A command line of the service, with the files where its volumes have them from."""
    command = shlex.join(words)
    for volume in service["volumes"]:
        source, target = volume.split(":")[:2]
        command = command.replace(target, f"/tmp/docker/{source}")
    return command


def as_user(service, command):
    return f"setpriv --reuid {service['user']} --regid {service['user']} --clear-groups env HOME=/tmp {command}"


def test_only_what_the_format_knows_stands_in_it(services):
    known = {"build", "image", "command", "user", "read_only", "cap_drop", "security_opt", "volumes", "environment",
             "ports", "depends_on", "restart", "healthcheck"}
    for service in services.values():
        assert not set(service) - known
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted == {"condition": "service_healthy"}
            assert "healthcheck" in services[name]
        build = service["build"]
        assert (FOLDER / build["context"] / build["dockerfile"]).is_file()
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert not source.startswith(".") or (FOLDER / source).is_file()


def test_the_services_work_together_as_they_are(services, folder):
    # What they see as /tmp, where each has its files as in a container of its own.
    shutil.copytree(FOLDER, folder / "docker")
    shutil.copy(gateway_binary(), folder / "isthmus")
    folder.chmod(0o1777)
    peers = {name: service for name, service in services.items() if "command" in service}
    names = "\n".join(["127.0.0.1 localhost"] + [f"127.0.0.1 {name}" for name in services])
    lines = ["set -e", "mount -t proc proc /proc", f"mount --bind {shlex.quote(str(folder))} /tmp", "ip link set lo up",
             f"printf '%s\\n' {shlex.quote(names)} > /tmp/hosts", "mount --bind /tmp/hosts /etc/hosts"]
    for name, service in peers.items():
        lines.append(f"{as_user(service, on_this_system(service, service['command']))} > /tmp/{name}.log 2>&1 &")
    for name, service in peers.items():
        healthy = shlex.join(service["healthcheck"]["test"][1:])
        lines.append(f"for i in $(seq 200); do {healthy} 2>/dev/null && break; sleep 0.1; done; "
                     f"{healthy} || {{ cat /tmp/{name}.log; exit 1; }}")
    gateway = services["isthmus"]
    variables = [f"{key}={value}" for key, value in gateway["environment"].items()]
    variables += ["ISTHMUS_STORAGE__PATH=:memory:", "ISTHMUS_CONTROL__SOCKET=/tmp/isthmus.sock"]
    isthmus = shlex.join(["env", *variables, "/tmp/isthmus", "--config", "/tmp/docker/isthmus.toml"])
    lines += [f"{isthmus} check --connect", f"{isthmus} > /tmp/isthmus.log & gateway=$!",
              f"for i in $(seq 200); do {isthmus} status 2>/dev/null | grep -q ': up' && break; sleep 0.1; done",
              f"{isthmus} healthcheck", f"{isthmus} status", "kill $gateway", "wait $gateway"]
    # The process namespace ends all of them with the shell.
    result = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--propagation",
                             "private", "bash", "-c", "\n".join(lines)], capture_output=True, text=True, timeout=120)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "component irc.localhost: up" in result.stdout
    assert "component mqtt.localhost: up" in result.stdout
    # The file, both components, the network and the broker.
    assert result.stdout.count(": good") == 5, result.stdout
