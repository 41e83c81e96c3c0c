"""What the README says, done in a clean Debian: python3 -m support.walkthrough ROOT, in namespaces of its own (network,
mounts, processes) that end whatever is started here. The package and Prosody are installed in ROOT."""

import subprocess
import sys
from pathlib import Path

from support import readme
from support.irc_client import IrcUser
from support.irc_servers import Ngircd
from support.process import make_folder, wait_until
from support.world import room_address
from support.xmpp_client import XmppUser

CLIENT_PORT = 5222
IRC_PORT = 6667
PASSWORD = "a password"

# Where no systemd is: what the units say, begun in the background.
SYSTEMCTL = r"""#!/bin/bash
set -e
unit=/lib/systemd/system/$2.service
case "$*" in
  'restart prosody')
    install -d -o prosody -g prosody /run/prosody
    setpriv --reuid prosody --regid prosody --init-groups prosody -F >/tmp/prosody.log 2>&1 &
    until (exec 3<>/dev/tcp/127.0.0.1/5347) 2>/dev/null; do sleep 0.1; done ;;
  'enable --now isthmus')
    unit=/lib/systemd/system/isthmus.service
    user=$(sed -n 's/^User=//p' "$unit")
    install -d -o "$user" -g "$user" -m 0700 "/run/$(sed -n 's/^RuntimeDirectory=//p' "$unit")"
    as_user=(setpriv --reuid "$user" --regid "$user" --init-groups)
    "${as_user[@]}" $(sed -n 's/^ExecStartPre=//p' "$unit")
    "${as_user[@]}" $(sed -n 's/^ExecStart=//p' "$unit") >/tmp/isthmus.log 2>&1 &
    until isthmus status >/dev/null 2>&1; do sleep 0.1; done ;;
  *) echo "systemctl $*: not here" >&2; exit 1 ;;
esac
"""

# The server that was there before: with a user, and without TLS, since the way to it is loopback.
USERS = """VirtualHost "example.org"
    c2s_require_encryption = false
    allow_unencrypted_plain_auth = true
"""


def in_root(root, command):
    result = subprocess.run(["chroot", root, "env", "-i", "HOME=/root", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                             "bash", "-euc", command], capture_output=True, text=True, timeout=120)
    print(f"$ {command}\n{result.stdout}{result.stderr}", flush=True)
    assert result.returncode == 0, f"it ended with {result.returncode}"
    return result.stdout


def configure(root):
    """The files as the README has them, with the network of the example, which is here."""
    gateway, = readme.texts("toml", "Install it")
    network, = readme.texts("toml", "Networks of your own")
    prosody, = readme.texts("lua", "Install it")
    (root / "etc/isthmus/isthmus.toml").write_text(gateway + "\n" + network)
    (root / "etc/prosody/conf.d/isthmus.cfg.lua").write_text(prosody)
    (root / "etc/prosody/conf.d/example.org.cfg.lua").write_text(USERS)


def pass_messages():
    """Both ways between an XMPP user and somebody on the network."""
    room = room_address("#hall", "irc.example.net")
    romeo = IrcUser(IRC_PORT, "romeo")
    romeo.connect()
    romeo.join("#hall")
    juliet = XmppUser(CLIENT_PORT, "juliet@example.org/balcony", PASSWORD).connect()
    juliet.join(room, "juliet")
    juliet.send_message(room, "by the README alone")
    romeo.wait("pubmsg", text="by the README alone")
    romeo.say("#hall", "so it was")
    juliet.wait("message", sender=f"{room}/romeo", body="so it was")
    juliet.disconnect()
    romeo.close()


def main(root):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "proc", "proc", str(root / "proc")], check=True)
    systemctl = root / "usr/local/bin/systemctl"
    systemctl.write_text(SYSTEMCTL)
    systemctl.chmod(0o755)
    ircd = Ngircd(make_folder("/tmp/walkthrough-ngircd"))
    ircd.config.write_text(ircd.config.read_text().replace(f"Ports = {ircd.port}", f"Ports = {IRC_PORT}"))
    ircd.port = IRC_PORT
    ircd.start()
    configure(root)
    in_root(root, f"prosodyctl register juliet example.org '{PASSWORD}'")
    start = readme.texts("sh", "Install it")[1]
    said = in_root(root, start)
    assert "irc.example.org at 127.0.0.1:5347: good" in said, "check --connect finds fault"
    wait_until(lambda: "component irc.example.org: up" in in_root(root, "isthmus status"), "the component is up", 20)
    pass_messages()
    print("a message passes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
