"""Where an object is in its life (`_os_state`).

Rules: an object of a server begins fresh, and one of a client, which knows only what it was told, live; both end gone. A rollback puts back
what it was. Live is 0, so that most are found by asking for truth.
"""

from __future__ import annotations

from typing import Final

LIVE: Final = 0
"""It is in the tree, and clients have been told."""
FRESH: Final = 1
"""It was created in the open transaction, and is told of when that ends."""
GONE: Final = 2
"""It was destroyed, or its creation was taken back."""
