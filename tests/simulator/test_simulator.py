"""Thousands of worlds in which everything goes wrong, and every promise is kept; and a proof that it would be seen if one were not.

OBJECTSYNC_SEEDS=from:to runs other seeds than the usual ones. Whatever seed fails joins seeds.txt, and stays there.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import objectsync.log
from tests.simulator.mutants import MUTANTS
from tests.simulator.world import run

FAST = 250
ALL = 3000
PARTS = 8
"""Of these, so that several processes share them, and none takes long."""
MUTANT_SEEDS = 4000
SEEN_LATE = {
    "tags_do_not_bring_into_sight": 1928,
    "the_client_edits_what_it_does_not_see": 1573,
    "what_is_hidden_is_told": 1443,
    "a_deletion_takes_what_was_typed_into_it": 958,
    "what_was_set_before_an_own_edit_is_taken_to_include_it": 481,
    "a_lost_tail_goes_unnoticed": 462,
}
"""Seeds to try first: where these were seen when all were tried in order, which took half a minute each. All are tried after it."""
KEPT = [int(line.split()[0]) for line in (Path(__file__).parent / "seeds.txt").read_text().splitlines() if line and line[0] != "#"]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The log forgets by chunks of 256; in a short world it has to forget sooner. What goes wrong there is no news for the log."""
    monkeypatch.setattr(objectsync.log, "_CHUNK", 8)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def run_all(seeds: range, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    for seed in seeds:
        try:
            run(seed)
        except Exception as error:
            pytest.fail(f"seed {seed}: {type(error).__name__}: {error}", pytrace=True)
    with capsys.disabled():
        print(f"\nsimulator: {len(seeds)} seeds from {seeds.start} on in {time.monotonic() - began:.0f} s")


@pytest.mark.parametrize("seed", KEPT)
def test_what_failed_once(seed: int) -> None:
    run(seed)


def test_every_promise_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    run_all(range(FAST), capsys)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_promise_is_kept_in_thousands_of_worlds(part: int, capsys: pytest.CaptureFixture[str]) -> None:
    first, last = (int(seed) for seed in os.environ.get("OBJECTSYNC_SEEDS", f"{FAST}:{ALL}").split(":"))
    run_all(range(first + part, last, PARTS), capsys)


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_would_be_seen_if(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    MUTANTS[name](monkeypatch)
    for seed in (SEEN_LATE.get(name, 0), *range(MUTANT_SEEDS)):
        try:
            run(seed)
        except Exception as error:  # a broken rule may also show as an exception somewhere
            with capsys.disabled():
                print(f"\n  {name}: seen at seed {seed}: {type(error).__name__}: {str(error).splitlines()[0][:90]}")
            return
    pytest.fail(f"{MUTANT_SEEDS} seeds, and nobody noticed that {name.replace('_', ' ')}")
