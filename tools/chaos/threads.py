"""The crash matrix: Odoo without worker processes, whose cron threads end when PostgreSQL goes away."""


class Threads:
    """The same as with worker processes; `servers` runs Odoo and judges."""

    def __init__(self, servers):
        self.servers = servers

    def run(self, kind: str) -> None:
        """Every scene, on one ERP."""
        for what, scene in (
            ("PostgreSQL restarted (threads)", self.servers.restart_postgres),
            ("PostgreSQL killed, and back (threads)", self.servers.kill_postgres),
        ):
            with (
                self.servers.matrix.scene(kind, what, "server"),
                self.servers.serve("threads"),
            ):
                self.servers.play(kind, what, scene)
