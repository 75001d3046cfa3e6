"""Passwords: kept as a slow, salted hash that says how it was made.

RFC 7914 (scrypt), by Werkzeug, its door.
In   hash_password("see-through-1")
Out  "scrypt:32768:8:1$salt$…"; check_password(hash, "see-through-1") = True
"""

from werkzeug.security import check_password_hash, generate_password_hash

UNUSABLE = "!"
MAX_LENGTH = 1024  # a longer one would only keep the processor busy


def hash_password(password: str) -> str:
    """The hash to keep; ValueError above 1,024 characters."""
    if len(password) > MAX_LENGTH:
        raise ValueError(f"a password has at most {MAX_LENGTH} characters")
    return generate_password_hash(password)


def check_password(hashed: str, password: str) -> bool:
    """Whether the hash was made from this password."""
    if hashed.startswith(UNUSABLE) or len(password) > MAX_LENGTH:
        return False
    try:
        return check_password_hash(hashed, password)
    except ValueError:  # a hash of a kind that Werkzeug does not know
        return False
