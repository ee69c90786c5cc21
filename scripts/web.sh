#!/usr/bin/env bash
# Builds the pages into web/dist, where the program takes them from when it is compiled. Without Node 20.19 there are none.
set -euo pipefail
cd "$(dirname "$0")/../web"

version="$(node --version 2>/dev/null || true)"
IFS=. read -r major minor _ <<<"${version#v}"
# What the build tool asks for: 20.19, 22.12, or any later line.
if [ -z "$version" ] || [ "$major" -lt 20 ] || [ "$major" -eq 21 ] \
  || { [ "$major" -eq 20 ] && [ "$minor" -lt 19 ]; } || { [ "$major" -eq 22 ] && [ "$minor" -lt 12 ]; }; then
  echo "Node.js 20.19, 22.12 or later is missing${version:+ (found $version)}: the program will have no web pages." >&2
  exit 0
fi

lock="$(cksum package-lock.json)"
if [ "$(cat node_modules/.installed 2>/dev/null)" != "$lock" ]; then
  echo "== installing what the pages are built with"
  npm ci --no-audit --no-fund --loglevel=error
  echo "$lock" > node_modules/.installed
fi
# Built again only when something is newer than the last build.
if [ ! -e dist/index.html ] || [ -n "$(find src public index.html wall.html vite.config.ts package-lock.json -newer dist/index.html -print -quit)" ]; then
  echo "== building the pages"
  npm run --silent build
fi
[ "${1:-}" != test ] || npm test --silent
