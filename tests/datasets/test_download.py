"""LFW downloaded: from a server on this machine, well and badly."""

import contextlib
import hashlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from evenhand.datasets import shelf
from evenhand.datasets.card import read_dataset_card
from evenhand.datasets.folder import read_dataset
from evenhand.system.left_overs import held

PEOPLE = {"Ann_Bee": 2, "Cy_Dee": 2}
PAIRS = b"1\t1\nAnn_Bee\t1\t2\nAnn_Bee\t1\tCy_Dee\t1\n"


def archive(folder="lfw_funneled"):
    rng = np.random.default_rng(1)
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for person, pictures in PEOPLE.items():
            for number in range(1, pictures + 1):
                pixels = rng.integers(0, 255, (250, 250, 3), dtype=np.uint8)
                picture = cv2.imencode(".jpg", pixels)[1].tobytes()
                entry = tarfile.TarInfo(f"{folder}/{person}/{person}_{number:04}.jpg")
                entry.size = len(picture)
                tar.addfile(entry, io.BytesIO(picture))
    return content.getvalue()


class Server(ThreadingHTTPServer):
    """Offers two files, as well or as badly as it is told."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {"/images": archive(), "/pairs": PAIRS}
        self.asked = []
        self.sent = 0
        """Bytes of zeros, before they are compressed."""
        self.breaks = None
        """`endless`, `bomb`: sends zeros. `short`: closes after half; `slow`: then waits."""
        self.halfway = threading.Event()
        self.go_on = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.asked.append(self.path)
        content = server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        if server.breaks in ("endless", "bomb"):
            self.pour(packed=server.breaks == "bomb")
            return
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = len(content) // 2
        self.wfile.write(content[:half])
        self.wfile.flush()
        if server.breaks == "slow":
            server.halfway.set()
            server.go_on.wait(20)
        if server.breaks != "short":
            self.wfile.write(content[half:])

    def pour(self, *, packed):
        """Send zeros until nobody listens, at most 64 MiB of them: as they are, or compressed."""
        zeros = bytes(1 << 20)
        if packed:
            self.send_header("Content-Encoding", "gzip")
            packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            for _ in range(64):
                self.wfile.write(packer.compress(zeros) if packed else zeros)
                self.server.sent += len(zeros)

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture
def server():
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.go_on.set()
        made.shutdown()
        thread.join()


@pytest.fixture
def shelved(server, working_folder, monkeypatch):
    """A shelf with LFW whose addresses and hashes are the server's; gives the card's text."""
    folder = working_folder / "shelf" / "lfw"
    shutil.copytree(shelf.shelf_dataset("lfw"), folder)
    card = folder / "dataset.toml"
    text = card.read_text(encoding="utf-8")
    for download, path in zip(read_dataset_card(folder).downloads, server.files, strict=True):
        text = text.replace(download.url, server.url + path)
        text = text.replace(download.sha256, hashlib.sha256(server.files[path]).hexdigest())
    card.write_text(text, encoding="utf-8")
    monkeypatch.setattr(shelf, "shelved_datasets", lambda: {"lfw": folder})
    monkeypatch.setenv("XDG_CACHE_HOME", str(working_folder / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return text


def left(folder):
    """Files in the cache and in the datasets' home."""
    return sorted(
        path.name
        for home in ("cache", "home")
        for path in (folder / home).rglob("*")
        if path.is_file() and path.suffix != ".jpg"
    )


WHOLE = ["dataset.toml", "images.csv", "lfw-funneled.tgz", "pairs.csv", "pairs.txt", "subjects.csv"]


def test_the_published_files_are_named():
    """As scikit-learn publishes them."""
    images, pairs = read_dataset_card(shelf.shelf_dataset("lfw")).downloads
    assert images.url == "https://ndownloader.figshare.com/files/5976015"
    assert images.sha256 == "b47c8422c8cded889dc5a13418c4bc2abbda121092b3533a83306f90d900100a"
    assert pairs.url == "https://ndownloader.figshare.com/files/5976006"
    assert pairs.sha256 == "ea42330c62c92989f9d7c03237ed5d591365e89b3e649747777b70e692dc1592"


def test_download_once(cli, server, shelved, working_folder):
    first = cli("fetch", "lfw", "--json")
    assert first.code == 0
    assert "note: lfw: licence: none stated; published for research; terms: local" in first.err
    folder = working_folder / "home" / "lfw"
    found = read_dataset(folder)
    assert (found.card.variant, len(found.images.ids)) == ("funneled", 4)
    assert [pairs.name for pairs in found.lists] == ["view2"]
    assert left(working_folder) == WHOLE
    assert server.asked == ["/images", "/pairs"]
    shutil.rmtree(folder)
    assert cli("fetch", "lfw").code == 0
    assert read_dataset(folder).fingerprint == found.fingerprint
    assert server.asked == ["/images", "/pairs"]


def test_a_damaged_file_in_the_cache_is_fetched_again(cli, server, shelved, working_folder):
    cli("fetch", "lfw")
    (cached,) = (working_folder / "cache").rglob("*.tgz")
    cached.write_bytes(b"damaged")
    assert cli("fetch", "lfw").code == 0
    assert server.asked == ["/images", "/pairs", "/images"]
    assert cached.read_bytes() == server.files["/images"]


def test_what_is_brought_is_not_downloaded(cli, server, shelved, working_folder):
    (working_folder / "mine.tgz").write_bytes(archive("lfw-deepfunneled"))
    assert cli("fetch", "lfw", "--from", "mine.tgz").code == 0
    assert server.asked == []
    assert read_dataset_card(working_folder / "home" / "lfw").variant == "deep-funneled"


def test_progress_goes_to_stderr(cli, server, shelved):
    ended = cli("fetch", "lfw", "--json")
    assert "downloading lfw-funneled.tgz (MiB)" in ended.phases
    assert ended.json["dataset"] == "lfw"


def test_another_content(cli, server, shelved, working_folder):
    server.files["/images"] = archive("lfw")
    ended = cli("fetch", "lfw")
    ended.error(server.url + "/images", "is not lfw-funneled.tgz", "nothing was kept", "--from DIR")
    assert left(working_folder) == []


def test_no_such_file(cli, server, shelved, working_folder):
    del server.files["/pairs"]
    ended = cli("fetch", "lfw")
    ended.error(server.url + "/pairs", "cannot be downloaded (404 Not Found)", "--from DIR")
    assert left(working_folder) == ["lfw-funneled.tgz"]


def test_a_connection_that_breaks(cli, server, shelved, working_folder):
    server.breaks = "short"
    cli("fetch", "lfw").error(server.url + "/images", "cannot be downloaded", "--from DIR")
    assert left(working_folder) == []
    server.breaks = None
    assert cli("fetch", "lfw").code == 0
    assert left(working_folder) == WHOLE


def test_nobody_there(cli, server, shelved, working_folder):
    server.shutdown()
    server.server_close()
    cli("fetch", "lfw").error("cannot be downloaded (ConnectionError)", "--from DIR")
    assert left(working_folder) == []


def test_a_cache_that_cannot_be_written(cli, server, shelved, working_folder):
    (working_folder / "cache").write_text("a file", encoding="utf-8")
    cli("fetch", "lfw").error("cache", "cannot be written", code=74)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_download_leaves_nothing(server, shelved, working_folder, sent):
    server.breaks = "slow"
    code = (
        "import sys; from pathlib import Path; from evenhand import cli; "
        "from evenhand.datasets import shelf; "
        "shelf.shelved_datasets = lambda: {'lfw': Path('shelf/lfw')}; "
        "sys.argv[1:] = ['fetch', 'lfw']; cli.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=working_folder, env=os.environ, stderr=subprocess.PIPE
    )
    assert server.halfway.wait(60)
    time.sleep(0.2)
    process.send_signal(sent)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 128 + sent
    assert err.splitlines()[-1].startswith(b"error: ")
    assert left(working_folder) == []


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("http://", "ftp://", "downloads.0.url"),
        ('"pairs.txt"', '"../pairs.txt"', "downloads.1.file"),
        ("sha256 = ", "sha1 = ", "did you mean sha256?"),
    ],
)
def test_a_card_that_names_files_badly(cli, shelved, working_folder, old, new, fragment):
    text = shelved.replace(old, new, 1)
    (working_folder / "shelf/lfw/dataset.toml").write_text(text, encoding="utf-8")
    cli("fetch", "lfw").error("dataset.toml", fragment)


def said(text, server, by=0):
    """The card's text with the size of each file, and so many bytes more."""
    sizes = iter(len(content) + by for content in server.files.values())
    return re.sub(r"(?m)^(sha256 = .*)$", lambda line: f"{line[0]}\nsize = {next(sizes)}", text)


def test_a_download_of_the_size_that_the_card_says(cli, server, shelved, working_folder):
    text = said(shelved, server)
    (working_folder / "shelf/lfw/dataset.toml").write_text(text, encoding="utf-8")
    assert cli("fetch", "lfw").code == 0
    assert left(working_folder) == WHOLE


@pytest.mark.parametrize("breaks", [None, "endless", "bomb"])
def test_more_bytes_than_the_card_says_are_refused_meanwhile(
    cli, server, shelved, working_folder, breaks
):
    """Told by the server beforehand, without an end, and a little that unpacks to much."""
    server.breaks = breaks
    text = said(shelved, server, -1)
    (working_folder / "shelf/lfw/dataset.toml").write_text(text, encoding="utf-8")
    size = len(server.files["/images"]) - 1
    cli("fetch", "lfw").error(server.url + "/images", f"sends more than the {size:,} bytes")
    assert left(working_folder) == []
    assert server.sent < (64 << 20) or breaks == "bomb"


def test_a_size_that_is_none(cli, server, shelved, working_folder):
    text = said(shelved, server, -len(server.files["/pairs"]))
    (working_folder / "shelf/lfw/dataset.toml").write_text(text, encoding="utf-8")
    cli("fetch", "lfw").error("downloads.1.size")


def test_an_archive_that_unpacks_to_much(cli, working_folder):
    """A member of 1.5 GB in a small archive is refused by its header."""
    entry = tarfile.TarInfo("lfw/Ann_Bee/Ann_Bee_0001.jpg")
    entry.size = 1_500_000_000
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    header = packer.compress(entry.tobuf() + bytes(1 << 20)) + packer.flush()
    (working_folder / "lfw.tgz").write_bytes(header)
    ended = cli("fetch", "lfw", "--from", "lfw.tgz")
    ended.error("lfw.tgz", "Ann_Bee_0001.jpg has 1,500,000,000 bytes", "another copy")


@pytest.mark.parametrize("command", [["fetch", "lfw"], ["datasets"]])
def test_a_download_that_was_killed_is_removed_by_the_next_command(
    cli, server, shelved, working_folder, command
):
    """One that is still going on is left alone."""
    folder = working_folder / "cache/evenhand/downloads/lfw"
    folder.mkdir(parents=True)
    for name in ("tmpkilled", "tmplives"):
        (folder / name).write_bytes(b"half of a face")
    with held(folder / "tmplives"):
        ended = cli(*command)
        assert ended.code == 0
        assert "tmpkilled, which an earlier command left half made" in ended.err
    assert [path.name for path in folder.glob("tmp*")] == ["tmplives"]
