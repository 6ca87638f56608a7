#!/bin/sh
# Make the secrets that compose.yaml wants, once, readable by their owner alone.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets backups
for name in database_password admin_password admin_token; do
    [ -s "secrets/$name" ] && continue
    # Label Studio wants its token in 40 hexadecimal digits.
    od -An -N20 -tx1 /dev/urandom | tr -d ' \n' >"secrets/$name"
    echo "made secrets/$name"
done
