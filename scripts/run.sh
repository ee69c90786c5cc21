#!/usr/bin/env bash
# Starts a simulated city: its departments' deliveries, its station API, and the server that collects them.
set -euo pipefail
cd "$(dirname "$0")/.."

yandu="${CARGO_TARGET_DIR:-target}/debug/yandu"
stations=127.0.0.1:8655

mkdir -p "$DATA"
if [ ! -e "$DATA/city.json" ]; then
  echo "Simulating a city of $PEOPLE people (seed $SEED) …"
  "$yandu" city simulate --people "$PEOPLE" --seed "$SEED" --out "$DATA/city.new"
  mkdir -p "$DATA/inbox"
  cp -r "$DATA/city.new/inbox/." "$DATA/inbox/"
  rm -rf "$DATA/city.new/inbox"
  mv "$DATA/city.new" "$DATA/city"
  printf '{"people": %s, "seed": %s}\n' "$PEOPLE" "$SEED" > "$DATA/city.json"
fi

"$yandu" city serve --seed "$SEED" --listen "$stations" &
city=$!
trap 'kill "$city" 2>/dev/null || true' EXIT

cat <<TXT

The city is starting on http://$LISTEN — its departments' deliveries are collected in the background.
Three things to try, in another terminal:

  $yandu dataset list --data $DATA
  $yandu sql "SELECT township, count(*) AS people FROM population.resident GROUP BY township ORDER BY people DESC LIMIT 5" --data $DATA
  $yandu batch list --data $DATA      # then: $yandu quarantine list BATCH --data $DATA

TXT
"$yandu" serve --data "$DATA" --listen "$LISTEN"
