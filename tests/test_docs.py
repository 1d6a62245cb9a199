"""What the pages show, works: every ```python block is run, every ```js block is a module, every link has an end.

The blocks of one page share a namespace and run in order, in a folder of their own that holds the page's named files
(`<!-- file: frontends/x.js -->` above a block). `<!-- runs: e2e -->` above a block says that it serves for ever: it is compiled here, and
run in front of a browser by tests/e2e (test_docs.py there, and test_page.py for the README's first). `<!-- runs: jupyter -->` says that
it is a notebook's cell: tests/jupyter/test_docs.py runs it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from objectsync import current
from objectsync.limits import Limits

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*.md")])
BLOCK = re.compile(r"^(?:<!-- (?P<key>\w+): (?P<note>[^>]*?) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block, and where it stands."""

    page: Path
    line: int
    language: str
    text: str
    key: str
    note: str

    @property
    def serves(self) -> bool:
        return (self.key, self.note) == ("runs", "e2e")

    @property
    def is_cell(self) -> bool:
        return (self.key, self.note) == ("runs", "jupyter")

    def compile(self) -> Any:
        """Its code, with the page's line numbers, so that a traceback points there."""
        return compile("\n" * self.line + self.text, str(self.page), "exec")


def blocks(page: Path, *languages: str) -> list[Block]:
    """The blocks of a page that are in one of these languages."""
    text = page.read_text()
    found = []
    for match in BLOCK.finditer(text):
        if match["language"] in languages:
            line = text[: match.start("text")].count("\n")
            found.append(Block(page, line, match["language"], match["text"], match["key"] or "", match["note"] or ""))
    return found


def write_files(page: Path, folder: Path) -> None:
    """Write the files that a page names."""
    (folder / "frontends").mkdir()
    for block in blocks(page, "js", "ts", "css", "html"):
        if block.key == "file":
            (folder / block.note).write_text(block.text)


def page_ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(autouse=True)
def _leave_no_server() -> Any:
    """Constructors of other tests must not land in a page's server."""
    before = current._newest
    yield
    current.set_newest(before)
    assert not [thread for thread in threading.enumerate() if thread.name == "objectsync-server"], "a block left a server listening"


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=page_ids)
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(page, tmp_path)
    programs = [(block.compile(), block.serves) for block in blocks(page, "python") if not block.is_cell]
    namespace: dict[str, Any] = {"__name__": "page"}

    def run() -> None:
        for code, serves in programs:
            if not serves:
                exec(code, namespace)

    # In a thread of its own: a page may say asyncio.run(…), which the loop of a browser test before it would refuse.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(run).result()


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "js")], ids=page_ids)
def test_javascript_blocks_are_modules(page: Path, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    for number, block in enumerate(blocks(page, "js")):
        file = tmp_path / f"{number}.mjs"
        file.write_text(block.text)
        checked = subprocess.run([node, "--check", str(file)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, f"{page.name}:{block.line}\n{checked.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=page_ids)
def test_links_have_an_end(page: Path) -> None:
    for target, fragment in LINK.findall(re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)):
        file = (page.parent / target).resolve() if target else page
        assert file.exists() or "docs/images" in str(file), f"{page.name} points at {target}, which is not there"
        if fragment:
            assert fragment in anchors(file), f"{page.name} points at {target}#{fragment}, which is not there"


def anchors(page: Path) -> set[str]:
    """The fragments that a page's headings make."""
    plain = (re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()) for heading in HEADING.findall(page.read_text()))
    return {heading.strip().replace(" ", "-") for heading in plain}


class TestReadme:
    README = ROOT / "README.md"

    def test_its_first_program_is_hello_as_it_stands(self) -> None:
        first = next(block for block in blocks(self.README, "python") if not block.is_cell)
        assert first.text == (ROOT / "examples" / "hello.py").read_text()

    def test_shows_the_frontend_of_the_counter_example(self) -> None:
        (frontend,) = (block for block in blocks(self.README, "js") if block.note == "frontends/counter.js")
        assert frontend.text == (ROOT / "examples" / "frontends" / "counter.js").read_text()


def test_the_limits_table_says_what_the_code_says() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*?) \|", (ROOT / "docs" / "security.md").read_text(), re.MULTILINE))
    defaults = {name: getattr(Limits(), name) for name in Limits.__dataclass_fields__}
    assert rows.keys() == defaults.keys()
    for name, shown in rows.items():
        number, _, unit = shown.replace(" 000", "000").partition(" ")
        assert float(number) * {"MiB": 2**20, "KiB": 2**10}.get(unit.split(" ")[0], 1) == defaults[name], name
