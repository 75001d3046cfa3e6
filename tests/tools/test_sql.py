from contextlib import closing

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from framework.mvc.model import Database
from framework.tools.client import count_sql

leaves = Table("leaf", MetaData(), Column("id", Integer, primary_key=True), Column("name", String))


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/leaves.db")
    leaves.create(database.engine)
    with database.transaction() as db:
        db.execute(insert(leaves), [{"id": 1, "name": "oak"}, {"id": 2, "name": "elm"}])
    yield database
    database.dispose()


def read(database, *ids):
    with closing(database.sessions()) as db:
        return [db.scalar(select(leaves.c.name).where(leaves.c.id == one)) for one in ids]


def test_statements_are_counted_with_their_parameters(database):
    with count_sql(database) as sql:
        assert read(database, 1) == ["oak"]
    assert len(sql) == 1
    assert sql.statements[0].startswith("SELECT")
    assert sql.parameters == [(1,)]
    assert list(sql) == sql.statements


def test_the_second_pool_is_counted_too(database):
    with count_sql(database) as sql, database.transaction() as db:
        db.execute(insert(leaves).values(id=3, name="ash"))
    assert [text.split()[0] for text in sql] == ["INSERT"]


def test_what_only_frames_a_transaction_is_not_counted(database):
    with count_sql(database) as sql, closing(database.sessions()) as db:
        with db.begin_nested():
            db.execute(insert(leaves).values(id=3, name="ash"))
        db.commit()
    assert [text.split()[0] for text in sql] == ["INSERT"]


def test_a_repeated_statement_is_named(database):
    with count_sql(database) as sql:
        read(database, 1, 2, 1)
    assert list(sql.repeated.values()) == [3]


def test_after_the_block_nothing_more_is_counted(database):
    with count_sql(database) as sql:
        read(database, 1)
    read(database, 2)
    assert len(sql) == 1


def test_counters_may_be_nested(database):
    with count_sql(database) as outer:
        read(database, 1)
        with count_sql(database) as inner:
            read(database, 2)
    assert (len(outer), len(inner)) == (2, 1)


def test_an_error_in_the_block_ends_the_counting(database):
    with pytest.raises(ZeroDivisionError), count_sql(database) as sql:
        raise ZeroDivisionError
    read(database, 1)
    assert len(sql) == 0


def test_the_repr_lists_the_statements_for_a_failing_assert(database):
    with count_sql(database) as sql:
        read(database, 1, 2)
    first, second, third = repr(sql).splitlines()
    assert first == "<2 statements"
    assert second.startswith("  1. SELECT leaf.name")
    assert third.endswith("(2,)>")
