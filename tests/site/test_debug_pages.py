"""Who sees the source of an error: the developer under `serve` on loopback, nobody else."""

from framework.tools.debug import explain
from settings import Settings
from wiring import make_application

PRODUCTION = {"site_env": "production", "secret_keys": ["k" * 32], "allowed_hosts": ["example.com"]}


def explains(tmp_path, **values):
    url = f"sqlite:///{tmp_path}/site.db"
    application = make_application(Settings(_env_file=None, database_url=url, **values))
    application.database.dispose()
    return application.errors._explain


def test_a_server_that_only_imports_the_application_shows_none(tmp_path):
    assert explains(tmp_path) is None


def test_the_serve_command_shows_them(tmp_path):
    assert explains(tmp_path, debug_pages=True) is explain


def test_production_shows_none_whatever_is_set(tmp_path):
    assert explains(tmp_path, debug_pages=True, **PRODUCTION) is None
