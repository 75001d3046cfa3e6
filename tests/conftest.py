"""What all tests share: the databases they run on, and the rule for services that are away.

    def test_both(database_url)       runs on a new SQLite file and on an empty PostgreSQL database
    def test_one(postgres_url)        on PostgreSQL only
    is_linear(function, make)         whether t(4n) / t(n) < 6 at n = 64 kB

TEST_POSTGRES_URL names another server. A service that is away skips its tests with a sentence;
with REQUIRE_SERVICES=1, as in CI, it fails them.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
import timeit
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

# A shell that starts us in the background leaves Ctrl-C ignored, and our children would inherit it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
LINEAR = 6  # a linear function takes 4 times as long for 4n, a quadratic one 16 times
BYTES = 64 * 1024
# The processor's time of this thread, so that a busy machine is not taken for a slow parser.
IS_FINE = time.get_clock_info("thread_time").resolution < 1e-6
CLOCK = time.thread_time if IS_FINE else time.perf_counter
OTHERS = "datname = current_database() AND pid <> pg_backend_pid()"
RESET = (
    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OTHERS}",
    "DROP SCHEMA public CASCADE",
    "CREATE SCHEMA public",
)


@pytest.fixture(scope="session")
def require_service() -> Callable[[bool, str], None]:
    """`require_service(there, sentence)` skips, or fails under REQUIRE_SERVICES=1, if not there."""

    def require(there: object, sentence: str) -> None:
        if there:
            return
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)

    return require


def execute(url: URL, *statements: str) -> None:
    """Runs statements one by one, each committed at once."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def postgres_database(require_service: Callable[[bool, str], None]) -> Iterator[URL]:
    """A database of this process's own on the PostgreSQL server, dropped at the end."""
    server = make_url(os.environ.get("TEST_POSTGRES_URL", POSTGRES))
    name = f"glasshouse_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    problem = ""
    try:
        execute(server, f"CREATE DATABASE {name} TEMPLATE template0")
    except (ImportError, NoSuchModuleError, DBAPIError) as error:
        problem = str(error).splitlines()[0]
    require_service(not problem, f"PostgreSQL is not at {server}: {problem}")
    yield server.set(database=name)
    execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_database: URL) -> str:
    """An empty PostgreSQL database, for SQLAlchemy."""
    execute(postgres_database, *RESET)
    return postgres_database.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.services)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(scope="session")
def find_port() -> Callable[[], int]:
    """`find_port()` is a loopback port on which nobody listens just now."""

    def find() -> int:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
            return port

    return find


@pytest.fixture
def free_port(find_port: Callable[[], int]) -> int:
    """One such port."""
    return find_port()


class Process(subprocess.Popen[bytes]):
    """A server that a test started, in a process group of its own."""

    def __init__(self, words: Sequence[str], folder: Path, output: Path, **more: Any) -> None:
        self.output = output
        with output.open("wb") as file:
            super().__init__(
                words, cwd=folder, stdout=file, stderr=file, start_new_session=True, **more
            )

    def printed(self) -> str:
        """All that it has printed so far."""
        return self.output.read_text("utf-8", "replace")

    def press_control_c(self) -> int:
        """SIGINT for the whole group, as a terminal sends it; the exit status."""
        os.killpg(self.pid, signal.SIGINT)
        return self.wait(timeout=20)

    def end(self) -> None:
        """Ends what still runs of the group."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.terminate()
            self.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()


@pytest.fixture(scope="module")
def run_server(tmp_path_factory: pytest.TempPathFactory, until: Any) -> Iterator[Any]:
    """`run_server(words, port, folder)` starts a process and waits until it listens."""
    started: list[Process] = []

    def start(
        words: Sequence[str], port: int, folder: Path, host: str = "127.0.0.1", **more: str
    ) -> Process:
        scratch = tmp_path_factory.mktemp("server")
        # gunicorn keeps a control socket in the home folder
        home = {"HOME": str(scratch), "XDG_RUNTIME_DIR": str(scratch), "PYTHONPATH": str(ROOT)}
        environ = os.environ | home | more
        process = Process(words, folder, scratch / "output", env=environ)
        started.append(process)

        def listens() -> bool:
            assert process.poll() is None, process.printed()
            with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=5):
                return True
            return False

        until(listens)
        return process

    yield start
    for process in started:
        process.end()


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], bool]], None]:
    """`until(condition)` waits until it holds, for half a minute at most."""

    def wait(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < end, "waited for half a minute"
            time.sleep(0.02)

    return wait


@pytest.fixture(scope="session")
def is_linear() -> Callable[..., bool]:
    """A stop watch for parsers: `make(size)` gives the function's argument."""

    def best(function: Callable[[Any], object], argument: Any) -> float:
        return min(timeit.repeat(lambda: function(argument), number=1, repeat=4, timer=CLOCK))

    def measure(
        function: Callable[[Any], object], make: Callable[[int], Any], size: int = BYTES
    ) -> bool:
        small, large = make(size), make(4 * size)
        return any(best(function, large) < LINEAR * best(function, small) for _ in range(6))

    return measure
