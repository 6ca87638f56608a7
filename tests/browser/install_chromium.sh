#!/bin/sh
# Install what the browser tests need, if it is missing and we may. Without it those
# tests are skipped, and say so.
set -u
if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; then
    exit 0
fi
wanted="chromium fonts-noto-core"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Chromium is not installed and this system has no apt-get: install Chromium" \
         "yourself; until then the browser tests are skipped."
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "Chromium is not installed, and only root may install it. Run:" \
         "sudo apt-get install $wanted. Until then the browser tests are skipped."
    exit 0
fi
echo "Installing $wanted for the browser tests ..."
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $wanted; } >/dev/null 2>&1 ||
    echo "apt-get could not install $wanted: the browser tests are skipped."
