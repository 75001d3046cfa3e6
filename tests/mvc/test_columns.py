"""The same values on every database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Mapped, mapped_column

from framework.mvc.model import Model

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
KATHMANDU = timezone(timedelta(hours=5, minutes=45))


class Leaf(Model):
    __tablename__ = "columns_leaf"

    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(default=1)
    fell: Mapped[datetime | None]


@pytest.fixture
def leaves(database):
    """A database with the table of leaves."""
    Leaf.__table__.create(database.engine)
    return database


def kept(database, **values):
    """A leaf, saved and read again by another transaction."""
    with database.transaction() as db:
        db.add(leaf := Leaf(**values))
        db.flush()
        id = leaf.id
    with database.transaction() as db:
        return db.get(Leaf, id)


@pytest.mark.parametrize(
    "moment",
    [
        NOON,
        NOON.astimezone(KATHMANDU),
        datetime.min.replace(tzinfo=UTC),
        datetime(9999, 1, 1, tzinfo=UTC),
    ],
    ids=["noon", "far away", "the first", "far ahead"],
)
def test_a_moment_comes_back_the_same_and_in_utc(moment, leaves):
    fell = kept(leaves, fell=moment).fell
    assert (fell, fell.tzinfo) == (moment, UTC)


def test_no_moment_stays_none(leaves):
    assert kept(leaves).fell is None


def test_a_moment_without_a_zone_is_refused_with_the_cure(leaves):
    with pytest.raises(StatementError, match=r"has no time zone: use datetime\.now\(UTC\)"):
        kept(leaves, fell=NOON.replace(tzinfo=None))


def test_moments_of_different_zones_compare_by_time(leaves):
    kept(leaves, fell=NOON)
    later = (NOON - timedelta(hours=1)).astimezone(KATHMANDU)
    with leaves.transaction() as db:
        assert db.scalar(select(Leaf).where(Leaf.fell > later))
        assert not db.scalar(select(Leaf).where(Leaf.fell < later))


def test_a_number_may_be_as_large_as_an_address_can_name(leaves):
    assert kept(leaves, size=2**63 - 1).size == 2**63 - 1
    with leaves.transaction() as db:
        assert db.get(Leaf, 2**63 - 1) is None


def test_keys_are_numbered_by_the_database(leaves):
    assert kept(leaves).id < kept(leaves).id
