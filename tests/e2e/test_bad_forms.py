"""Forms and commands that nobody should get through with: foreign, forged, half open by the thousand."""

import pytest

from support import commands
from support.scripted_xmpp import ScriptedXmppServer
from support.servers import Gateway
from support.xmpp_servers import IRC_DOMAIN

HALF_OPEN = 10_000  # what the gateway keeps of all users; five of each
COMMAND = f"{{{commands.COMMANDS}}}command"


def submit(step, user, address, session=None, **values):
    """Gives the form of `step` back as somebody else might; the error."""
    forged = commands.Step(step.stanza)
    forged.session = session or step.session
    return commands.fill(user, address, forged, **values)


class TestForeignForms:
    def test_a_session_of_another_user_is_none(self, world):
        juliet, tybalt = world.xmpp(), world.xmpp("tybalt")
        step = commands.begin(juliet, world.network_address, "settings")

        refusal = submit(step, tybalt, world.network_address, nick="tybalt")

        assert refusal.condition == "bad-request"
        assert refusal.xml.find(f".//{{{commands.COMMANDS}}}bad-sessionid") is not None
        done = commands.Step(commands.fill(juliet, world.network_address, step, real_name="Juliet"))
        assert done.status == "completed", "hers is as it was"
        assert commands.begin(tybalt, world.network_address, "settings").fields["nick"] == ""

    def test_a_session_of_another_place_is_none(self, world):
        juliet, room, _, _ = world.pair()
        step = commands.begin(juliet, world.network_address, "settings")
        assert submit(step, juliet, room, charset="KOI8-R").condition == "bad-request"
        assert submit(step, juliet, IRC_DOMAIN, nick="x").condition == "bad-request"

    def test_a_forged_session_is_none(self, world):
        juliet = world.xmpp()
        step = commands.begin(juliet, world.network_address, "settings")
        for session in ("0" * 32, "../../etc/passwd", "x" * 5000, "'"):
            assert submit(step, juliet, world.network_address, session, nick="x").condition == "bad-request"

    def test_a_form_that_names_another_user_is_of_whoever_sends_it(self, world):
        juliet, rosaline = world.xmpp(), world.xmpp("rosaline")
        before = commands.begin(rosaline, world.network_address, "settings").fields

        step = commands.run(juliet, world.network_address, "settings", real_name="Mallory", user=rosaline.bare_jid,
                            jid=rosaline.bare_jid, owner=rosaline.bare_jid)

        assert step.status == "completed"
        assert commands.begin(rosaline, world.network_address, "settings").fields == before
        assert commands.begin(juliet, world.network_address, "settings").fields["real_name"] == "Mallory"

    def test_the_form_of_an_administrator_is_for_nobody_else(self, world):
        juliet, _, romeo, _ = world.pair()
        tybalt = world.xmpp("tybalt")
        command = (f"<command xmlns='{commands.COMMANDS}' node='disconnect-user'><x xmlns='jabber:x:data' type='submit'>"
                   f"<field var='user'><value>{juliet.bare_jid}</value></field></x></command>")

        assert tybalt.request(IRC_DOMAIN, command, "set").condition == "forbidden"

        romeo.sync()
        assert not romeo.all("quit", source=juliet.name)


class TestHalfOpenSessions:
    @pytest.fixture
    def bare(self, folder):
        xmpp = ScriptedXmppServer()
        gateway = Gateway(folder, xmpp.port, {}, access={"rate": 0, "total_rate": 0}).start()
        yield xmpp, gateway
        gateway.finish()
        xmpp.check()
        xmpp.close()

    @staticmethod
    def begin(xmpp, name):
        """As many as are kept, two of each user; the first and the last of their answers."""
        start = xmpp.mark()
        for block in range(HALF_OPEN // 1000):
            xmpp.send("".join(
                f"<iq type='set' id='{name}-{number}' from='user{name}{number // 2}@example.org/c' to='{IRC_DOMAIN}'>"
                f"<command xmlns='{commands.COMMANDS}' node='forget'/></iq>"
                for number in range(block * 1000, (block + 1) * 1000)))
        last = xmpp.wait("iq", since=start, timeout=120, id=f"{name}-{HALF_OPEN - 1}")
        return xmpp.wait("iq", since=start, id=f"{name}-0"), last

    @staticmethod
    def end(xmpp, begun):
        """Gives that form back; the answer."""
        session = begun.xml.find(COMMAND).get("sessionid")
        xmpp.send(f"<iq type='set' id='end-{session}' from='{begun.xml.get('to')}' to='{IRC_DOMAIN}'>"
                  f"<command xmlns='{commands.COMMANDS}' node='forget' sessionid='{session}'>"
                  "<x xmlns='jabber:x:data' type='submit'><field var='sure'><value>0</value></field></x></command></iq>")
        return xmpp.wait("iq", id=f"end-{session}", timeout=20)

    def test_have_a_number_and_the_oldest_goes(self, bare):
        xmpp, gateway = bare
        first, _ = self.begin(xmpp, "a")
        self.begin(xmpp, "b")
        before = gateway.memory()

        _, newest = self.begin(xmpp, "c")

        assert gateway.memory() < before + 8 * 1024 * 1024
        assert self.end(xmpp, first).condition == "bad-request"
        assert self.end(xmpp, newest).xml.find(COMMAND).get("status") == "executing"
