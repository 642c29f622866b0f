#!/bin/sh
# Installs what the tests need from the system, where that may be done: Chromium for the tests in a browser.
# A test that misses it says so, and fails in CI.
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0
fi
echo "Chromium is not installed: the tests in a browser are skipped (install the package 'chromium')." >&2
