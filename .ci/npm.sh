#!/usr/bin/env bash
# Installs what the trackers' tests check requests against: GitHub's OpenAPI description and the
# Prism mock server, and the schema of Atlassian's document format. Running this again changes
# nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
generated=node_modules/@octokit/openapi/generated

if [ -x node_modules/.bin/prism ] && [ -f "$generated/api.github.com.json" ] &&
  [ -f node_modules/@atlaskit/adf-schema/dist/json-schema/v1/full.json ]; then
  exit 0
fi
command -v npm >/dev/null || as_root apt-get install -qq -y --no-install-recommends npm >/dev/null
npm install --prefix . --no-save --no-package-lock --no-audit --no-fund --ignore-scripts \
  --legacy-peer-deps --loglevel=error \
  @stoplight/prism-cli @octokit/openapi @atlaskit/adf-schema
# One description of the twelve is used; the others are most of the half gigabyte.
find "$generated" -name '*.json' ! -name api.github.com.json -delete
