"""What psycopg2 reaches by itself: claim a batch, commit, finish it, commit, until nothing is left.

No threads, no errors, no retries, no limits, nothing kept of a crash: this is the floor price of a queue in a table.
"""

import json
import time

from bench.engine.payload import PAYLOAD
from stage.database import Database

LEAN = "bench_lean"
CLAIM = """
    update {table} set state = 'running', started_at = now() at time zone 'utc'
     where id = any(array(
           select id from {table} where state = 'waiting'
            order by priority, id limit %s for update skip locked))
    returning id, payload
"""
FINISH = "update {table} set state = 'done', finished_at = now() at time zone 'utc' where id = any(%s)"


class BareLoop:
    """One connection. `table` is the queue of the hub, or a table with nothing but what this loop needs."""

    def __init__(self, database_name: str, table: str):
        self.database = Database(database_name)
        self.table = table

    def close(self) -> None:
        """Hang up."""
        self.database.close()

    def fill_lean(self, count: int) -> None:
        """A table of its own with one small index, as one would write it for this purpose."""
        self.database.rows(
            f"""
            drop table if exists {LEAN};
            create table {LEAN} (
                id bigserial primary key, state text not null, priority int not null, payload jsonb,
                started_at timestamp, finished_at timestamp);
            create index on {LEAN} (priority, id) where state = 'waiting';
            """
        )
        self.database.rows(
            f"""
            insert into {LEAN} (state, priority, payload)
            select 'waiting', 10, %s::jsonb from generate_series(1, %s)
            """,
            json.dumps(PAYLOAD),
            count,
        )
        self.database.rows(f"analyze {LEAN}")

    def work(self, batch: int) -> float:
        """Seconds until nothing is left."""
        connection = self.database.connection
        connection.autocommit = False
        claim, finish = (text.format(table=self.table) for text in (CLAIM, FINISH))
        start = time.perf_counter()
        with connection.cursor() as cursor:
            while True:
                cursor.execute(claim, [batch])
                ids = [row[0] for row in cursor.fetchall()]
                connection.commit()
                if not ids:
                    break
                cursor.execute(finish, [ids])
                connection.commit()
        seconds = time.perf_counter() - start
        connection.autocommit = True
        return seconds
