"""Read what the makers of a release say of it."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from exports.manifest import About
from schemas.errors import DataError
from schemas.text_files import read_utf8

__all__ = ["read_about"]


def read_about(path: Path) -> About:
    """Read a YAML file with any of the keys of `About`.

    Raises DataError with the file and key that is wrong.
    """
    try:
        content = yaml.safe_load(read_utf8(path))
    except (RecursionError, yaml.YAMLError) as error:
        fault = " ".join(str(error).split())
        raise DataError(f"{path}: is not valid YAML: {fault}") from None
    try:
        return About.model_validate(content or {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise DataError(
            f"{path}: {place}: {first['msg']}. Known keys: "
            f"{', '.join(About.model_fields)}."
        ) from None
