"""Migration difference: what an app's models have and a database has not, as Alembic finds it.

In   a connection to a database that all migrations have built, the app's label, the owners
Out  Body(upgrade="    op.add_column(…)", downgrade="    op.drop_column(…)"), or None
Only the tables of the one app are compared. Changes to a table are written in batches, which is
how SQLite, without most of ALTER TABLE, can follow: a new table is made and the rows copied.
"""

from typing import Any, Literal
from warnings import catch_warnings, filterwarnings

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import CreateIndexOp, DowngradeOps, DropIndexOp, UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Index
from sqlalchemy.engine import Connection

from framework.mvc.model import Model
from framework.tools.migration_text import Body


def difference(connection: Connection, label: str, owner: dict[str, str]) -> Body | None:
    """What would bring this database's tables of one app to its models; None for nothing."""
    special = expression_indexes(label, owner)

    def is_own(name: str | None, kind: str, *_: Any) -> bool:
        return owner.get(str(name)) == label if kind == "table" else name not in special

    options = {
        "include_name": is_own,
        "include_object": lambda item, name, kind, *_: is_own(name, kind),
    }
    context = MigrationContext.configure(connection, opts=options)
    with catch_warnings():
        filterwarnings("ignore", "autogenerate skipping|Skipped unsupported reflection")
        found = produce_migrations(context, Model.metadata)
    up, down = found.upgrade_ops, found.downgrade_ops
    if up is None or down is None:
        return None
    for name in special.keys() - index_names(connection):
        up.ops.append(CreateIndexOp.from_index(special[name]))
        down.ops.insert(0, DropIndexOp.from_index(special[name]))
    imports: set[str] = set()
    return None if up.is_empty() else Body(render(up, imports), render(down, imports), imports)


def expression_indexes(label: str, owner: dict[str, str]) -> dict[str, Index]:
    """An app's indexes on more than plain columns (descending, lower(…)), by name.

    SQLAlchemy reads them back from SQLite as others or not at all: they are compared by name.
    """
    tables = [table for name, table in Model.metadata.tables.items() if owner.get(name) == label]
    indexes = [index for table in tables for index in table.indexes]
    return {
        str(index.name): index
        for index in indexes
        if not all(isinstance(expression, Column) for expression in index.expressions)
    }


def index_names(connection: Connection) -> set[str]:
    """The names of all indexes of the scratch database."""
    query = "SELECT name FROM sqlite_master WHERE type = 'index'"
    return set(connection.exec_driver_sql(query).scalars())


def render(operations: UpgradeOps | DowngradeOps, imports: set[str]) -> str:
    """The operations as the body of a function; what they need is added to the imports."""
    contexts: list[AutogenContext] = []

    def own_type(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:
        contexts.append(context)
        module = type(item).__module__
        if kind != "type" or module.startswith("sqlalchemy."):
            return False
        context.imports.add(f"from {module} import {type(item).__name__}")
        return repr(item)

    code = render_python_code(operations, render_as_batch=True, render_item=own_type)
    imports.update(*(context.imports for context in contexts))
    return "\n".join(line for line in code.splitlines() if "# ###" not in line).rstrip()
