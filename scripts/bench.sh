#!/usr/bin/env bash
# Measures against peers and writes benches/RESULTS.md anew, with nothing in it that was not measured now. Settings, with their defaults:
#   BENCH_PEOPLE=6700000 BENCH_CHECK_ROWS=1000000 BENCH_POSTGRES_ROWS=3000000 BENCH_RUNS=3
#   BENCH_ENTRIES=100000 BENCH_COLUMNS=100000 BENCH_TPCH_SCALE=1 BENCH_WIRE_SECONDS=10
#   BENCH_SOAK_MINUTES=60
#   BENCH_ONLY=            some of ingest,checks,postgres,start,point,ledger,lineage,models,metrics,decisions,previews,door,wire,lists,pages,soak
#   BENCH_RESULTS=benches/RESULTS.md   another one where BENCH_ONLY names a part, so that what is there of the others stays
#   BENCH_YANDU=           an executable that is built already
#   BENCH_WORK=target/bench/work   needs some 16 GB at full size
set -euo pipefail
cd "$(dirname "$0")/.."

venv=target/bench/venv
if [ ! -x "$venv/bin/python" ] || ! cmp -s benches/requirements.txt "$venv/installed.txt"; then
  echo "== installing the peers"
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q -r benches/requirements.txt
  cp benches/requirements.txt "$venv/installed.txt"
fi

# What opens pages. The program has those that were there when it was compiled, so they are built first.
case ",${BENCH_ONLY:-pages,soak}," in
  *,pages,* | *,soak,*)
    scripts/web.sh
    scripts/browser.sh || echo "could not install a browser: pages and soak say what they lack" >&2
    ;;
esac

yandu="${BENCH_YANDU:-}"
prebuilt=(--prebuilt)
if [ -z "$yandu" ]; then
  echo "== building"
  cargo build --locked -p yandu
  cargo build --locked --workspace --example decisions --example previews
  yandu="${CARGO_TARGET_DIR:-target}/debug/yandu"
  prebuilt=()
fi

exec "$venv/bin/python" benches/run.py \
  --yandu "$yandu" "${prebuilt[@]}" \
  --work "${BENCH_WORK:-target/bench/work}" \
  --people "${BENCH_PEOPLE:-6700000}" \
  --check-rows "${BENCH_CHECK_ROWS:-1000000}" \
  --postgres-rows "${BENCH_POSTGRES_ROWS:-3000000}" \
  --entries "${BENCH_ENTRIES:-100000}" \
  --columns "${BENCH_COLUMNS:-100000}" \
  --runs "${BENCH_RUNS:-3}" \
  --only "${BENCH_ONLY:-}" \
  --results "${BENCH_RESULTS:-benches/RESULTS.md}"
