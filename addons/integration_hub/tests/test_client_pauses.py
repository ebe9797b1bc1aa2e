"""For how long a system wants to be left alone, as it says over a real socket."""

import time
from unittest.mock import patch

from ..client import NetworkError, RateLimitError, base
from .test_client_base import Client, ClientBaseCase


class TestClientPauses(ClientBaseCase):
    def test_used_up_by_a_good_answer(self):
        """The next call does not go out only to be turned away, whichever client makes
        it."""
        self.server.answer(200, X_RateLimit_Remaining="0", X_RateLimit_Reset="60")
        self.call()
        self.server.answer(200)
        other = Client(self.client.settings)
        self.addCleanup(other.close)
        for client in (self.client, other):
            with self.assertRaises(RateLimitError) as caught:
                client.send("test", "POST", "/x", changes=True)
            self.assertAlmostEqual(caught.exception.retry_after, 60, delta=5)
        self.assertEqual(len(self.server.requests), 1)

    def test_slow_down_holds_for_all_clients(self):
        """Whatever a flow makes of the error; the longest that was asked for counts."""
        others = [Client(self.client.settings) for _number in range(2)]
        for other in others:
            self.addCleanup(other.close)
        for headers, seconds in (
            ({"Retry_After": "60"}, 60),
            # the connector rests for that long where it is not told
            ({}, 10),
            # ... or told what makes no sense
            ({"Retry_After": "0"}, 10),
        ):
            with self.subTest(headers):
                self.server.requests.clear()
                self.server.answer(429, **headers)
                with self.assertRaises(RateLimitError):
                    self.call(changes=True)
                self.server.answer(200)
                for client in (self.client, *others):
                    with self.assertRaises(RateLimitError) as caught:
                        client.send("test", "POST", "/x")
                    self.assertAlmostEqual(
                        caught.exception.retry_after, seconds, delta=5
                    )
                    self.assertAlmostEqual(client.get_pause(), seconds, delta=5)
                self.assertEqual(len(self.server.requests), 1)
                self.client.note_pause(1)
                self.assertAlmostEqual(self.client.get_pause(), seconds, delta=5)
                others[0].forget_pause()
                self.call()

    def test_slow_down_for_a_moment(self):
        self.server.answer(429, Retry_After="2")
        with self.assertRaises(RateLimitError):
            self.call()
        self.server.answer(200)
        # waited for, as nobody else is told of it
        self.client.forget_pause()
        with patch.object(base.time, "sleep") as sleep:
            self.call()
        [[seconds]] = [call.args for call in sleep.call_args_list]
        self.assertAlmostEqual(seconds, 2, delta=1)

    def test_used_up_for_a_moment(self):
        for headers in (
            {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "2"},
            {"RateLimit": '"default";r=0;t=2'},
        ):
            with self.subTest(headers):
                self.server.answer(200, **headers)
                self.call()
                self.server.answer(200)
                with patch.object(base.time, "sleep") as sleep:
                    self.call()
                    [[seconds]] = [call.args for call in sleep.call_args_list]
                self.assertAlmostEqual(seconds, 2, delta=1)
                self.client.settings.session_cache.clear()

    def test_what_remains_may_be_used(self):
        self.server.answer(
            200, X_RateLimit_Remaining="1", X_RateLimit_Reset="60", Retry_After="60"
        )
        with patch.object(base.time, "sleep") as sleep:
            self.call()
            self.call()
        self.assertFalse(sleep.called)

    def test_rate_limit_headers(self):
        """Of a 429, whatever remains; of a 503 only what says that nothing remains."""
        in_a_minute = str(int(time.time()) + 60)
        for headers, seconds in (
            ({"X_RateLimit_Reset": "30"}, 30),
            ({"X_RateLimit_Reset": in_a_minute, "X_RateLimit_Remaining": "12"}, 60),
            ({"RateLimit_Reset": "45"}, 45),
            ({"RateLimit": '"burst";r=0;t=20, "day";r=5;t=40'}, 40),
            ({"Retry_After": "5", "X_RateLimit_Reset": "30"}, 5),
            ({"Retry_After": "nonsense"}, None),
            # in milliseconds
            ({"X_RateLimit_Reset": in_a_minute + "000"}, 60),
            ({"X_RateLimit_Reset": "inf"}, None),
            ({"Retry_After": "nan"}, None),
            ({"Retry_After": "-5"}, 0),
            ({"Retry_After": "9999999"}, 86_400),
        ):
            with self.subTest(headers=headers):
                self.server.answer(429, **headers)
                found = self.assert_fails(RateLimitError).retry_after
                if seconds is None:
                    self.assertIsNone(found)
                else:
                    self.assertLessEqual(abs(found - seconds), 2)
        for headers in (
            {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "30"},
            {"RateLimit_Remaining": "0", "RateLimit_Reset": "30"},
            {"RateLimit": '"burst";r=0;t=30'},
        ):
            with self.subTest(headers=headers):
                self.server.answer(503, **headers)
                self.assertEqual(self.assert_fails(RateLimitError).retry_after, 30)
        # a page that says so whatever has happened
        self.server.answer(503, Retry_After="86400")
        self.assertEqual(self.assert_fails(RateLimitError).retry_after, 3600)
        # always sent by some: this one is simply down
        self.server.answer(503, X_RateLimit_Remaining="7", X_RateLimit_Reset="30")
        self.assert_fails(NetworkError)
