#!/usr/bin/env bash
# Looks at every page in a browser: the program itself with a simulated city, Debian's Chromium, no mock server.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
  sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
  $sudo apt-get install -yq --no-install-recommends chromium fonts-noto-cjk
fi
scripts/web.sh
cargo build --locked -p yandu
yandu="$PWD/${CARGO_TARGET_DIR:-target}/debug/yandu"
place="$(mktemp -d)"
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$place"' EXIT
"$yandu" city simulate --people 20000 --seed 7 --out "$place/city"
mkdir -p "$place/data/inbox"
cp -r "$place/city/inbox/." "$place/data/inbox/"
"$yandu" city serve --seed 7 --listen 127.0.0.1:8655 >/dev/null &
"$yandu" serve --data "$place/data" --listen 127.0.0.1:8710 >"$place/log" 2>&1 &
sleep 20
cd web
YANDU=http://127.0.0.1:8710 YANDU_WEB=http://127.0.0.1:8710 npm run --silent e2e
