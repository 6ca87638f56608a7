#!/bin/sh
# Install PostgreSQL for the tests that keep Label Studio's data there, if it is missing
# and we may. Without it those tests are skipped, and say so.
set -u
if command -v pg_ctl >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1; then
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "PostgreSQL is not installed and this system has no apt-get: install it" \
         "yourself; until then the tests on PostgreSQL are skipped."
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "PostgreSQL is not installed, and only root may install it. Run:" \
         "sudo apt-get install postgresql. Until then its tests are skipped."
    exit 0
fi
echo "Installing PostgreSQL for the tests ..."
export DEBIAN_FRONTEND=noninteractive
# The tests start a throw-away server of their own: the package need not start one.
[ -e /usr/sbin/policy-rc.d ] || {
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
}
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null 2>&1 ||
    echo "apt-get could not install PostgreSQL: its tests are skipped."
