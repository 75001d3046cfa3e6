"""Migration text: the Python file that one migration is.

In   the app's label, the file's name, the migration before, the other apps' it needs, two bodies
Out  the text of <app>/migrations/0002_slug.py, ready to be read, changed and committed
The revision is "blog_0002": label and number, so that a log line says where to look.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

TEMPLATE = '''"""{title}."""

{imports}

revision = {revision!r}
down_revision = {before!r}
branch_labels = {branch!r}
depends_on = {needed!r}


def upgrade() -> None:
    """Brings the tables up to this migration."""
{upgrade}


def downgrade() -> None:
    """Takes this migration back."""
{downgrade}
'''


@dataclass
class Body:
    """What a migration does, as the indented lines of its two functions."""

    upgrade: str = "    pass"
    downgrade: str = "    pass"
    imports: set[str] = field(default_factory=set)


def migration_text(
    label: str, name: str, before: str | None, needed: Sequence[str], body: Body
) -> str:
    """The whole file. The first migration of an app opens its branch."""
    number, _, words = name.partition("_")
    foreign = {"import sqlalchemy as sa", "from alembic import op"}
    foreign |= {line for line in body.imports if line.startswith("from sqlalchemy")}
    blocks = (foreign, body.imports - foreign)
    return TEMPLATE.format(
        title=f"{label.capitalize()} {number}: {words.replace('_', ' ')}",
        imports="\n\n".join("\n".join(sorted(block, key=in_order)) for block in blocks if block),
        revision=f"{label}_{number}",
        before=before,
        branch=None if before else (label,),
        needed=tuple(needed) or None,
        upgrade=body.upgrade,
        downgrade=body.downgrade,
    )


def in_order(line: str) -> tuple[bool, str]:
    """`import x` before `from x import y`, as ruff wants them."""
    return line.startswith("from"), line
