"""Looks into databases directly: what is recorded there, without asking the programs that are being measured."""

import psycopg2

from harness import postgres


class Database:
    """A connection to one database of our PostgreSQL; each query sees what is committed now."""

    def __init__(self, name: str):
        values = postgres.full_environment()
        self.connection = psycopg2.connect(
            dbname=name,
            host=values.get("PGHOST"),
            port=values.get("PGPORT"),
            user=values.get("PGUSER"),
            password=values.get("PGPASSWORD"),
        )
        self.connection.autocommit = True

    def rows(self, query: str, *parameters) -> list[tuple]:
        """All rows of a query."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def value(self, query: str, *parameters):
        """The only value of a query."""
        return self.rows(query, *parameters)[0][0]

    def close(self) -> None:
        """Or a copy of the database could not be made."""
        self.connection.close()


def oid(name: str) -> int:
    """Tells a database from an earlier one of the same name."""
    return int(
        postgres.psql(
            f"select oid from pg_database where datname = '{name}'", database="postgres"
        )
    )
