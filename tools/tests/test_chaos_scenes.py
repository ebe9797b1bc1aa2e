"""What the scenes of the crash matrix make of what they see; they are played by `make crashes`."""

import contextlib
import socket
from types import SimpleNamespace

import pytest
from chaos import changes, executing, proxy
from chaos.after_won import WAYS, AfterWon
from chaos.changes import CHANGED, Changes
from chaos.executing import Executing
from chaos.killer import DEATHS, Killer


class StubbedMatrix:
    """Answers as told, and notes what is said of a scene."""

    def __init__(self, answers=(), asked=()):
        self.answers, self.notes, self.noted, self.done = iter(answers), [], [], []
        self.next_lead = 10
        self.site = SimpleNamespace(
            name="x",
            connectors={"odoo": 1, "tryton": 2},
            erps={"odoo": {"database": "erp"}},
            database=SimpleNamespace(rows=lambda *_args: list(asked)),
            proxies={"odoo": SimpleNamespace(disarm=lambda: None)},
        )

    def win(self, kind, count):
        self.next_lead += count
        return list(range(self.next_lead - count, self.next_lead))

    def ask(self, do, **values):
        self.done.append((do, values))
        if do == "wait":
            return next(self.answers, {"killed": False, "code": 0})
        return {"child": 1, "code": 0}

    def recover(self):
        return 1.0, "0"

    @contextlib.contextmanager
    def scene(self, kind, what, group):
        try:
            yield
        except RuntimeError as error:
            self.noted.append(str(error))

    def note(self, kind, what, group, left, seconds, trouble=""):
        self.noted.append(trouble)


def play_killer(deaths, aside):
    matrix = StubbedMatrix([{"killed": True}] * deaths, aside)
    Killer(matrix).run("odoo")
    return matrix


def test_killer_was_set_aside_alone_and_is_retried():
    matrix = play_killer(3, [(12, 3)])
    assert matrix.noted == [""]
    assert [do for do, _values in matrix.done[-2:]] == ["retry", "wait"]
    # each lane dies of the same deal
    assert {values["deadly"] for do, values in matrix.done if do == "run"} == {12}


@pytest.mark.parametrize(
    ("deaths", "aside"),
    [
        # too early, too late, and never
        (2, [(12, 2)]),
        (DEATHS + 1, [(12, DEATHS + 1)]),
        (99, [(12, 3 * DEATHS)]),
        # nothing, one beside it as well, another one, with another count
        (3, []),
        (3, [(12, 3), (13, 3)]),
        (3, [(13, 3)]),
        (3, [(12, 2)]),
    ],
)
def test_killer_that_was_not_set_aside_as_promised(deaths, aside):
    [trouble] = play_killer(deaths, aside).noted
    assert trouble


def test_deals_are_changed_in_every_way_each_time():
    matrix = StubbedMatrix()
    scene = Changes(matrix)
    scene.prepare("odoo")
    assert {what: len(ids) for what, ids in scene.deals.items()} == CHANGED
    # from now on one of the two is called off each time, and the other one is won again
    assert matrix.done[-1] == ("change", {"deals": {"turn": scene.deals["turn"][:1]}})
    given_up = set()
    for _time in range(3 * changes.GIVEN_UP):
        scene.change("odoo")
        [(_do, values)] = matrix.done[-1:]
        assert values["deals"].keys() == {*CHANGED, "give up"}
        given_up.update(values["deals"]["give up"])
    # another one each time
    assert len(given_up) == 3 * changes.GIVEN_UP


def test_deals_that_are_not_in_the_erp_are_not_changed():
    matrix = StubbedMatrix()
    matrix.recover = lambda: (90.0, "1")
    with pytest.raises(RuntimeError, match="1 jobs are left"):
        Changes(matrix).prepare("odoo")


class StubbedExecuting(Executing):
    """An ERP that has answered before it is killed, the first `late` times."""

    def __init__(self, late):
        super().__init__(StubbedMatrix())
        self.late, self.kills, self.starts = late, 0, 0

    def measure(self, kind):
        return 0.2

    def send(self, kind):
        armed = proxy.Armed("answer delayed", "order")
        armed.sent.set()
        armed.struck.set()
        if self.kills < self.late:
            armed.answered_at = 1.0
        return armed, 1

    def kill(self, kind):
        self.kills += 1
        return 0.0

    def start(self, kind):
        self.starts += 1

    def count_orders(self, kind):
        return 7


def play_executing(monkeypatch, late):
    monkeypatch.setattr(executing, "AWAY", 0)
    scene = StubbedExecuting(late)
    asked = []

    @contextlib.contextmanager
    def until(kind):
        yield lambda armed, seconds: asked.append(seconds) or "active: insert"

    with scene.matrix.scene("odoo", "soon", "group"), scene.back("odoo"):
        scene.play("odoo", "soon", until)
    return scene, asked


def test_erp_is_killed_while_it_has_not_answered(monkeypatch):
    scene, asked = play_executing(monkeypatch, late=2)
    assert asked == sorted(asked, reverse=True) and len(set(asked)) == 3
    assert scene.matrix.noted == [""]
    assert "active: insert" in scene.matrix.notes[0]


def test_erp_that_always_has_answered_proves_nothing(monkeypatch):
    scene, _asked = play_executing(monkeypatch, late=99)
    assert scene.matrix.noted == ["its answer was always there first"]
    # the next scene needs it
    assert scene.starts == scene.kills + 1


@pytest.mark.parametrize("is_answered", [True, False])
def test_call_that_has_arrived_is_told_from_one_that_was_answered(is_answered):
    """Else nobody could say that the ERP was at work when it was killed."""
    erp = socket.create_server(("127.0.0.1", 0))
    between = proxy.Proxy(f"http://127.0.0.1:{erp.getsockname()[1]}", delay=0)
    caller = socket.create_connection(("127.0.0.1", between.port))
    try:
        armed = between.arm("answer delayed", "order")
        caller.sendall(b"POST /json/2/sale.order/create HTTP/1.1\r\n\r\n")
        call, _address = erp.accept()
        call.recv(4096)
        assert armed.sent.wait(20)
        assert not armed.struck.is_set() and not armed.answered_at
        if is_answered:
            call.sendall(b"HTTP/1.1 200 OK\r\n\r\n[]")
        call.close()
        assert armed.struck.wait(20)
        assert bool(armed.answered_at) == is_answered
    finally:
        for item in (caller, erp, between):
            item.close()


class StubbedSeller:
    """A CRM of one line a deal, that may be down."""

    def __init__(self, is_down=False):
        self.is_down, self.written = is_down, []

    def find(self, *_args, **_more):
        return [{"id": 5, "quantity": 3}]

    def call(self, _model, method, ids=None, **more):
        if method == "write":
            if self.is_down:
                raise OSError
            self.written.append((ids, more["vals"]))
        return [2]


def test_every_way_of_changing_deals_is_played_and_then_every_tenth_deal():
    salesperson = AfterWon(7)
    salesperson.plan([*range(1000)], 100.0)
    ways = [way for _when, lead, way in salesperson.waiting if lead < len(WAYS)]
    assert sorted(ways) == sorted(WAYS)
    assert 60 < len(salesperson.waiting) < 140
    seller = StubbedSeller()
    salesperson.change(seller, {"A": 1}, 100.0)
    assert not seller.written
    salesperson.change(seller, {"A": 1}, 1000.0)
    assert sum(salesperson.done.values()) == len(seller.written) > 60
    assert all(salesperson.done.values())
    given_up = [values for _ids, values in seller.written if "stage_id" in values]
    # at once: no deal is left in between
    assert given_up[0]["active"] is False


def test_change_that_has_failed_comes_again():
    salesperson = AfterWon(7)
    salesperson.plan([1], 0.0)
    with pytest.raises(OSError):
        salesperson.change(StubbedSeller(is_down=True), {"A": 1}, 99.0)
    assert not sum(salesperson.done.values())
    seller = StubbedSeller()
    salesperson.change(seller, {"A": 1}, 99.0)
    assert [ids for ids, _values in seller.written] == [[1]]
