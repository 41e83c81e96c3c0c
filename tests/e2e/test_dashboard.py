"""The dashboard in Debian's Chromium. Screenshots are left in build/dashboard."""

import pytest

from support.peers import Node
from support.process import REPOSITORY, RUN_FOLDER
from support.relay import Wire
from support.servers import Servers
from support.websocket_client import TOKEN
from support.websocket_stage import READER, Stage, websocket_configuration

SHOTS = REPOSITORY / "build" / "dashboard"


@pytest.fixture(scope="module")
def dashboard_servers():
    running = Servers(RUN_FOLDER / "dashboard", more=websocket_configuration(rate=0))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def stage(dashboard_servers):
    stage = Stage(dashboard_servers)
    yield stage
    stage.close()


class Page(Node):
    """The dashboard, logged in."""

    def __init__(self, stage):
        SHOTS.mkdir(parents=True, exist_ok=True)
        super().__init__("browser.mjs", SHOTS)
        self.stage = stage

    def log_in(self, token=TOKEN, port=None):
        self.do("open", url=f"http://127.0.0.1:{port or self.stage.port}/#token={token.replace(' ', '+')}")
        self.do("wait", selector="body[data-state=connected]")
        return self

    def tile(self, name, rest=""):
        return f'.tile[data-address="{self.stage.address}/{name}"] {rest}'.strip()

    def problems(self):
        return self.do("problems")


@pytest.fixture
def page(stage):
    page = Page(stage)
    yield page
    page.close()


class TestDashboard:
    def test_the_page_loads_without_a_complaint_and_leaves_nothing_of_the_token_in_the_address(self, page):
        page.log_in()
        assert "token" not in page.do("eval", code="location.href")
        assert page.problems() == []

    def test_a_token_is_asked_for_and_a_wrong_one_refused(self, stage, page):
        page.do("open", url=f"http://127.0.0.1:{stage.port}/")
        page.do("wait", selector="#log-in")
        page.do("shoot", name="log-in")
        page.do("fill", selector="#token", text="wrong")
        page.do("press", key="Enter")
        page.do("wait", selector="#log-in-problem", text="no such token")
        page.do("fill", selector="#token", text=TOKEN)
        page.do("press", key="Enter")
        page.do("wait", selector="body[data-state=connected]")

    def test_a_value_that_a_user_types_and_what_is_said_arrive_live(self, stage, page):
        juliet = stage.world.xmpp()
        page.log_in()
        juliet.send_message(stage.contact, "temp 21.5 °C", type="chat")
        page.do("wait", selector=page.tile("temp", ".value"), text="21.5")
        assert page.do("text", selector=page.tile("temp", ".unit")).strip() == "°C"
        page.do("wait", selector=page.tile("temp") + "[data-state=live]")
        page.do("wait", selector="#log li", text="temp 21.5 °C")
        juliet.send_message(stage.contact, "good morrow", type="chat")
        page.do("wait", selector="#log li", text="good morrow")
        assert page.problems() == []

    def test_a_value_that_was_there_before_the_page_is_shown(self, stage, page):
        stage.post("before 7")
        page.log_in()
        page.do("wait", selector=page.tile("before", ".value"), text="7")

    def test_a_silent_value_becomes_stale(self, stage, page):
        page.do("fake_clock")
        page.log_in()
        stage.post("temp 20")
        page.do("wait", selector=page.tile("temp") + "[data-state=live]")
        page.do("advance", milliseconds=11 * 60_000)
        page.do("wait", selector=page.tile("temp") + "[data-state=stale]")
        assert page.do("text", selector=page.tile("temp", ".value")) == "20"

    def test_a_switch_is_said_to_users_and_shows_what_was_confirmed(self, stage, page):
        juliet = stage.world.xmpp()
        juliet.join(stage.room, juliet.name)
        stage.post("lamp off")
        page.log_in()
        page.do("click", selector=page.tile("lamp", ".switch"))
        juliet.wait("message", body="lamp on")
        page.do("wait", selector=page.tile("lamp", ".value"), text="on")
        assert page.do("eval", code=f"document.querySelector('{page.tile('lamp', '.switch')}').ariaChecked") == "true"

    def test_a_message_from_the_page_reaches_users(self, stage, page):
        juliet = stage.world.xmpp()
        juliet.join(stage.room, juliet.name)
        page.log_in()
        page.do("eval", code=f"document.querySelector('#channel').value = '{stage.address}'")
        page.do("fill", selector="#words", text="from the page")
        page.do("press", key="Enter")
        juliet.wait("message", body="from the page")
        page.do("wait", selector="#log li", text="from the page")

    def test_a_token_that_may_only_read_has_no_controls(self, stage, page):
        stage.post("lamp on")
        page.log_in(READER)
        page.do("wait", selector=page.tile("lamp", ".value"), text="on")
        assert page.do("count", selector=".switch, .control input") == 0
        assert page.do("eval", code="document.querySelector('#say').hidden")

    def test_markup_from_outside_stays_text(self, stage, page):
        juliet = stage.world.xmpp()
        page.log_in()
        evil = "<img src=x onerror=alert(1)>"
        juliet.send_message(stage.contact, evil, type="chat")
        page.do("wait", selector="#log li", text=evil)
        stage.post("{\"<b>x</b>\": \"<script>alert(1)</script>\"}")
        stage.post("end 1")
        page.do("wait", selector=page.tile("end"))
        assert page.do("count", selector="#log img, #log b, .tile b, .tile script") == 0
        assert page.problems() == []

    def test_after_a_restart_of_the_gateway_it_connects_again_and_nothing_is_lost(self, stage, page):
        stage.post("temp 1")
        page.log_in()
        page.do("wait", selector=page.tile("temp", ".value"), text="1")
        stage.gateway.stop()
        page.do("wait", selector="body[data-state=reconnecting]")
        page.do("wait", selector=page.tile("temp") + "[data-state=offline]")
        page.do("shoot", name="reconnecting")
        stage.gateway.start()
        page.do("wait", selector="body[data-state=connected]")
        stage.post("temp 2")
        page.do("wait", selector=page.tile("temp", ".value"), text="2")
        page.do("wait", selector="#gap", state="hidden")

    def test_after_a_kill_of_the_gateway_it_says_that_something_may_be_lost(self, stage, page):
        stage.post("temp 1")
        page.log_in()
        page.do("wait", selector=page.tile("temp", ".value"), text="1")
        stage.gateway.kill()
        page.do("wait", selector="body[data-state=reconnecting]")
        stage.gateway.start()
        page.do("wait", selector="body[data-state=connected]")
        page.do("wait", selector="#gap", text="missed")
        stage.post("temp 2")
        page.do("wait", selector=page.tile("temp", ".value"), text="2")

    def test_what_happens_while_the_page_is_cut_off_comes_exactly_once(self, stage, page):
        wire = Wire(stage.port)
        try:
            page.log_in(port=wire.port)
            stage.post("first words")
            page.do("wait", selector="#log li", text="first words")
            wire.cut()
            page.do("wait", selector="body[data-state=reconnecting]")
            for number in range(20):
                stage.post(f"missed {number:02}")
            stage.post("temp 12")
            assert page.do("count", selector=page.tile("temp")) == 0, "it is cut off"
            wire.mend()
            page.do("wait", selector="body[data-state=connected]")
            stage.post("the end")
            page.do("wait", selector="#log li", text="the end")
            page.do("wait", selector=page.tile("temp", ".value"), text="12")
            texts = page.do("eval", code="[...document.querySelectorAll('#log .words')].map((one) => one.textContent)"
                                         ".filter((text) => /^(first|missed|the end)/.test(text))")
            assert texts == ["first words", *(f"missed {number:02}" for number in range(20)), "the end"]
            page.do("wait", selector="#gap", state="hidden")
        finally:
            wire.close()

    def test_a_chart_of_a_value_is_drawn(self, stage, page):
        for number in (18, 21, 19, 24, 22):
            stage.post(f"temp {number} °C")
        page.log_in()
        page.do("click", selector=page.tile("temp", ".name"))
        page.do("wait", selector="#detail canvas")
        page.do("wait", selector="#summary", text="24 °C")
        is_blank = ("(() => { const drawn = document.querySelector('#detail canvas'); const empty = "
                    "document.createElement('canvas'); empty.width = drawn.width; empty.height = drawn.height; "
                    "return drawn.toDataURL() === empty.toDataURL(); })()")
        assert page.do("eval", code=is_blank) is False
        page.do("shoot", name="chart")
        page.do("press", key="Escape")
        page.do("wait", selector="#detail", state="hidden")
        assert page.problems() == []

    def test_looks_and_accessibility(self, stage, page):
        juliet = stage.world.xmpp()
        for text in ("temp 20.5 °C", "temp 21 °C", "temp 21.5 °C", "humidity 48 %", "lamp on", "pump off", "count 1204"):
            stage.post(text)
        juliet.send_message(stage.contact, "good morrow, plant", type="chat")
        page.log_in()
        page.do("wait", selector="#log li", text="good morrow")
        for width in (360, 1280):
            for scheme in ("light", "dark"):
                page.do("look", width=width, scheme=scheme)
                page.do("shoot", name=f"{width}-{scheme}")
                assert page.do("axe") == []
            assert page.do("eval", code="document.documentElement.scrollWidth <= window.innerWidth")

    def test_two_hundred_tiles_at_fifty_messages_a_second_stay_smooth(self, stage, page):
        page.log_in()
        page.do("eval", code="(() => { window.frames_seen = 0; const count = () => { window.frames_seen += 1; "
                             "requestAnimationFrame(count); }; count(); })()")
        client = stage.client()
        for number in range(600):
            client.send({"t": "send", "to": f"{stage.address}/v{number % 200:03}", "value": number})
        page.do("wait", selector=page.tile("v199", ".value"), text="599")
        assert page.do("count", selector=f'.tile[data-address^="{stage.address}/v"]') == 200
        assert page.do("eval", code="window.frames_seen") > 10
        assert page.do("eval", code="performance.memory.usedJSHeapSize") < 64 * 1024 * 1024
