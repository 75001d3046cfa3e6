"""Tables: which app owns which, so that each app's migrations touch its own only.

In   Apps, and the migrations already written
Out  {"blog_posts": "blog", "blog_post_tags": "blog", "accounts_users": "accounts"}
An app owns the tables of its models, those of the many-to-many relations between them and those
that stand in its models module; where two apps see one table, the app that is wired first.
A table without a model belongs to the app whose migrations create it, so that it can be dropped.
Tables that plain SQL made, of a full-text index say, belong to nobody and are left alone.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Table, inspect
from sqlalchemy.orm import Mapper

from framework.mvc.apps import AppConfig, Apps


def owners(apps: Apps) -> dict[str, str]:
    """The label of the owning app for the name of each table."""
    found: dict[str, str] = {}
    for app in apps:
        for table in tables_of(app):
            found.setdefault(table.name, app.label)
    for app in apps:
        for name in created_in(app.path / "migrations"):
            found.setdefault(name, app.label)
    return found


def tables_of(app: AppConfig) -> Iterator[Table]:
    """The tables that an app's models module defines or uses."""
    for model in app.get_models():
        mapper: Mapper[object] = inspect(model)
        tables = [mapper.local_table, *(relation.secondary for relation in mapper.relationships)]
        yield from (table for table in tables if isinstance(table, Table))
    known = vars(app.models).values() if app.models else ()
    yield from (value for value in known if isinstance(value, Table))


def created_in(folder: Path) -> set[str]:
    """The names of the tables that the migrations in a folder create."""
    texts = (file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    return {name for text in texts for name in re.findall(r"create_table\(\s*['\"](\w+)", text)}
