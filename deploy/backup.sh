#!/bin/sh
# Dump the database again and again: aside, synced, renamed; old dumps are removed.
# To put one back: pg_restore --clean --if-exists --dbname labels /backups/labels-...dump
set -eu
umask 077
PGPASSWORD=$(cat /run/secrets/database_password)
export PGPASSWORD
while :; do
    name="/backups/labels-$(date -u +%Y%m%dT%H%M%SZ).dump"
    if pg_dump --format custom --file "$name.part" && pg_restore --list "$name.part" >/dev/null; then
        sync "$name.part"
        mv "$name.part" "$name"
        echo "kept $name"
        find /backups -name 'labels-*.dump' -mtime "+$KEEP_DAYS" -delete
    else
        rm -f "$name.part"
        echo "the backup of $(date -u) failed; the older ones are kept" >&2
    fi
    sleep "$EVERY_SECONDS"
done
