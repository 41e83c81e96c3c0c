"""What only ejabberd does: two components on one listener, whose streams it takes for one."""

import pytest

from support.xmpp_servers import IRC_DOMAIN, SECOND_DOMAIN

pytestmark = pytest.mark.ejabberd(only=True)


class TestTwoComponents:
    def test_whichever_stream_a_stanza_comes_on_the_domain_it_is_for_answers(self, world):
        """A user's stanzas come over one of both streams: of a dozen users, some are on each."""
        for _ in range(12):
            user = world.xmpp()
            for domain in (IRC_DOMAIN, SECOND_DOMAIN):
                assert user.ping(domain).sender == domain

    def test_a_user_is_in_rooms_of_both(self, world):
        channel = world.channel()
        romeo = world.irc(channel=channel)
        for _ in range(6):
            juliet = world.xmpp()
            first, second = world.room(channel), f"{channel}@{SECOND_DOMAIN}"
            juliet.join(first, juliet.name)
            entry = juliet.join(second, juliet.name)

            for room in (first, second):
                said = juliet.send_message(room, f"{juliet.name} in {room}")
                juliet.wait("message", id=said, sender=f"{room}/{entry.nick if room == second else juliet.name}")
                romeo.wait("pubmsg", text=f"{juliet.name} in {room}")
