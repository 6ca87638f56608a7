#!/bin/sh
# Serve live suggestions inside the network of compose.yaml.
set -eu
MIYAR_TOKEN=$(cat /run/secrets/admin_token)
export MIYAR_TOKEN
set -- --host 0.0.0.0 --port 9090 --url http://suggestions:9090
[ -z "${PROJECT:-}" ] || set -- "$@" --project "$PROJECT"
exec miyar serve "$@"
