"""What a value says of itself when it is asked in the ways that IPython knows.

Rules: as IPython has it, one way that fails does not take the others along. `NotImplementedError` is a way of saying no; any other error
is warned of, by the names of the class and of the method. A value that answers whatever it is asked (a mock, a proxy) is not believed.
"""

from __future__ import annotations

import inspect
import json
import re
import warnings
from collections.abc import Mapping
from typing import Any

_CANARY = "_ipython_canary_method_should_not_exist_"
"""IPython asks so, too: who has this has everything."""
_TEXTS = {
    "text/html": "_repr_html_",
    "image/svg+xml": "_repr_svg_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
}
_PICTURES = {"image/png": "_repr_png_", "image/jpeg": "_repr_jpeg_"}
_JSON = "application/json"
_PLAIN_REPR = re.compile(r"<[^<>]* object( at 0x[0-9a-fA-F]+)?>|<[\w.]+(<locals>[\w.]*)* object at 0x[0-9a-fA-F]+>")


def offered_by(value: Any) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """What a value offers, by MIME type, with a `text/plain` always; and what it says of how that is to be shown, by MIME type too."""
    bundle: dict[str, Any] = {}
    about: dict[str, Any] = {}
    if not isinstance(value, type) and not _answers_everything(value):
        offered, said = _pair(_asked(value, "_repr_mimebundle_"))
        if isinstance(offered, Mapping):
            bundle.update(offered)
            about.update(said if isinstance(said, Mapping) else {})
        for methods, kinds in ((_TEXTS, (str, bytes)), (_PICTURES, (bytes, str)), ({_JSON: "_repr_json_"}, (dict, list))):
            for mime, name in methods.items():
                offered, said = (None, None) if mime in bundle else _pair(_asked(value, name))
                if isinstance(offered, kinds):
                    bundle[mime], about[mime] = offered, said
    bundle.setdefault("text/plain", _text(value, bundle))
    return bundle, about


def _answers_everything(value: Any) -> bool:
    try:
        return callable(getattr(value, _CANARY, None))
    except Exception:  # anybody's code
        return False


def _pair(answer: Any) -> tuple[Any, Any]:
    """An answer, and what is said about it: every method may give both."""
    return answer if isinstance(answer, tuple) and len(answer) == 2 else (answer, None)


def _asked(value: Any, name: str) -> Any:
    try:
        method = getattr(value, name, None)
        if not callable(method):
            return None
        return method(**_both(method)) if name == "_repr_mimebundle_" else method()
    except NotImplementedError:
        return None
    except Exception as error:  # anybody's code
        warnings.warn(
            f"{type(value).__name__}.{name} failed with {type(error).__name__}: {error}; it is shown otherwise",
            RuntimeWarning,
            stacklevel=2,
        )
        return None


def _both(method: Any) -> dict[str, Any]:
    """What IPython gives `_repr_mimebundle_`, which some insist on, and some do not take."""
    asked = {"include": None, "exclude": None}
    try:
        inspect.signature(method).bind(**asked)
    except (TypeError, ValueError):
        return {}
    return asked


def _text(value: Any, bundle: Mapping[str, Any]) -> str:
    """Its text; of what says only its class, what it offered, as that is written."""
    if isinstance(value, str):
        return value
    try:
        text = repr(value)
    except Exception as error:  # anybody's code
        return f"<{type(value).__name__}, whose repr fails with {type(error).__name__}: {error}>"
    if says_only_its_class(text):
        for mime in ("text/latex", "text/markdown", _JSON):
            if mime in bundle:
                return json.dumps(bundle[mime], indent=2, default=str) if mime == _JSON else str(bundle[mime])
    return text


def says_only_its_class(text: str) -> bool:
    """Whether this `repr` is the one that every object has: its class, and an address that is another each time."""
    return _PLAIN_REPR.fullmatch(text) is not None


__all__ = ["offered_by", "says_only_its_class"]
