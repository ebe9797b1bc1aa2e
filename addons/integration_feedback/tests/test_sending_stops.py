import unittest

from odoo.addons.integration_hub.client import OutcomeUnknownError

from ..sending import send_summaries


class Client:
    """Has the summary ``there``; what is made or replaced comes to nothing."""

    def __init__(self):
        self.calls = []

    def feedback_find(self, keys):
        state = {"remote_id": "1", "text": "old", "product_id": "1"}
        return {key: state for key in keys if key != "new"}

    def feedback_create(self, summaries):
        self.calls.append("create")
        return [OutcomeUnknownError("Lost.") for _summary in summaries]

    def feedback_update(self, updates):
        self.calls.append("update")
        return [OutcomeUnknownError("Lost.") for _update in updates]

    def feedback_delete(self, remote_ids):
        self.calls.append("delete")
        return [True for _remote_id in remote_ids]


class TestSendingStops(unittest.TestCase):
    """A system that fails gets nothing more of the batch."""

    def send(self, *keys):
        client = Client()
        requests = [
            {
                "summary": {
                    "key": key,
                    "text": "" if key == "gone" else "text",
                    "product_id": "1",
                },
                "received": "",
            }
            for key in keys
        ]
        answers = send_summaries(client, requests)
        return client.calls, [answer.kind for answer in answers]

    def test_nothing_follows_what_came_to_nothing(self):
        self.assertEqual(
            self.send("new", "there", "gone"),
            (["create"], ["outcome_unknown", "network", "network"]),
        )
        self.assertEqual(
            self.send("there", "gone"), (["update"], ["outcome_unknown", "network"])
        )
