"""queue_job's own jobrunner and two server processes that share nothing but the database;
one of them, the jobrunner's, is killed in the middle."""

import contextlib
import os
import signal
import socket
import tempfile
import threading
import time
from pathlib import Path

from odoo.tests import BaseCase, tagged

from bench.engine.site import EngineSite

CONNECTORS = 4
JOBS = 400
# more than runs that may go on at once
SLOW = 5
PATIENCE = 120


class Balancer:
    """What stands before several nodes: takes turns, and leaves out who does not answer."""

    def __init__(self, ports):
        self.ports = list(ports)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _address = self.socket.accept()
                threading.Thread(target=self.pass_on, args=[client]).start()

    def pass_on(self, client):
        self.ports.append(self.ports.pop(0))
        for port in list(self.ports):
            with contextlib.suppress(OSError):
                node = socket.create_connection(("127.0.0.1", port), timeout=90)
                with client, node:
                    node.sendall(client.recv(65536))
                    while data := node.recv(65536):
                        client.sendall(data)
                return
        client.close()

    def close(self):
        self.socket.close()


@tagged("post_install", "-at_install")
class TestTwoProcesses(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = EngineSite("integration_queue_job", database="queue_job_test")
        cls.addClassCleanup(cls.site.close)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.site.stop)
        # what another test has left
        self.site.forget_jobs()
        self.site.database.rows("delete from queue_job")

    def serve(self, channels=""):
        """Both nodes; each would take the jobrunner over from the other."""
        balancer = Balancer(self.site.port_of(name) for name in ("one", "two"))
        self.addCleanup(balancer.close)
        return [
            self.site.serve(
                name,
                "--load=base,web,queue_job",
                more={
                    "ODOO_QUEUE_JOB_CHANNELS": f"root:4,root.integration:4{channels}",
                    "ODOO_QUEUE_JOB_PORT": balancer.port,
                },
            )
            for name in ("one", "two")
        ]

    def test_both_work_and_one_goes_on_alone(self):
        value = self.site.database.value
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        made = Path(folder.name) / "made"
        pairs = self.site.inside(
            "connectors",
            count=CONNECTORS,
            urls=[f"http://records{made}"] * CONNECTORS,
            code="keyed_push",
            batch_size=10,
            settle_seconds=1,
            runner="queue_job",
            runner_lanes=4,
        )
        flows = [flow for _connector, flow in pairs]
        one, two = self.serve()
        self.site.inside("enqueue", flows=flows, count=JOBS)
        done = "select count(*) from integration_job where state = 'done'"
        self.wait_for(lambda: value(done) > JOBS)
        pids = "select count(distinct worker_pid) from queue_job"
        self.wait_for(lambda: value(pids) == 2, "both processes have worked")
        os.killpg(one["pid"], signal.SIGKILL)
        self.site.inside("enqueue", flows=flows, count=JOBS, first=JOBS)
        self.wait_for(lambda: value(done) == 2 * CONNECTORS * JOBS)
        self.assertEqual(
            value("select count(*) from integration_job where state <> 'done'"), 0
        )
        self.assertTrue(two["pid"])
        keys = made.read_text().split()
        self.assertEqual(len(set(keys)), 2 * CONNECTORS * JOBS, "none is missing")
        self.assertEqual(len(keys), len(set(keys)), "none is there twice")

    def test_capacity(self):
        """However many runs of a connector are asked for, no more than its channel takes go
        on at once; in the common one, slow systems hold up no other."""
        pairs = self.site.inside(
            "connectors",
            count=2 + SLOW + 1,
            urls=["http://slow"] * (2 + SLOW),
            batch_size=1,
            parallel_calls=1,
            runner="queue_job_channel",
            runner_lanes=3,
        )
        (narrow, narrow_flow), (wide, wide_flow), *common = pairs
        self.site.database.rows(
            "update integration_connector set runner = 'queue_job', runner_lanes = 1"
            " where id = any(%s)",
            [connector for connector, _flow in common],
        )
        self.serve(f",root.integration.connector_{narrow}:1")
        self.site.inside("enqueue", flows=[narrow_flow, wide_flow], count=6)
        most = {narrow: 0, wide: 0}

        def look():
            rows = self.site.database.rows(
                "select channel, count(*) from queue_job where state = 'started'"
                " group by channel"
            )
            for channel, count in rows:
                connector = int(channel.rpartition("_")[2])
                most[connector] = max(most.get(connector, 0), count)
            done = "select count(*) from integration_job where state = 'done' and flow_id = any(%s)"
            return self.site.database.value(done, [narrow_flow, wide_flow]) == 12

        self.wait_for(look)
        self.assertEqual(most[narrow], 1)
        self.assertGreater(most[wide], 1, "without a capacity they do")
        self.assert_held_up_by_no_other([flow for _connector, flow in common])

    def assert_held_up_by_no_other(self, flows):
        """The last one is quick: it does not wait until a run of the others has ended."""
        *slow, quick = flows
        self.site.inside("enqueue", flows=flows, count=20)
        done = "select max(finished_at) from integration_job where state = 'done' and flow_id = %s"
        value = self.site.database.value
        open_jobs = "select count(*) from integration_job where state <> 'done' and flow_id = %s"
        self.wait_for(lambda: not value(open_jobs, quick), "the quick one")
        before = "select count(*) from integration_job where finished_at < %s and flow_id = %s"
        moment = value(done, quick)
        self.assertLess(max(value(before, moment, flow) for flow in slow), 10)

    def wait_for(self, condition, what="the queue is worked off"):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"not in time: {what}")
            time.sleep(0.2)
