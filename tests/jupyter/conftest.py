"""A real JupyterLab in a real Chromium. A page fails its test when it logs an error that was not expected, or asks for anything beyond
this machine."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.jupyter.browsing import Browsing
from tests.jupyter.lab import KERNELS, Lab, python_of


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "jupyter: drives a real JupyterLab in Chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/jupyter/" in item.path.as_posix() and {"browser", "browsing"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.jupyter)
            if importlib.util.find_spec("jupyterlab") is None:
                item.add_marker(pytest.mark.skip(reason="JupyterLab is not installed here"))


@pytest.fixture(params=KERNELS)
def kernel(request: pytest.FixtureRequest) -> str:
    """The name of a kernel of each version."""
    version: str = request.param
    if python_of(version) is None:
        pytest.skip(f"there is no environment with ipykernel {version}")
    return f"ipykernel-{version}"


@pytest.fixture(params=KERNELS[:2])
def subshell_kernel(request: pytest.FixtureRequest) -> str:
    """The name of a kernel that hears its pages while a cell runs."""
    version: str = request.param
    if python_of(version) is None:
        pytest.skip(f"there is no environment with ipykernel {version}")
    return f"ipykernel-{version}"


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    running = Lab(tmp_path_factory.mktemp("lab"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "the browser tests need chromium; `make chromium` installs it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def browsing(browser: Browser, lab: Lab) -> Iterator[Browsing]:
    yield from Browsing.of(browser, lab)
