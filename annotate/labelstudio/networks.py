"""Let the embedded Label Studio reach this machine, and no other private address.

Label Studio refuses to call reserved addresses, because its users choose them. Of its
list only the loopback is opened, where our own suggestions and webhooks are served; the
switches that would do it at once open private networks and cloud metadata as well.
"""

from __future__ import annotations

__all__ = ["loopback_environ"]

# Label Studio's own list (core/utils/io.py, validate_ip) without 127.0.0.0/8 and ::1.
_RESERVED = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12"),
    *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4"),
    *("233.252.0.0/24", "240.0.0.0/4", "255.255.255.255/32"),
    *("::/128", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"),
    *("100::/64", "2001:0000::/32", "2001:20::/28", "2001:db8::/32", "2002::/16"),
    *("fc00::/7", "fe80::/10", "ff00::/8"),
)


def loopback_environ() -> dict[str, str]:
    """Return the settings with which the server calls back to its own machine."""
    return {
        "LABEL_STUDIO_USE_DEFAULT_BANNED_SUBNETS": "false",
        "LABEL_STUDIO_USER_ADDITIONAL_BANNED_SUBNETS": ",".join(_RESERVED),
    }
