"""The site's own User: in the first migration already, so that columns can be added later."""

from framework.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Somebody with an account here."""

    __tablename__ = "accounts_user"
