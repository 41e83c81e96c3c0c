"""What is said in a room: byte for byte, in order, whole."""

import pytest

pytestmark = pytest.mark.ejabberd

BYTES_TO_KEEP = [
    pytest.param("good morrow", id="ascii"),
    pytest.param("\U0001f339 a rose by any other name \U0001f468\u200d\U0001f469\u200d\U0001f467", id="emoji"),
    pytest.param("a < b && c > \"d\" 'e' ]]> &amp; &#65;", id="xml"),
    pytest.param("e\u0301 \u05e9\u05dc\u05d5\u05dd \u202eabc\u202c \ufeffx", id="combining and bidirectional"),
    pytest.param(":leading colon", id="leading colon"),
    pytest.param(" two  spaces,  \ttab", id="white space"),  # ngIRCd itself cuts what is at the end
    pytest.param("PRIVMSG #other :hi", id="looks like a line"),
]


class TestTalking:
    @pytest.mark.parametrize("text", BYTES_TO_KEEP)
    def test_a_message_reaches_irc_and_is_reflected_with_its_id(self, world, text):
        juliet, room, romeo, channel = world.pair()

        message_id = juliet.send_message(room, text)

        assert romeo.wait("pubmsg", source=juliet.name, target=channel).text == text
        reflection = juliet.wait("message", id=message_id)
        assert reflection.sender == f"{room}/{juliet.name}"
        assert reflection.type == "groupchat"
        assert reflection.body == text

    @pytest.mark.parametrize("text", BYTES_TO_KEEP)
    def test_a_line_reaches_xmpp(self, world, text):
        juliet, room, romeo, channel = world.pair()

        romeo.say(channel, text)

        message = juliet.wait("message", sender=f"{room}/{romeo.nick}")
        assert message.body == text
        assert message.type == "groupchat"
        assert message.id
        assert not message.is_delayed

    def test_an_action_is_me_on_the_other_side(self, world):
        juliet, room, romeo, channel = world.pair()

        juliet.send_message(room, "/me waves")
        romeo.act(channel, "waves back")

        assert romeo.wait("action", source=juliet.name).text == "waves"
        juliet.wait("message", sender=f"{room}/{romeo.nick}", body="/me waves back")

    def test_a_notice_is_a_message(self, world):
        juliet, room, romeo, channel = world.pair()

        romeo.notice(channel, "take notice")

        message = juliet.wait("message", sender=f"{room}/{romeo.nick}")
        assert "take notice" in message.body
        assert message.type == "groupchat"

    def test_lines_of_a_message_arrive_as_lines_in_their_order(self, world):
        juliet, room, romeo, channel = world.pair()

        message_id = juliet.send_message(room, "one\ntwo\n\nthree")

        romeo.wait("pubmsg", source=juliet.name, target=channel, text="three")
        assert [event.text for event in romeo.all("pubmsg", source=juliet.name)] == ["one", "two", "three"]
        juliet.wait("message", id=message_id)
        juliet.ping(room)
        assert len(juliet.all("message", sender=f"{room}/{juliet.name}")) == 1

    def test_many_messages_keep_their_order_both_ways(self, world):
        juliet, room, romeo, channel = world.pair()
        numbers = [str(number) for number in range(150)]

        for number in numbers:
            juliet.send_message(room, f"out {number}")
            romeo.say(channel, f"in {number}")

        romeo.wait("pubmsg", text="out 149")
        assert [event.text for event in romeo.all("pubmsg", source=juliet.name)] == [f"out {n}" for n in numbers]
        juliet.wait("message", body="in 149")
        juliet.wait("message", body="out 149")
        for nick, word in ((juliet.name, "out"), (romeo.nick, "in")):
            bodies = [message.body for message in juliet.all("message", sender=f"{room}/{nick}")]
            assert bodies == [f"{word} {n}" for n in numbers]

    @pytest.mark.parametrize("offset", range(4))
    def test_characters_of_four_bytes_survive_a_split(self, world, offset):
        juliet, room, romeo, _ = world.pair()
        text = "x" * offset + "\U0001f339" * 400

        juliet.send_message(room, text)

        pieces = self._pieces(romeo, "pubmsg", juliet.name, text)
        assert len(pieces) >= 4
        assert set("".join(pieces)) <= {"x", "\U0001f339"}

    def test_a_long_text_is_cut_between_words(self, world):
        juliet, room, romeo, _ = world.pair()
        text = " ".join(f"word{number}" for number in range(250))

        juliet.send_message(room, text)

        romeo.wait("pubmsg", source=juliet.name, text=lambda piece: piece.endswith("word249"))
        # Whole words only; the space at which a piece was cut does not survive ngIRCd.
        pieces = [event.text for event in romeo.all("pubmsg", source=juliet.name)]
        assert len(pieces) > 3
        assert [word for piece in pieces for word in piece.split()] == text.split()
        self._check_lines(romeo)

    def test_every_piece_of_a_long_action_is_an_action(self, world):
        juliet, room, romeo, _ = world.pair()
        text = "\u00fc" * 2000

        juliet.send_message(room, f"/me {text}")

        self._pieces(romeo, "action", juliet.name, text)
        assert not romeo.all("pubmsg")

    @staticmethod
    def _pieces(peer, type, nick, text):
        """The texts of the events that bring `text`; checks that nothing is lost and that every line fits."""

        def pieces():
            return [event.text for event in peer.all(type, source=nick)]

        peer.wait(type, text=lambda _: len("".join(pieces())) >= len(text))
        assert "".join(pieces()) == text
        TestTalking._check_lines(peer)
        return pieces()

    @staticmethod
    def _check_lines(peer):
        """Every line that reached `peer` is whole: UTF-8, within the 512 bytes of RFC 2812 §2.3."""
        assert all(len(line.encode()) <= 510 for line in peer.lines)

    def test_bytes_that_are_no_utf8_are_read_as_western(self, world):
        juliet, room, romeo, channel = world.pair()

        romeo.send_bytes(f"PRIVMSG {channel} :caf".encode() + b"\xe9 \x80 5")

        assert juliet.wait("message", sender=f"{room}/{romeo.nick}").body == "caf\u00e9 \u20ac 5"

    def test_formatting_codes_do_not_reach_xml(self, world):
        juliet, room, romeo, channel = world.pair()

        romeo.say(channel, "\x02bold\x02 \x0304,01red\x03 \x1ditalic\x0f \x11mono\x11 plain")

        assert juliet.wait("message", sender=f"{room}/{romeo.nick}").body == "bold red italic mono plain"

    def test_an_old_client_hears_and_is_heard(self, world, libirc_program):
        juliet, room, _, channel = world.pair()
        nurse = world.libirc(channel, libirc_program)
        juliet.wait("presence", sender=f"{room}/{nurse.nick}", type="")

        juliet.send_message(room, "sweet nurse \U0001f339")
        nurse.wait("CHANNEL", juliet.name, channel, "sweet nurse \U0001f339")
        juliet.send_message(room, "/me listens")
        nurse.wait("ACTION", juliet.name, channel, "listens")
        nurse.say(channel, "I am a-weary \U0001f4a4")
        juliet.wait("message", sender=f"{room}/{nurse.nick}", body="I am a-weary \U0001f4a4")
        nurse.act(channel, "sits")
        juliet.wait("message", sender=f"{room}/{nurse.nick}", body="/me sits")
