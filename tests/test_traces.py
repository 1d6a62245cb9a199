"""The golden traces are what the server says today (the TypeScript client replays them: js/packages/client/test/traces.test.ts)."""

from __future__ import annotations

import pytest

from tests.traces import FOLDER, TRACES, text_of


@pytest.mark.parametrize("name", TRACES)
def test_traces_are_current(name: str) -> None:
    file = FOLDER / f"{name.replace(' ', '-')}.json"
    assert file.read_text() == text_of(name), "the wire has changed on purpose? Then: python -m tests.traces"
