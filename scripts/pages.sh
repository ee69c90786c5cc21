#!/usr/bin/env bash
# Looks at every page in a browser: the program itself with a simulated city and a standing clock, Debian's Chromium, no
# mock server. `scripts/pages.sh shots` writes pictures of every page into web/shots instead.
set -euo pipefail
cd "$(dirname "$0")/.."

NOW="${NOW:-2026-01-05T09:00+08:00}"
PEOPLE="${PEOPLE:-20000}"
what="${1:-e2e}"

scripts/browser.sh
scripts/web.sh
providers="$(scripts/openid.sh)"
[ -z "$providers" ] || export YANDU_TEST_OPENID="$providers"
# A program that was just built need not be built again: `YANDU_PROGRAM` names it.
yandu="${YANDU_PROGRAM:-}"
if [ -z "$yandu" ]; then
  cargo build --locked -p yandu
  yandu="$(realpath "${CARGO_TARGET_DIR:-target}")/debug/yandu"
fi

place="$(mktemp -d)"
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$place"' EXIT
"$yandu" city simulate --people "$PEOPLE" --seed 7 --out "$place/city" >/dev/null
mkdir -p "$place/data/inbox"
cp -r "$place/city/inbox/." "$place/data/inbox/"
"$yandu" city serve --seed 7 --listen 127.0.0.1:8655 >/dev/null 2>"$place/stations" &
"$yandu" serve --data "$place/data" --listen 127.0.0.1:0 --now "$NOW" >"$place/address" 2>"$place/log" &

# The program says where it listens; then its first collections and the models made of them are waited for.
for _ in $(seq 200); do
  grep -q 'http://' "$place/address" && break
  sleep 0.1
done
address="$(grep -o 'http://[0-9.:]*' "$place/address" | head -1)"
if [ -z "$address" ] || ! node web/e2e/ready.mjs "$address"; then
  tail -20 "$place/log" >&2
  exit 1
fi
cd web
YANDU="$address" YANDU_WEB="$address" YANDU_PROGRAM="$yandu" npm run --silent "$what"
