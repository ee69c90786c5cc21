#!/usr/bin/env bash
# Starts a simulated city: its departments' deliveries, its station API, and the server that collects them.
set -euo pipefail
cd "$(dirname "$0")/.."

yandu="${CARGO_TARGET_DIR:-target}/debug/yandu"
stations=127.0.0.1:8655

city="$DATA-city"

# What the city that is there was made for: people, seed and how it is delivered, condensed where that is not said.
made_for=""
if [ -s "$city/made-for" ]; then
  read -r people seed deliveries <"$city/made-for" || true
  made_for="$people $seed ${deliveries:-condensed}"
fi

# The deliveries go into the inbox of the data folder; the truth about their faults stays beside it. A data folder that was
# removed gets a new city: without deliveries there would be nothing to collect.
if [ ! -e "$city/truth.json" ] || [ ! -e "$DATA" ]; then
  echo "Simulating a city of $PEOPLE people (seed $SEED) …"
  rm -rf "$city.new"
  "$yandu" city simulate --people "$PEOPLE" --seed "$SEED" --deliveries "$DELIVERIES" --out "$city.new"
  mkdir -p "$DATA/inbox"
  cp -r "$city.new/inbox/." "$DATA/inbox/"
  rm -rf "$city.new/inbox"
  echo "$PEOPLE $SEED $DELIVERIES" > "$city.new/made-for"
  rm -rf "$city"
  mv "$city.new" "$city"
elif [ "$made_for" != "$PEOPLE $SEED $DELIVERIES" ]; then
  echo "Going on with the city of ${people:-some} people (seed ${seed:-unknown}, ${deliveries:-condensed} deliveries) that is there." >&2
  echo "For another one, choose another folder (DATA=other make run) or remove $DATA and $city." >&2
fi

"$yandu" city serve --seed "$SEED" --listen "$stations" &
stations_process=$!
trap 'kill "$stations_process" 2>/dev/null || true' EXIT

cat <<TXT

The city is starting on http://$LISTEN — its departments' deliveries are collected in the background.
Three things to try, in another terminal:

  $yandu dataset list --data $DATA
  $yandu sql "SELECT township, count(*) AS people FROM population.resident GROUP BY township ORDER BY people DESC LIMIT 5" --data $DATA
  $yandu batch list --data $DATA      # then: $yandu quarantine list population.resident --data $DATA

TXT
"$yandu" serve --data "$DATA" --listen "$LISTEN"
