"""What the README says is true: its configuration is good, its commands are there, and in a clean Debian (./dev readme)
they lead from nothing to a message that passes."""

import os
import re
import subprocess
import sys

import pytest

from support import readme
from support.process import REPOSITORY
from support.servers import gateway_binary

ROOT = os.environ.get("ISTHMUS_CLEAN_ROOT")


def run(*words, **options):
    return subprocess.run([str(gateway_binary()), *map(str, words)], capture_output=True, text=True, timeout=60, **options)


@pytest.mark.parametrize("sections", [["Install it"], ["Install it", "Networks of your own"]],
                         ids=lambda sections: sections[-1])
def test_the_configuration_is_good(sections, folder):
    config = folder / "isthmus.toml"
    config.write_text("\n".join(text for section in sections for text in readme.texts("toml", section)))

    result = run("check", "--config", config, env={**os.environ, "ISTHMUS_STORAGE__PATH": ":memory:"})

    assert (result.returncode, result.stderr) == (0, "")


def test_every_command_is_named_in_the_readme_and_in_the_manual():
    commands = re.findall(r"^  ([a-z-]+) +[a-z]", run("--help").stdout.partition("ubcommands:")[2], re.MULTILINE)
    manual = (REPOSITORY / "docs" / "man" / "isthmus.1").read_text().replace("\\-", "-")
    text = (REPOSITORY / "README.md").read_text()

    assert "check" in commands and "status" in commands
    assert not [command for command in commands if f"| `isthmus {command}" not in text]
    assert not [command for command in commands if not re.search(rf"^\.BI?R? \"?{command}\b", manual, re.MULTILINE)]


@pytest.mark.skipif(not ROOT, reason="ISTHMUS_CLEAN_ROOT names no clean Debian")
def test_from_nothing_to_a_message():
    install = readme.texts("sh", "Install it")[0].splitlines()
    assert install[0].split()[0:2] == ["./dev", "package"]  # ISTHMUS_CLEAN_ROOT/checkout has what that leaves
    setup = ["set -e", f"mount -t proc proc {ROOT}/proc",
             f"printf '#!/bin/sh\\nexit 101\\n' > {ROOT}/usr/sbin/policy-rc.d", f"chmod +x {ROOT}/usr/sbin/policy-rc.d",
             f"exec chroot {ROOT} env -i HOME=/root DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "
             "bash -euxc 'cd /checkout; apt-get update --quiet; apt-get install --yes --no-install-recommends prosody; "
             + "; ".join(install[1:]).replace("apt install", "apt-get install --yes") + "'"]
    private = ["unshare", "--mount", "--propagation", "private"]
    result = subprocess.run([*private, "bash", "-c", "\n".join(setup)], capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr

    result = subprocess.run([*private, "--net", "--pid", "--fork", "--kill-child", sys.executable, "-m",
                             "support.walkthrough", ROOT], capture_output=True, text=True, timeout=300,
                            cwd=REPOSITORY / "tests" / "e2e")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "a message passes" in result.stdout
