import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

import settings as module
from settings import Settings, own_key

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("SITE_ENV", "SECRET_KEYS", "ALLOWED_HOSTS", "DATABASE_URL", "TIME_ZONE", "HSTS_SECONDS")
KEY = "5f3e0a9c71d24b6ea8"


@pytest.fixture
def read(monkeypatch, tmp_path):
    """`read(SITE_ENV="production")`: the settings that this environment gives."""
    monkeypatch.setattr(module, "VAR", tmp_path / "var")

    def settings(env_file=None, **environ):
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        return Settings(_env_file=env_file)

    return settings


# Development


def test_without_configuration_the_site_is_in_development_on_this_machine_only(read, tmp_path):
    settings = read()
    assert settings.development
    assert settings.allowed_hosts == ["localhost", "127.0.0.1", "[::1]"]
    assert settings.database_url.endswith("var/site.db")
    assert settings.secret_keys == [(tmp_path / "var/secret_key").read_text()]


def test_what_is_set_counts(read):
    hosts = '["glass.example", ".glass.test"]'
    settings = read(SECRET_KEYS=f'["{KEY}"]', ALLOWED_HOSTS=hosts, TIME_ZONE="Europe/Vienna")
    assert settings.secret_keys == [KEY]
    assert settings.allowed_hosts == ["glass.example", ".glass.test"]
    assert settings.zone.key == "Europe/Vienna"


def test_a_file_may_hold_it_too_and_the_environment_wins(read, tmp_path):
    (tmp_path / ".env").write_text('TIME_ZONE=Europe/Vienna\nHSTS_SECONDS=60\nOTHER="ignored"\n')
    settings = read(tmp_path / ".env", TIME_ZONE="Asia/Tokyo")
    assert (settings.time_zone, settings.hsts_seconds) == ("Asia/Tokyo", 60)


# Production


def refusal(read, **environ):
    with pytest.raises((ValidationError, SettingsError)) as caught:
        read(**environ)
    return str(caught.value)


def test_production_refuses_to_start_without_its_secrets_and_hosts_and_names_both(read, tmp_path):
    text = refusal(read, SITE_ENV="production")
    assert "SECRET_KEYS is not set: SECRET_KEYS='[\"" in text
    assert "ALLOWED_HOSTS is not set: ALLOWED_HOSTS='[\"example.com\"]'" in text
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"SECRET_KEYS": f'["{KEY}"]'}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": '["glass.example"]'}, "SECRET_KEYS"),
        ({"SECRET_KEYS": "[]", "ALLOWED_HOSTS": '["glass.example"]'}, "SECRET_KEYS"),
    ],
)
def test_one_alone_is_not_enough(environ, named, read):
    text = refusal(read, SITE_ENV="production", **environ)
    assert f"{named} is not set" in text
    assert text.count("is not set") == 1


def test_with_both_it_starts(read):
    environ = {"SECRET_KEYS": f'["{KEY}"]', "ALLOWED_HOSTS": '["glass.example"]'}
    settings = read(SITE_ENV="production", **environ)
    assert not settings.development
    assert settings.allowed_hosts == ["glass.example"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_ENV", "live"),
        ("HSTS_SECONDS", "long"),
        ("SECRET_KEYS", KEY),
        ("ALLOWED_HOSTS", "a,b"),
    ],
)
def test_what_cannot_be_read_is_named(name, value, read):
    assert name.lower() in refusal(read, **{name: value})


def test_no_error_shows_the_keys(read):
    text = refusal(read, SITE_ENV="production", SECRET_KEYS=f'["{KEY}"]', HSTS_SECONDS="long")
    assert "hsts_seconds" in text
    assert KEY not in text


def test_unhidden_it_would(read, monkeypatch):
    monkeypatch.setitem(Settings.model_config, "hide_input_in_errors", False)
    Settings.model_rebuild(force=True)
    text = refusal(read, SITE_ENV="production", SECRET_KEYS=f'["{KEY}"]')
    monkeypatch.undo()
    Settings.model_rebuild(force=True)
    assert KEY[-6:] in text


@pytest.mark.parametrize("keys", [[""], ["short"]])
def test_a_weak_key_is_refused_when_the_site_is_built(keys, make_site, tmp_path):
    with pytest.raises(ValueError, match="keys of 16 characters up"):
        make_site(f"sqlite:///{tmp_path}/site.db", secret_keys=keys)


needs_modes = pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")


@needs_modes
@pytest.mark.parametrize("kind", ["development", "production"])
def test_what_is_written_at_run_time_is_for_the_owner_only(kind, read, tmp_path):
    read(SITE_ENV=kind, SECRET_KEYS=f'["{KEY}"]', ALLOWED_HOSTS='["glass.example"]')
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_a_server_that_finds_no_application_says_which_and_how(tmp_path):
    command = [sys.executable, "-c", "import serve"]
    environ = os.environ | {"SITE_ENV": "production", "SECRET_KEYS": "[]", "ALLOWED_HOSTS": "[]"}
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "SECRET_KEYS is not set" in done.stderr
    assert "ALLOWED_HOSTS is not set" in done.stderr


# The key of a checkout


@needs_modes
def test_the_key_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "secret_key"
    first = own_key(path)
    assert len(first) >= 43
    assert own_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_process_that_comes_while_it_is_written_waits_for_it(tmp_path):
    path = tmp_path / "secret_key"
    path.touch()
    writing = threading.Timer(0.1, path.write_text, [KEY])
    writing.start()
    assert own_key(path) == KEY
    writing.join()


def test_without_waiting_it_would_have_an_empty_key(tmp_path, monkeypatch):
    path = tmp_path / "secret_key"
    path.touch()
    monkeypatch.setattr(module, "KEY_TRIES", 1)
    with pytest.raises(RuntimeError, match=r"secret_key is empty: delete it"):
        own_key(path)


def test_processes_that_start_at_once_share_it(tmp_path):
    code = (
        "import sys, settings; from pathlib import Path; print(settings.own_key(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "secret_key")]
    environ = os.environ | {"PYTHONPATH": str(ROOT / "site")}
    started = [subprocess.Popen(command, env=environ, stdout=subprocess.PIPE) for _ in range(4)]
    keys = {process.communicate(timeout=60)[0].strip() for process in started}
    assert len(keys) == 1
    assert len(keys.pop()) >= 43
