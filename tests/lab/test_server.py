"""The server: who may ask, what is refused in one line, visitors apart from each other, the end."""

import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from spikingnn.cli import main
from spikingnn.lab import Lab, show
from spikingnn.lab.remarks import warnings_to_pages
from spikingnn.lab.server import LARGEST_UPLOAD, STATIC
from spikingnn.lab.token import kept_token


@contextmanager
def running(lab):
    thread = threading.Thread(target=lambda: lab.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield lab
    finally:
        lab.shutdown()
        lab.server_close()
        thread.join()


@pytest.fixture(scope="module")
def lab():
    with running(Lab(port=0)) as server:
        yield server


def ask(lab, path, body=None, method=None, prefix=None, **headers):
    """(status, what the answer holds) of one question on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", lab.server_address[1], timeout=60)
    try:
        body = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        prefix = f"/{lab.token}/" if prefix is None else prefix
        connection.request(method or ("GET" if body is None else "POST"), prefix + path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        is_json = answer.headers["Content-Type"].startswith("application/json")
        return answer.status, json.loads(content) if is_json else content.decode()
    finally:
        connection.close()


def run(lab, scene="lif", **values):
    return ask(lab, "run", {"scene": scene, "values": values})[1]


# --- the page -----------------------------------------------------------------------------------------------

def test_the_page_needs_no_network(lab):
    assert set(STATIC) >= {"index.html", "lab.js", "plot.js", "controls.js", "lab.css"}
    for content in STATIC.values():
        assert not re.search(rb"https?://|//[a-z]+\.[a-z]+/", content)
    status, page = ask(lab, "")
    assert status == 200 and "spikingnn lab" in page


def test_scenes_are_described(lab):
    scenes = {scene["name"]: scene for scene in ask(lab, "scenes")[1]}
    current = scenes["lif"]["parameters"]["current"]
    assert current["unit"] == "nA" and current["high"] == 4.0 and current["default"] == 1.8
    assert scenes["balanced"]["live"] and not scenes["lif"]["live"]


def test_a_picture_says_to_which_values_it_belongs(lab):
    answer = run(lab, current=2.5)
    assert answer["values"]["current"] == 2.5 and answer["notes"] == [] and answer["picture"]
    assert answer["picture"] != run(lab, current=2.6)["picture"]
    assert answer["picture"] == run(lab, current=2.5)["picture"]


# --- who may ask --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("headers", [
    {"Host": "evil.example"}, {"Host": "127.0.0.1:1"}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_other_pages_are_refused(lab, headers):
    status, answer = ask(lab, "run", {"scene": "lif"}, **headers)
    assert status == 403 and "\n" not in answer["error"]


def test_its_own_page_is_answered(lab):
    port = lab.server_address[1]
    for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
        assert ask(lab, "scenes", Host=host, Origin=f"http://{host}")[0] == 200


@pytest.mark.parametrize("prefix", ["/", "/wrong/", "/../"])
def test_the_token_is_needed(lab, prefix):
    status, answer = ask(lab, "scenes", prefix=prefix)
    assert status == 403 and "token" in answer["error"]


@pytest.mark.parametrize("path", ["../server.py", "%2e%2e/server.py", "lab.css/", "nothing.js"])
def test_only_its_own_files_are_served(lab, path):
    assert ask(lab, path)[0] == 404


def test_it_listens_on_the_loopback_alone():
    with Lab(port=0) as lab:
        assert lab.server_address[0] == "127.0.0.1" and lab.is_local


# --- bad input ----------------------------------------------------------------------------------------------

def test_values_are_clamped_and_it_is_said(lab):
    answer = run(lab, current=1e9, tau_m="x", seed=-5)
    assert (answer["values"]["current"], answer["values"]["tau_m"], answer["values"]["seed"]) == (4.0, 20.0,
                                                                                                  0)
    assert len(answer["notes"]) == 3


@pytest.mark.parametrize("body, status", [(b"{", 400), (b"[1]", 400), (b"\xff", 400), (b"[" * 100_000, 400)])
def test_what_is_no_question_is_refused(lab, body, status):
    found, answer = ask(lab, "run", body)
    assert found == status and "\n" not in answer["error"]


@pytest.mark.parametrize("question", [{}, {"scene": "life"}, {"scene": 7}, {"scene": ["lif"]},
                                      {"scene": None}])
def test_a_wrong_scene_lists_the_right_ones(lab, question):
    assert "'lif'" in ask(lab, "run", question)[1]["error"]


@pytest.mark.parametrize("values", [None, 7, [1], "x", {"current": {"a": 1}}, {"current": [1]}, {"": 1}])
def test_odd_values_give_a_picture(lab, values):
    assert ask(lab, "run", {"scene": "lif", "values": values})[1]["picture"]


@pytest.mark.parametrize("advance", [None, "x", -5, 1e300, [1], float("nan")])
def test_odd_durations_do_no_harm(lab, advance):
    answer = ask(lab, "live", {"scene": "balanced", "session": "odd", "advance": advance})[1]
    assert answer["t"] >= 0 and answer["milliseconds"] < 5000


def test_equations_that_do_not_parse(lab):
    answer = run(lab, "equations", text="dv/dt = -v/(20\nx = 1")
    assert "dv/dt = -v/(20" in answer["error"]


def test_warnings_of_the_package_are_notes_on_the_page(lab):
    with warnings_to_pages():
        answer = run(lab, "equations", text="dv/dt = (-65*mV - v + 10*I)/(20*ms)", reset="v = -65",
                     initial="zero")
    assert any("dimensions" in note for note in answer["notes"]) and answer["picture"]


def test_a_huge_upload_is_refused_before_it_is_read(lab):
    begin = time.monotonic()
    with socket.create_connection(lab.server_address, timeout=10) as connection:
        head = (f"POST /{lab.token}/upload?scene=hopfield&parameter=cue HTTP/1.1\r\nHost: 127.0.0.1:"
                f"{lab.server_address[1]}\r\nContent-Length: {200 * 2**20}\r\n\r\n")
        connection.sendall(head.encode() + b"x" * 1000)
        answer = connection.makefile().read()
    assert " 413 " in answer and "200 MB are too much" in answer and time.monotonic() - begin < 2
    assert LARGEST_UPLOAD < 200 * 2**20


@pytest.mark.parametrize("length", ["", "-1", "many"])
def test_a_length_that_is_none_is_refused(lab, length):
    with socket.create_connection(lab.server_address, timeout=10) as connection:
        connection.sendall(f"POST /{lab.token}/run HTTP/1.1\r\nHost: 127.0.0.1:{lab.server_address[1]}\r\n"
                           f"Content-Length: {length}\r\n\r\n".encode())
        assert re.match(r"HTTP/1.1 41[13] ", connection.recv(4096).decode())


@pytest.mark.parametrize("body", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken", b"%PDF-1.4"])
def test_an_upload_that_is_no_picture(lab, body):
    error = ask(lab, "upload?scene=hopfield&parameter=cue", body, method="POST")[1]["error"]
    assert error.startswith("your file") and "picture" in error and "\n" not in error


def test_an_upload_becomes_the_digits_of_a_drawing(lab):
    from PIL import Image
    picture = Image.new("L", (64, 48), 255)
    opened = io.BytesIO()
    picture.save(opened, "PNG")
    value = ask(lab, "upload?scene=hopfield&parameter=cue", opened.getvalue())[1]["value"]
    assert value == "ff" * 32 * 32
    assert run(lab, "hopfield", cue=value)["values"]["cue"] == value
    assert ask(lab, "upload?scene=lif&parameter=current", opened.getvalue())[0] == 400


# --- visitors -----------------------------------------------------------------------------------------------

def live(lab, session, advance, **values):
    return ask(lab, "live", {"scene": "ring", "session": session, "advance": advance, "values": values})[1]


def test_visitors_do_not_disturb_each_other(lab):
    alone = live(lab, "alone", 200, seed=1)["picture"]
    first = live(lab, "first", 100, seed=1)
    live(lab, "second", 300, seed=2, push=90)
    again = live(lab, "first", 100, seed=1)
    assert (first["t"], again["t"]) == (100.0, 200.0) and again["picture"] == alone
    for name in ("alone", "first", "second"):
        ask(lab, "leave", {"session": name})


def test_visitors_at_the_same_time(lab):
    """Sixteen at once, settled and live: each gets their own picture."""
    expected = {current: run(lab, current=current)["picture"] for current in (1.6, 1.8, 2.0, 2.2)}
    found, threads = [], []

    def visit(k):
        current = (1.6, 1.8, 2.0, 2.2)[k % 4]
        found.append(run(lab, current=current)["picture"] == expected[current])
        found.append(0.0 < live(lab, f"many {k}", 100)["t"] <= 100.0)
        ask(lab, "leave", {"session": f"many {k}"})
    for k in range(16):
        threads.append(threading.Thread(target=visit, args=(k,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert found == [True] * 32


def test_who_leaves_leaves_nothing(lab):
    live(lab, "short visit", 50)
    before, threads = len(lab.sessions), threading.active_count()
    connection = http.client.HTTPConnection("127.0.0.1", lab.server_address[1])
    body = json.dumps({"scene": "ring", "session": "short visit", "advance": 10_000})
    connection.request("POST", f"/{lab.token}/live", body)
    connection.close()                                          # in the middle of a run
    ask(lab, "leave", {"session": "short visit"})
    assert len(lab.sessions) == before - 1
    end = time.monotonic() + 10
    while threading.active_count() > threads and time.monotonic() < end:
        time.sleep(0.02)
    assert threading.active_count() <= threads


def test_old_sessions_are_forgotten(lab, monkeypatch):
    monkeypatch.setattr("spikingnn.lab.sessions.MOST_SESSIONS", 3)
    for k in range(6):
        live(lab, f"crowd {k}", 10)
    assert len(lab.sessions) <= 3
    monkeypatch.setattr("spikingnn.lab.sessions.IDLE", -1.0)
    live(lab, "last", 10)
    assert len(lab.sessions) == 1
    assert live(lab, "crowd 5", 10)["t"] == 10.0                # who comes back begins anew


def test_the_script_of_a_running_network_repeats_its_changes(lab):
    live(lab, "copied", 100)
    live(lab, "copied", 50, push=90)
    script = ask(lab, "script", {"scene": "ring", "session": "copied", "values": {"push": 90}})[1]["script"]
    assert script.count("\nadvance(") == 2 and "push=90.0" in script


# --- the command --------------------------------------------------------------------------------------------

def test_a_second_lab_on_one_port_says_what_to_do(lab, capsys):
    port = lab.server_address[1]
    assert main(["lab", "--no-browser", "--port", str(port)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and f"--port {port + 1}" in error


def test_scenes_are_listed(capsys):
    assert main(["lab", "--list"]) == 0
    assert re.search(r"^ring +Ring attractor", capsys.readouterr().out, re.MULTILINE)


def test_a_wrong_scene_is_refused(capsys):
    assert main(["lab", "--scene", "rnig"]) == 2
    assert "did you mean 'ring'?" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_it_prints_its_address_and_ends_at_once(tmp_path):
    hidden = {"DISPLAY", "WAYLAND_DISPLAY"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-m", "spikingnn", "lab", "--port", "0", "--scene", "alif&current=2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               cwd=tmp_path, env=environment | {"XDG_CACHE_HOME": str(tmp_path)})
    address = process.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{12,}/#scene=alif&current=2", address)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    begin = time.monotonic()
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0 and time.monotonic() - begin < 3
    assert "Traceback" not in said and "has ended" in said
    if sys.platform.startswith("linux"):
        assert "no display" in said


def test_the_token_is_kept_for_the_user_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    token = kept_token()
    assert kept_token() == token and len(token) >= 12
    if os.name != "nt":
        assert (tmp_path / "spikingnn" / "lab-token").stat().st_mode & 0o077 == 0
    (tmp_path / "spikingnn" / "lab-token").write_text("../x")
    assert re.fullmatch(r"[\w-]{12,}", kept_token())


def test_a_token_without_a_folder(tmp_path, monkeypatch):
    Path(tmp_path, "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert kept_token() != kept_token()


def test_a_notebook_shows_a_frame():
    frame = show("adex", current=0.3)
    page = frame._repr_html_()
    assert 'src="http://127.0.0.1:' in page and "#scene=adex&amp;current=0.3" in page
    assert show("lif").address.split("#")[0] == frame.address.split("#")[0]
    with pytest.raises(ValueError, match="'lif'"):
        show("life")
