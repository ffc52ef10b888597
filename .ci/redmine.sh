#!/usr/bin/env bash
# Installs Redmine from Debian's packages, for tests/test_trackers_redmine.py. The tests bring
# their own copy of its database, so nothing has to run. Running this again changes nothing.
set -euo pipefail

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
installed() { [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; }
export DEBIAN_FRONTEND=noninteractive

if installed redmine && installed redmine-sqlite && installed ruby-webrick; then
  exit 0
fi
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
# Bundler wants a folder for every gem, and Debian leaves out those that would be empty. Redmine's
# own set-up fails over that: it is unpacked, given the folders, and set up again.
as_root apt-get install -qq -y --no-install-recommends \
  redmine redmine-sqlite ruby-webrick >"$log" 2>&1 || true
for specification in /usr/share/rubygems-integration/*/specifications/*.gemspec; do
  gems="$(dirname "$(dirname "$specification")")/gems"
  as_root mkdir -p "$gems/$(basename "$specification" .gemspec)"
done
as_root dpkg --configure -a >>"$log" 2>&1 || {
  tail -n 40 "$log" >&2
  exit 1
}
installed redmine
