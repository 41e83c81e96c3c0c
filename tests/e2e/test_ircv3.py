"""What IRC has learnt since, on a server that has it."""

import pytest

from support.irc_servers import OPERATOR

STANZA_ID = "{urn:xmpp:sid:0}stanza-id"
REPLY = "{urn:xmpp:reply:0}reply"
REACTIONS = "{urn:xmpp:reactions:0}reactions"
REACTION = "{urn:xmpp:reactions:0}reaction"
CHAT_STATES = "http://jabber.org/protocol/chatstates"
TAGS = "message-tags server-time echo-message"


def stanza_id(stanza):
    element = stanza.xml.find(STANZA_ID)
    return None if element is None else element.get("id")


def become_operator(peer):
    peer.send(f"OPER {OPERATOR[0]} :{OPERATOR[1]}")
    peer.wait("youreoper")


@pytest.mark.needs("echo-message", "labeled-response", "msgid")
class TestEchoes:
    def test_a_reflection_is_what_the_server_said_with_its_id(self, world):
        juliet, room, romeo, channel = world.pair(TAGS)

        message_id = juliet.send_message(room, "good morrow")

        said = romeo.wait("pubmsg", source=juliet.name, text="good morrow")
        reflection = juliet.wait("message", id=message_id)
        assert (reflection.type, reflection.body) == ("groupchat", "good morrow")
        assert stanza_id(reflection) == said.tags["msgid"]

    @pytest.mark.needs("censor")
    def test_what_the_server_changes_is_reflected_changed(self, world):
        juliet, room, romeo, channel = world.pair(TAGS)
        romeo.mode(channel, "+G")

        message_id = juliet.send_message(room, "a plague on both your houses")

        romeo.wait("pubmsg", source=juliet.name, text="a peace on both your houses")
        assert juliet.wait("message", id=message_id).body == "a peace on both your houses"

    def test_an_error_belongs_to_its_stanza(self, world):
        juliet, _, romeo, _ = world.pair(TAGS)
        nobodies = [world.name("nobody") for _ in range(3)]

        lost = [juliet.send_message(world.person(nick), "anyone?", type="chat") for nick in nobodies]
        heard = juliet.send_message(world.person(romeo.nick), "you?", type="chat")
        romeo.wait("privmsg", text="you?")

        for message_id, nick in zip(lost, nobodies):
            error = juliet.wait("message", id=message_id)
            assert (error.type, error.condition, error.sender) == ("error", "item-not-found", world.person(nick))
        assert not juliet.all("message", id=heard, type="error")

    def test_everybody_has_the_same_id_for_a_message(self, world):
        juliet, room, romeo, channel = world.pair(TAGS)
        nurse = world.xmpp("nurse")
        nurse.join(room, nurse.name)

        juliet.send_message(room, "to all")
        romeo.say(channel, "from IRC")

        for text in ("to all", "from IRC"):
            ids = {stanza_id(user.wait("message", body=text)) for user in (juliet, nurse)}
            assert len(ids) == 1 and None not in ids


@pytest.mark.needs("client-tags")
class TestClientTags:
    def test_a_reply_reaches_irc_as_a_tag_without_its_fallback(self, world):
        juliet, room, romeo, channel = world.pair(TAGS)
        start = romeo.mark()
        romeo.say(channel, "what's in a name?")
        msgid = romeo.wait("pubmsg", since=start, source=romeo.nick).tags["msgid"]
        asked = juliet.wait("message", body="what's in a name?")
        assert stanza_id(asked) == msgid

        fallback = "&gt; what's in a name?\n"
        length = len("> what's in a name?\n")
        juliet.send(f"<message to='{room}' type='groupchat' id='reply'><body>{fallback}a rose</body>"
                    f"<reply xmlns='urn:xmpp:reply:0' id='{msgid}' to='{room}/{romeo.nick}'/>"
                    f"<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='{length}'/>"
                    "</fallback></message>")

        answer = romeo.wait("pubmsg", source=juliet.name)
        assert answer.text == "a rose"
        assert answer.tags["+reply"] == msgid

    def test_a_reply_from_irc_names_the_message_it_answers(self, world):
        juliet, room, romeo, channel = world.pair(TAGS)
        message_id = juliet.send_message(room, "wherefore art thou?")
        msgid = romeo.wait("pubmsg", source=juliet.name).tags["msgid"]
        asked = juliet.wait("message", id=message_id)

        romeo.send(f"@+reply={msgid} PRIVMSG {channel} :here")

        answer = juliet.wait("message", sender=f"{room}/{romeo.nick}", body=lambda body: body.endswith("here"))
        assert answer.xml.find(REPLY).get("id") == stanza_id(asked) == msgid

    def test_reactions_are_sets_here_and_differences_there(self, world):
        juliet, room, romeo, channel = world.pair(TAGS)
        romeo.say(channel, "but soft!")
        target = stanza_id(juliet.wait("message", body="but soft!"))

        def react(*emoji):
            inside = "".join(f"<reaction>{each}</reaction>" for each in emoji)
            juliet.send_message(room, None,
                                extra=f"<reactions xmlns='urn:xmpp:reactions:0' id='{target}'>{inside}</reactions>")

        react("\U0001f339", "\U0001f319")
        for each in ("\U0001f339", "\U0001f319"):
            event = romeo.wait("tagmsg", tags=lambda tags: tags.get("+draft/react") == each)
            assert event.tags["+reply"] == target
        react("\U0001f319")
        romeo.wait("tagmsg", tags=lambda tags: tags.get("+draft/unreact") == "\U0001f339")
        assert len(romeo.all("tagmsg", source=juliet.name)) == 3

    def test_reactions_from_irc_are_the_whole_set(self, world):
        juliet, room, romeo, _ = world.pair(TAGS)
        juliet.send_message(room, "parting is such sweet sorrow")
        msgid = romeo.wait("pubmsg", source=juliet.name).tags["msgid"]

        for emoji, expected in (("\U0001f339", {"\U0001f339"}), ("\U0001f319", {"\U0001f339", "\U0001f319"})):
            romeo.send(f"@+reply={msgid};+draft/react={emoji} TAGMSG {room.partition('%')[0]}")

            def is_set(xml):
                reactions = xml.find(REACTIONS)
                return reactions is not None and reactions.get("id") == msgid and \
                    {each.text for each in reactions.iter(REACTION)} == expected

            juliet.wait("message", sender=f"{room}/{romeo.nick}", xml=is_set)

    def test_typing_in_a_room_is_no_message(self, world):
        juliet, room, romeo, channel = world.pair(TAGS)

        romeo.send(f"@+typing=active TAGMSG {channel}")

        told = juliet.wait("message", sender=f"{room}/{romeo.nick}")
        assert told.xml.find(f"{{{CHAT_STATES}}}composing") is not None
        assert told.body is None

    def test_typing_reaches_irc(self, world):
        juliet, room, romeo, _ = world.pair(TAGS)

        juliet.send_message(room, None, extra=f"<composing xmlns='{CHAT_STATES}'/>")

        romeo.wait("tagmsg", source=juliet.name, tags=lambda tags: tags.get("+typing") == "active")
        assert not romeo.all("pubmsg")

    def test_typing_in_private(self, world):
        juliet, _, romeo, _ = world.pair(TAGS)
        juliet.send_message(world.person(romeo.nick), "are you there?", type="chat")
        romeo.wait("privmsg")

        romeo.send(f"@+typing=active TAGMSG {juliet.name}")

        told = juliet.wait("message", type="chat",
                           xml=lambda xml: xml.find(f"{{{CHAT_STATES}}}composing") is not None)
        assert told.sender.partition("/")[0] == world.person(romeo.nick)


@pytest.mark.needs("away-notify")
class TestAway:
    def test_who_is_away_on_irc_is_shown_so(self, world):
        juliet, room, romeo, _ = world.pair()
        start = juliet.mark()

        romeo.send("AWAY :in the garden")
        away = juliet.wait("presence", since=start, sender=f"{room}/{romeo.nick}")
        assert (away.text("show"), away.text("status")) == ("away", "in the garden")
        start = juliet.mark()
        romeo.send("AWAY")

        back = juliet.wait("presence", since=start, sender=f"{room}/{romeo.nick}")
        assert back.text("show") is None

    def test_who_is_away_on_xmpp_is_shown_so(self, world):
        juliet, room, romeo, _ = world.pair("away-notify")

        juliet.send_presence(f"{room}/{juliet.name}", inside="<show>away</show><status>at the balcony</status>")
        assert romeo.wait("away", source=juliet.name).target == "at the balcony"
        start = romeo.mark()
        juliet.send_presence(f"{room}/{juliet.name}", inside="<show>xa</show><status>asleep</status>")

        assert romeo.wait("away", since=start, source=juliet.name).target == "asleep"


class TestNicksOfTheServer:
    @pytest.mark.needs("msgid")
    def test_a_nick_that_begins_with_a_digit(self, world):
        """NICK 0 is this server's way to give somebody their unique id for a name."""
        juliet, room, romeo, channel = world.pair()
        paris = world.irc("paris", channel)
        juliet.wait("presence", sender=f"{room}/{paris.nick}", type="")
        become_operator(romeo)

        paris.send("NICK 0")
        gone = juliet.wait("presence", sender=f"{room}/{paris.nick}", type="unavailable")
        uid = gone.item["nick"]
        assert 303 in gone.statuses and uid.startswith("042")
        juliet.wait("presence", sender=f"{room}/{uid}", type="")
        juliet.send_message(f"{room}/{uid}", "who are you?", type="chat")
        paris.wait("privmsg", text="who are you?")

    @pytest.mark.needs("chghost")
    def test_a_forced_nick_is_told_in_the_room(self, world):
        juliet, room, romeo, _ = world.pair()
        become_operator(romeo)
        new = world.name("guest")

        romeo.send(f"SANICK {juliet.name} {new}")

        gone = juliet.wait("presence", sender=f"{room}/{juliet.name}", type="unavailable")
        assert {110, 303} <= gone.statuses and gone.item["nick"] == new
        juliet.wait("presence", sender=f"{room}/{new}", type="", statuses={110})
        juliet.send_message(room, "who am I?")
        romeo.wait("pubmsg", source=new, text="who am I?")


@pytest.mark.needs("chghost")
class TestHosts:
    def test_a_new_host_is_no_leaving(self, world):
        juliet, room, romeo, channel = world.pair()
        paris = world.irc("paris", channel)
        juliet.wait("presence", sender=f"{room}/{paris.nick}", type="")
        become_operator(romeo)
        start = juliet.mark()

        romeo.send(f"CHGHOST {paris.nick} county.verona.example")
        romeo.send(f"CHGHOST {juliet.name} {'balcony.' * 7}example")
        romeo.sync()
        text = "\U0001f339" * 300
        juliet.send_message(room, text)

        # Our own prefix has grown: pieces are cut so that they arrive whole.
        romeo.wait("pubmsg", source=juliet.name, text=lambda _: sum(
            len(event.text) for event in romeo.all("pubmsg", source=juliet.name)) >= len(text))
        assert "".join(event.text for event in romeo.all("pubmsg", source=juliet.name)) == text
        assert not juliet.all("presence", since=start, sender=f"{room}/{paris.nick}", type="unavailable")


@pytest.mark.needs("monitor")
class TestContacts:
    def test_a_contact_is_seen_coming_and_going(self, world):
        juliet, _, _, _ = world.pair()
        nick = world.name("tybalt")
        contact = world.person(nick)

        def is_contact(sender):
            return sender.partition("/")[0] == contact

        juliet.send_presence(contact, "subscribe")
        juliet.wait("presence", sender=is_contact, type="unavailable")
        tybalt = world.irc(nick=nick)
        juliet.wait("presence", sender=is_contact, type="")
        start = juliet.mark()
        tybalt.close()

        juliet.wait("presence", since=start, sender=is_contact, type="unavailable")


class TestChannelsOfTheServer:
    @pytest.mark.needs("forward")
    def test_a_forward_is_told_by_where_it_leads(self, world):
        channel, other = world.channel(), world.channel()
        romeo = world.irc(channel=channel)
        romeo.join(other)
        romeo.mode(channel, f"+lL 1 {other}")
        juliet = world.xmpp()

        error = juliet.refused_join(world.room(channel), juliet.name)

        assert error.condition in ("redirect", "gone")
        assert other in repr(error)

    @pytest.mark.needs("accounts-only")
    def test_a_channel_for_those_with_an_account(self, world):
        channel = world.channel()
        romeo = world.irc(channel=channel)
        romeo.mode(channel, "+R")
        juliet = world.xmpp()

        error = juliet.refused_join(world.room(channel), juliet.name)

        assert (error.condition, error.error_type) == ("registration-required", "auth")

    @pytest.mark.needs("msgid")
    def test_what_is_said_to_those_with_standing(self, world):
        juliet, room, romeo, channel = world.pair()
        romeo.mode(channel, f"+o {juliet.name}")

        romeo.say(f"@{channel}", "between us")

        juliet.wait("message", sender=f"{room}/{romeo.nick}", body=lambda body: body.endswith("between us"))
