"""What an install brings along: `pip install` from an sdist or a checkout, in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from objectsync import __version__

pytest.importorskip("hatchling")

ROOT = Path(__file__).parent.parent
PARTS = ("objectsync", "objectsync_jupyter", "js", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE")
UNTRACKED = shutil.ignore_patterns("static", "labextension", "node_modules", "dist", "__pycache__", "*.tsbuildinfo")


def run(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program as a user would, outside of this environment."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "JUPYTER", "VIRTUAL_ENV"))}
    return subprocess.run(
        [str(argument) for argument in arguments],
        cwd=cwd,
        env={**kept, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def fresh_environment(folder: Path) -> Path:
    """The Python of a new environment that sees what is installed here, except objectsync: an editable install is not seen through this."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    found = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).stdout.strip()
    (Path(found) / "here.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made from an sdist of this checkout, where neither Node nor npm can be found."""
    folder = tmp_path_factory.mktemp("build")
    made = run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    assert made.returncode == 0, made.stdout
    (sdist,) = folder.glob("*.tar.gz")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index", "-w", folder)
    built = run(*pip, sdist, cwd=folder, PATH=str(folder))
    assert built.returncode == 0, built.stdout
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel in it."""
    python = fresh_environment(tmp_path_factory.mktemp("installed") / "venv")
    pip = (python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index")
    done = run(*pip, wheel, cwd=python.parent)
    assert done.returncode == 0, done.stdout
    return python


@pytest.mark.slow
def test_the_wheel_holds_both_halves_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    (data,) = (top for top in tops if top.endswith(".data"))
    assert tops == {"objectsync", "objectsync_jupyter", data, data.replace(".data", ".dist-info")}
    for wanted in (
        "objectsync/static/page.js",
        "objectsync_jupyter/labextension/package.json",
        "objectsync_jupyter/static/carrier.js",
        "objectsync_jupyter/static/carrier.css",
        f"{data}/data/share/jupyter/labextensions/@objectsync/labextension/package.json",
        f"{data}/data/etc/jupyter/jupyter_server_config.d/objectsync_jupyter.json",
    ):
        assert wanted in names
    assert not [name for name in names if name.endswith((".ts", ".pyc")) or "node_modules" in name]


@pytest.mark.slow
def test_the_wheel_installs_what_jupyter_lists_as_enabled(installed: Path) -> None:
    pytest.importorskip("jupyterlab")
    folder = installed.parent
    own = {"JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_DATA_DIR": str(folder / "own")}
    where = run(installed, "-c", "import objectsync, objectsync_jupyter; print(objectsync.__file__)", cwd=folder)
    assert where.stdout.startswith(str(installed.parent.parent)), where.stdout
    lab = run(installed, "-m", "jupyterlab.labextensions", "list", cwd=folder, **own)
    (line,) = (line for line in lab.stdout.splitlines() if "@objectsync/labextension" in line)
    assert "enabled" in line, lab.stdout
    assert "OK" in line, lab.stdout
    assert "(python, objectsync)" in line, lab.stdout
    server = run(installed, "-m", "jupyter_server.extension.serverextension", "list", cwd=folder, **own)
    lines = [line.strip() for line in server.stdout.splitlines()]
    at = next(index for index, line in enumerate(lines) if line.startswith("objectsync_jupyter") and "enabled" in line)
    assert any(line.startswith(f"objectsync_jupyter {__version__} ") and "OK" in line for line in lines[at + 1 : at + 3]), server.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which nothing has been built."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=UNTRACKED)
        else:
            shutil.copy2(ROOT / name, copy / name)
    return copy


def install_from(checkout: Path, programs: Path) -> str:
    """What a failing `pip install .` says where only these programs can be found."""
    pip = (
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-build-isolation",
        "--no-deps",
        "--no-index",
        "--target",
        checkout.parent / "t",
        ".",
    )
    done = run(*pip, cwd=checkout, PATH=str(programs))
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


def test_a_checkout_without_npm_says_what_is_missing(checkout: Path, tmp_path: Path) -> None:
    said = install_from(checkout, tmp_path)
    assert "objectsync cannot be installed from this checkout: objectsync/static/page.js is not built yet" in said
    assert "needs Node 20 or newer with npm, but npm was not found" in said
    assert "Install Node 20 or newer (https://nodejs.org" in said


def test_a_checkout_with_an_old_node_says_so(checkout: Path, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("node", "npm"):
        (programs / name).write_text("#!/bin/sh\necho v18.19.0\n")
        (programs / name).chmod(0o755)
    assert f"but {programs / 'node'} is v18.19.0" in install_from(checkout, programs)


def test_what_is_older_than_its_sources_is_built_again(checkout: Path, tmp_path: Path) -> None:
    for name in ("objectsync/static/page.js", "objectsync_jupyter/labextension/package.json", "objectsync_jupyter/static/carrier.js"):
        (checkout / name).parent.mkdir()
        (checkout / name).write_text("")
        os.utime(checkout / name, (1, 1))
    assert "is newer than what was built from it" in install_from(checkout, tmp_path)
