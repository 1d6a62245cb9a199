"""What an install from a checkout needs beyond Python: the standalone page, the JupyterLab extension and the widget, built from js/.

Rules: an sdist holds them, so installing one needs no Node. In a checkout they are built where they are missing or older than their
sources. Where that cannot be, the install ends with what is missing and what to do; it never leaves out half of the package.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = 20
"""The oldest version of Node that the build runs on."""
BUILT = ("objectsync/static/page.js", "objectsync_jupyter/labextension/package.json", "objectsync_jupyter/static/carrier.js")
SOURCES = ("package-lock.json", "scripts/*", "packages/*/src/**/*", "packages/*/static/*", "packages/*/style/*", "packages/*/package.json")


class JavaScriptHook(BuildHookInterface[Any]):
    """Builds js/ before Python's part is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is not there."""
        root = Path(self.root)
        reason = why_build(root)
        if reason is None:
            return
        npm = shutil.which("npm")
        lack = "npm was not found" if npm is None else too_old(shutil.which("node"))
        if npm is None or lack is not None:
            self.app.abort(
                f"objectsync cannot be installed from this checkout: {reason}, and building needs Node {NODE} or newer with npm, "
                f"but {lack}.\n"
                f"Install Node {NODE} or newer (https://nodejs.org; npm comes with it) and run pip again, "
                "or install a wheel or an sdist, which hold what was built."
            )
            return
        for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            self.app.display_info(f"objectsync: npm {' '.join(arguments)}, because {reason}")
            if subprocess.run([npm, *arguments], cwd=root / "js", check=False).returncode:  # noqa: S603
                self.app.abort(f"objectsync cannot be installed from this checkout: `npm {' '.join(arguments)}` failed in js/, see above.")


def why_build(root: Path) -> str | None:
    """Why js/ has to be built; None where it has not."""
    built = [root / name for name in BUILT]
    for path in built:
        if not path.exists():
            return f"{path.relative_to(root)} is not built yet"
    if (root / "PKG-INFO").exists():
        return None  # an sdist: what was unpacked first is no older than the rest
    oldest = min(path.stat().st_mtime for path in built)
    for pattern in SOURCES:
        for path in (root / "js").glob(pattern):
            if path.is_file() and path.stat().st_mtime > oldest:
                return f"{path.relative_to(root)} is newer than what was built from it"
    return None


def too_old(node: str | None) -> str | None:
    """What is wrong with this Node; None where nothing is."""
    if node is None:
        return "node was not found"
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    found = re.match(r"v(\d+)\.", said)
    return None if found and int(found[1]) >= NODE else f"{node} is {said or 'no Node that runs'}"
