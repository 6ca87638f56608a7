"""The licence that a release states, in the words of those who list it."""

from __future__ import annotations

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

__all__ = ["hub_licence", "spdx_licence"]

_HUB = frozenset(
    {
        *("apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "mpl-2.0", "eupl-1.2"),
        *("cc", "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0"),
        *("cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nd-4.0", "cc-by-nc-2.0"),
        *("cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0"),
        *("cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0"),
        *("cdla-sharing-1.0", "cdla-permissive-1.0", "cdla-permissive-2.0"),
        *("odc-by", "odbl", "pddl", "unlicense", "etalab-2.0"),
        *("gpl-2.0", "gpl-3.0", "lgpl-3.0", "agpl-3.0"),
    }
)
"""The licences that Hugging Face knows (docs/hub/repositories-licenses), as it writes
them; those of software alone are left out but for the commonest."""


def spdx_licence(stated: str) -> str | None:
    """Return the SPDX id that was stated, in its own spelling; None for other words.

    >>> spdx_licence("cc-by-4.0"), spdx_licence("ask the publishers")
    ('CC-BY-4.0', None)
    """
    try:
        found = str(canonicalize_license_expression(stated))
    except InvalidLicenseExpression:
        return None
    return None if " " in found or found.startswith("LicenseRef-") else found


def hub_licence(stated: str) -> dict[str, str]:
    """Return the keys of a card's header: what the hub knows, or `other` and a name.

    >>> hub_licence("CC-BY-4.0")
    {'license': 'cc-by-4.0'}
    >>> hub_licence("ask the publishers")
    {'license': 'other', 'license_name': 'ask the publishers'}
    """
    known = stated.strip().lower()
    if known in _HUB:
        return {"license": known}
    return {"license": "other", "license_name": stated.strip()}
