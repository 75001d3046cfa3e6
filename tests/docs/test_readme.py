import ast
import re
import sys
from pathlib import Path

from framework.tools.client import Client

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
STOP = re.compile(r"[Ss]tops? (\d)(?: and (\d))? of 9")


def section(heading):
    return re.split(r"^## ", README.partition(f"## {heading}\n")[2], flags=re.MULTILINE)[0]


def test_it_has_at_most_a_hundred_lines():
    assert len(README.splitlines()) <= 100


def test_a_picture_of_the_site_is_on_the_first_screen():
    first_lines = README.splitlines()[:10]
    assert any(line.startswith("![") and "docs/pictures/" in line for line in first_lines)


def test_each_link_leads_to_a_file(links):
    assert [target for target in links(README) if not (ROOT / target).exists()] == []


def test_the_smallest_site_has_ten_lines_and_escapes_a_name(blocks):
    (code,) = blocks(section("The smallest site"), "python")
    assert len(code.splitlines()) <= 10
    names: dict[str, object] = {}
    exec(code, names)
    response = Client(names["application"]).get("/hello/%3Cb%3EAnn")
    assert response.text == "<h1>Hello, &lt;b&gt;Ann</h1>"


def test_make_serve_prints_what_it_says(blocks, run_server, free_port, until, tmp_path):
    said = next(b for b in blocks(README, "console") if b.startswith("$ make serve"))
    installing, serving = said.splitlines()[1:3], said.splitlines()[3:-1]
    command = [sys.executable, "serve.py", "serve", "--prepare", "--port", str(free_port)]
    database = f"sqlite:///{tmp_path}/site.db"
    process = run_server(command, free_port, ROOT, DATABASE_URL=database)
    until(lambda: "Ctrl-C" in process.printed())
    assert process.printed().replace(str(free_port), "8000").splitlines() == serving
    front_door = (ROOT / "serve.py").read_text("utf-8")
    assert [line.split()[0] in front_door for line in installing] == [True, True]
    assert installing[1] in front_door


def test_the_floor_plan_names_every_room_and_folder():
    plan = section("Floor plan")
    rooms = set(re.findall(r"^[├└]── (\w+)/", plan, re.MULTILINE))
    assert rooms == {path.parent.name for path in (ROOT / "framework").glob("*/__init__.py")}
    apps = set(re.findall(r"(\w+)/", plan.partition("the apps:")[2].splitlines()[0]))
    assert apps == {path.parent.name for path in (ROOT / "site").glob("*/__init__.py")}
    assert all((ROOT / name).is_dir() for name in re.findall(r"^(\w+)/", plan, re.MULTILINE))


def test_the_nine_stops_are_those_of_the_docstrings():
    rows = re.findall(r"^\| (\d) \| (.*?) \|", section("The way of a request"), re.MULTILINE)
    assert [number for number, _ in rows] == list("123456789")
    for number, where in rows:
        file = re.search(r"\]\((.*?)\)", where)[1]
        plate = ast.get_docstring(ast.parse((ROOT / file).read_text("utf-8")))
        assert number in {n for pair in STOP.findall(plate) for n in pair}, f"{number}: {file}"


def test_the_reading_order_is_the_reading_path(links, reading_path):
    (line,) = (line for line in README.splitlines() if line.startswith("**Read the code in"))
    assert tuple(links(line)) == reading_path
