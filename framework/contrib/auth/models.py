"""AbstractUser: the columns that every site's user has.

A site defines its own `User(AbstractUser)` with a table name, from its first migration on, and
adds what it needs.
In   User(username="ann", email="ann@example.com")
Out  user.name = "ann", or first and last name when they are known
"""

from datetime import UTC, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from framework.contrib.auth.passwords import UNUSABLE, check_password, hash_password
from framework.mvc.model import Model


class AbstractUser(Model):
    """A person who can sign in."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(150), unique=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    first_name: Mapped[str] = mapped_column(String(150), default="")
    last_name: Mapped[str] = mapped_column(String(150), default="")
    password: Mapped[str] = mapped_column(String(255), default=UNUSABLE)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_staff: Mapped[bool] = mapped_column(default=False)
    is_superuser: Mapped[bool] = mapped_column(default=False)
    date_joined: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    last_login: Mapped[datetime | None]

    @property
    def is_authenticated(self) -> bool:
        """True: a row of this table is somebody."""
        return True

    @property
    def name(self) -> str:
        """First and last name; the username while they are unknown."""
        return f"{self.first_name} {self.last_name}".strip() or self.username

    def set_password(self, password: str) -> None:
        """Keeps the password's hash."""
        self.password = hash_password(password)

    def check_password(self, password: str) -> bool:
        """Whether this is the password."""
        return check_password(self.password, password)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.username}>"
