"""The older version's environment. It has our import name, so it needs one of its own; it is made once, with this interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("objectsync==0.10.0", "topicsync==0.13.0")
VERSION = "0.10.0"
_FOLDER = ROOT / ".make" / "peer-venv"


def peer_python() -> Path:
    """The interpreter that imports the older version.

    Raises:
        SystemExit: it could not be installed.
    """
    python = _FOLDER / "bin" / "python"
    stamp = _FOLDER / f"made-for-{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if not stamp.exists():
        print(f"making {_FOLDER.relative_to(ROOT)} with {' and '.join(PACKAGES)} …", flush=True)
        _run(sys.executable, "-m", "venv", "--clear", str(_FOLDER))
        _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES)
        stamp.touch()
    return python


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the older version could not be installed:\n{done.stderr}")
