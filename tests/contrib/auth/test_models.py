import pytest
from sqlalchemy.exc import IntegrityError

from accounts.models import User
from framework.contrib.auth.models import AbstractUser
from framework.mvc.model import Database, Model


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    Model.metadata.create_all(database.engine, [User.__table__])
    yield database
    database.dispose()


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("", "", "ann"), ("Ann", "", "Ann"), ("", "Lee", "Lee"), ("Ann", "Lee", "Ann Lee")],
)
def test_a_name_is_the_full_one_when_it_is_known(first, last, name):
    assert User(username="ann", first_name=first, last_name=last).name == name


def test_a_new_user_is_active_joined_now_and_cannot_sign_in_yet(database):
    with database.transaction() as db:
        db.add(user := User(username="ann"))
        db.flush()
        assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
        assert (user.last_login, user.date_joined.utcoffset().seconds) == (None, 0)
        assert not user.check_password("")


def test_a_password_is_set_as_a_hash():
    user = User(username="ann")
    user.set_password("see-through-1")
    assert user.password != "see-through-1"
    assert user.check_password("see-through-1")
    assert not user.check_password("see-through-2")


def test_a_username_is_taken_once(database):
    with database.transaction() as db:
        db.add(User(username="ann"))
    with pytest.raises(IntegrityError), database.transaction() as db:
        db.add(User(username="ann"))


def test_a_row_is_somebody():
    assert User(username="ann").is_authenticated


def test_a_user_in_a_log_shows_a_name_and_no_secret():
    assert repr(User(username="ann", password="scrypt:…")) == "<User ann>"


def test_the_abstract_user_has_no_table_of_its_own():
    assert not hasattr(AbstractUser, "__table__")
