"""Many records out of one that a system's own models have made: all rows that came with it, copied by SQL."""

import re

# what a system notes beside the record itself
BESIDE = (
    "account_journal_period",
    "bus_",
    "ir_",
    "mail_",
    "base_",
    "res_user",
    "crm_lead_scoring",
    "integration_cause",
    "integration_change",
    "integration_exchange",
    "integration_job",
    "integration_event",
)
TEXTS = {"character varying": "varchar", "text": "text", "jsonb": "jsonb"}
STAMPS = ("create_date", "write_date")
NUMBERS = "bench_number"

SEQUENCES = """
    select quote_ident(owner.relname), sequence.oid::regclass::text,
           coalesce(pg_sequence_last_value(sequence.oid), 0)
      from pg_class sequence
      join pg_depend dependency
        on dependency.objid = sequence.oid and dependency.deptype in ('a', 'i')
      join pg_class owner on owner.oid = dependency.refobjid
      join pg_attribute attribute
        on attribute.attrelid = owner.oid and attribute.attnum = dependency.refobjsubid
     where sequence.relkind = 'S' and attribute.attname = 'id'
"""
REFERENCES = """
    select quote_ident(owner.relname), attribute.attname, quote_ident(target.relname)
      from pg_constraint
      join pg_class owner on owner.oid = conrelid
      join pg_class target on target.oid = confrelid
      join pg_attribute attribute
        on attribute.attrelid = conrelid and attribute.attnum = conkey[1]
     where contype = 'f' and array_length(conkey, 1) = 1
"""
COLUMNS = """
    select quote_ident(table_name), column_name, data_type from information_schema.columns
     where table_schema = 'public' and is_generated = 'NEVER'
"""


class Copies:
    """Inside the block, one record is made; afterwards there are as many as `columns` are long.

    A copy is what its model has made of the first one, but for its id, the ids of the rows that came with it, and what
    `columns` say. It was made a second before the copy that follows it.

    :param cursor: of the database
    :param dict columns: lists of the same length, by name; the first item is that of the record made
    :param dict links: `{name of a column: table}`, where ids of records stand that were there before
    :param texts: names of columns whose first item is replaced wherever it occurs in a text
    :param dict values: SQL for what differs otherwise, by `table.column`: `model` is the row made, `number` one of
        `columns`, with its `place`
    """

    def __init__(self, cursor, columns, links=None, texts=(), values=None):
        self.cursor = cursor
        self.columns = columns
        self.links = links or {}
        self.texts = texts
        self.values = values or {}
        [self.count] = {len(items) for items in columns.values()}
        self.starts = {}

    def __enter__(self):
        self.before = {table: last for table, _name, last in self.query(SEQUENCES)}
        return self

    def __exit__(self, kind, _error, _traceback):
        if kind is None:
            self.read_structure()
            self.find_rows()
            self.write_numbers()
            self.copy()

    def query(self, text: str, *parameters) -> list[tuple]:
        """All rows."""
        self.cursor.execute(text, parameters or None)
        return self.cursor.fetchall()

    def get_ids(self, table: str) -> list[int]:
        """Of the record made and its copies, of which it has one row in this table."""
        [(start, first)] = [
            (start, row) for (name, row), start in self.starts.items() if name == table
        ]
        return [first, *range(start + 1, start + self.count)]

    # What was made

    def read_structure(self) -> None:
        """Columns, and which of them refer to what."""
        self.types = {}
        for table, column, kind in self.query(COLUMNS):
            self.types.setdefault(table, {})[column] = kind
        self.targets = {
            (table, column): target for table, column, target in self.query(REFERENCES)
        }

    def find_rows(self) -> None:
        """Those made since, and the ids their copies get: `start + place`."""
        for table, sequence, last in self.query(SEQUENCES):
            before = self.before[table]
            if last == before or table.strip('"').startswith(BESIDE):
                continue
            rows = self.query(
                f"select id from {table} where id > %s order by id", before
            )
            for place, (row,) in enumerate(rows):
                self.starts[table, row] = last + place * (self.count - 1)
            after = last + len(rows) * (self.count - 1)
            self.query(f"select setval('{sequence}', {after})")

    def write_numbers(self) -> None:
        """The columns as a table."""
        kinds = [
            "text" if isinstance(items[0], str) else "int"
            for items in self.columns.values()
        ]
        names = ", ".join(self.columns)
        self.cursor.execute(f"drop table if exists {NUMBERS}")
        arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
        self.cursor.execute(
            f"create temporary table {NUMBERS} as select {names}, place::int - 1 as place"
            f" from unnest({arrays}) with ordinality as items({names}, place)",
            [list(items) for items in self.columns.values()],
        )
        self.cursor.execute(f"analyze {NUMBERS}")

    # The copies

    def copy(self) -> None:
        """Row by row, what others refer to first; then what links them, which has no id."""
        rows = {}
        for table, row in self.starts:
            [rows[table, row]] = self.read_rows(table, f"id = {row}")
        done = set()
        while len(done) < len(rows):
            ready = [
                key
                for key in rows
                if key not in done
                and not (self.get_needed(key[0], rows[key]) - {key} - done)
            ]
            if not ready:
                raise RuntimeError(f"rows refer to each other: {rows.keys() - done}")
            for table, row in ready:
                self.insert(table, rows[table, row], f"model.id = {row}")
            done.update(ready)
        tables = {table for table, _row in self.starts}
        for table in {
            table
            for (table, _column), target in self.targets.items()
            if target in tables and "id" not in self.types[table]
        }:
            self.copy_links(table)
            tables.add(table)
        for table in tables:
            self.cursor.execute(f"analyze {table}")

    def copy_links(self, table: str) -> None:
        """Rows of a table of links that have to do with what was made."""
        for (owner, column), target in self.targets.items():
            ids = [str(row) for name, row in self.starts if name == target]
            if owner != table or not ids:
                continue
            for values in self.read_rows(table, f"{column} in ({', '.join(ids)})"):
                found = " and ".join(
                    f'model."{name}" = {value}' for name, value in values.items()
                )
                self.insert(table, values, found)
            # both ends of a link may have been made
            return

    def read_rows(self, table: str, condition: str) -> list[dict]:
        """Values as text, by column."""
        names = list(self.types[table])
        chosen = ", ".join(f'"{name}"::text' for name in names)
        return [
            dict(zip(names, values, strict=True))
            for values in self.query(f"select {chosen} from {table} where {condition}")
        ]

    def get_needed(self, table: str, values: dict) -> set:
        """Rows made along with this one that have to be there before."""
        return {
            (target, int(values[column]))
            for column in values
            if (target := self.targets.get((table, column))) and values[column]
        } & self.starts.keys()

    def insert(self, table: str, values: dict, condition: str) -> None:
        """All copies of a row."""
        names = ", ".join(f'"{name}"' for name in values)
        expressions = ", ".join(
            self.get_expression(table, name, value) for name, value in values.items()
        )
        self.cursor.execute(
            f"insert into {table} ({names}) select {expressions}"
            f" from {table} model cross join {NUMBERS} number"
            f" where {condition} and number.place > 0"
        )

    def get_expression(self, table: str, column: str, value: str | None) -> str:
        """What stands there in a copy."""
        own = f'model."{column}"'
        if (given := self.values.get(f"{table}.{column}")) is not None:
            return given
        if value is None:
            return own
        if column == "id":
            return self.get_id(table, value)
        if column in STAMPS:
            return f"{own} - ({self.count} - number.place) * interval '1 second'"
        if target := self.targets.get((table, column)):
            return self.get_id(target, value) or own
        kind = TEXTS.get(self.types[table][column])
        return self.get_text(own, kind, value) if kind else own

    def get_id(self, table: str, value: str) -> str | None:
        """Of the copy's own row, or of what it is linked to."""
        if (table, int(value)) in self.starts:
            return f"{self.starts[table, int(value)]} + number.place"
        for column, target in self.links.items():
            if target == table and self.columns[column][0] == int(value):
                return f"number.{column}"
        return None

    def get_text(self, own: str, kind: str, value: str) -> str:
        """With the copy's own numbers; Tryton keeps some references as `model,id`."""
        if match := re.fullmatch(r"([a-z_.]+),(\d+)", value):
            model, record = match.groups()
            number = self.get_id(model.replace(".", "_"), record)
            return f"'{model},' || ({number})" if number else own
        expression = own
        for name in self.texts:
            first = self.columns[name][0]
            if first in value:
                quoted = first.replace("'", "''")
                expression = f"replace({expression}::text, '{quoted}', number.{name})"
        return own if expression == own else f"({expression})::{kind}"
