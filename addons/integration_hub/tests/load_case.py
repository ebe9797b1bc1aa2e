"""Loads of the flow for tests: its system has 250 values, every other of them is new."""

from unittest.mock import patch

from .common import FakeClient, FakeHandler, HubCase


def _load_find_records(self, flow, cursor, limit):
    start = int(cursor or 0)
    return {"numbers": list(range(start, min(start + limit, 250))), "start": start}


def _load_call(client, request):
    if LoadCase.faults:
        raise LoadCase.faults.pop()
    end = request["start"] + len(request["numbers"])
    return {
        "numbers": request["numbers"],
        "cursor": str(end) if end < 250 else "",
        "total": 250,
    }


def _load_compare(self, flow, answer):
    return [
        {
            "name": f"Value {number}",
            "outcome": "create" if number % 2 else "same",
            "payload": {"value": str(number)},
        }
        for number in answer["numbers"]
    ]


def _load_enqueue(self, flow, lines):
    return list(
        self.env["integration.job"]._enqueue(
            flow,
            [
                {
                    "operation": "store",
                    "name": line.name,
                    "payload": line.payload,
                    "idempotency_key": line.name,
                    "priority": 90,
                    "trigger": "load",
                }
                for line in lines
            ],
        )
    )


class LoadCase(HubCase):
    """A flow that has the hooks of a load only."""

    #: raised by the next calls, the last one first
    faults = []

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        handler_class = cls.registry[FakeHandler._name]
        for name, value in (
            ("_has_load", True),
            ("_load_find_records", _load_find_records),
            ("_load_call", staticmethod(_load_call)),
            ("_load_compare", _load_compare),
            ("_load_enqueue", _load_enqueue),
        ):
            cls.startClassPatcher(patch.object(handler_class, name, value, create=True))


class OpenLoadCase(LoadCase):
    """The load somebody has opened."""

    def setUp(self):
        super().setUp()
        LoadCase.faults = []
        FakeClient.calls = []
        action = self.flow.action_open_load()
        self.load = self.env["integration.load"].browse(action["res_id"])

    def work(self):
        self.env.flush_all()
        self.run_lane()
        self.env.invalidate_all()

    def start(self):
        self.load.action_check()
        self.work()
        self.load.action_load()
