"""What a test starts from: the servers, and people made for it alone."""

import itertools

from support import libirc_peer
from support.irc_client import IrcUser
from support.xmpp_client import XmppUser
from support.xmpp_servers import IRC_DOMAIN, PASSWORD, USERS_DOMAIN

_numbers = itertools.count(1)


def room_address(channel, network):
    """The room's address of an IRC channel."""
    escaped = channel.lower().replace("&", "\\26").replace("'", "\\27").replace("/", "\\2f")
    return f"{escaped}%{network}@{IRC_DOMAIN}"


def person_address(nick, network):
    return f"{nick.lower()}%{network}@{IRC_DOMAIN}"


class World:
    """The servers of a test, and makers of names and people that no other test has. `ircd` is the IRC server that the
    test is about, one of those in `servers`."""

    def __init__(self, servers, network=None):
        self.servers = servers
        self.gateway = servers.gateway
        self.xmpp_server = servers.xmpp_server
        self.ircd = servers.ircds[network] if network else next(iter(servers.ircds.values()))
        self.network = self.ircd.network
        self._people = []

    @staticmethod
    def name(base):
        """A nick that nobody else has, at most 9 characters long (what ngIRCd allows)."""
        number = str(next(_numbers))
        return base[:9 - len(number)] + number

    @staticmethod
    def channel():
        return f"#hall{next(_numbers)}"

    def room(self, channel, network=None):
        return room_address(channel, network or self.network)

    @property
    def network_address(self):
        return f"{self.network}@{IRC_DOMAIN}"

    def person(self, nick):
        return person_address(nick, self.network)

    def xmpp(self, base="juliet", resource="balcony", domain=USERS_DOMAIN, account=None):
        """A logged in XMPP user; the account's name is a free nick too. `account`: another resource of that user."""
        name = account or self.name(base)
        self.xmpp_server.add_account(name, domain)
        user = XmppUser(self.xmpp_server.port, f"{name}@{domain}/{resource}", PASSWORD)
        user.name = name
        self._people.append(user.disconnect)
        return user.connect()

    def irc(self, base="romeo", channel=None, key="", nick=None, capabilities=""):
        """A registered IRC user, in `channel` if one is given."""
        user = IrcUser(self.ircd.port, nick or self.name(base), capabilities)
        self._people.append(user.close)
        user.connect()
        return user.join(channel, key) if channel else user

    def libirc(self, channel, program):
        peer = libirc_peer.LibircPeer(program, self.ircd.port, self.name("nurse"), channel)
        self._people.append(peer.close)
        return peer

    def pair(self, capabilities=""):
        """An XMPP user and an IRC user in one channel: (user, room, peer, channel). The IRC user is its operator."""
        channel = self.channel()
        peer = self.irc(channel=channel, capabilities=capabilities)
        user = self.xmpp()
        user.join(self.room(channel), user.name)
        peer.wait("join", source=user.name)
        return user, self.room(channel), peer, channel

    def close(self):
        for leave in reversed(self._people):
            leave()
