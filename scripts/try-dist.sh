#!/usr/bin/env bash
# Installs an archive in an empty place without a network, the checkout or a home, and uses it as a new user would.
set -euo pipefail

# Only what any Linux has, whatever else this machine has.
tools=(bash tar gzip sha256sum grep head tail seq sleep cat cmp curl ip timeout)
for tool in "${tools[@]}"; do
  type -P "$tool" >/dev/null || { echo "$tool is missing, which the archive is tried with (Debian: iproute2 holds ip)" >&2; exit 1; }
done
# Without a network of its own the place could reach the one of this machine.
unshare -rn true 2>/dev/null || { echo "the network cannot be cut off here (no user namespaces)" >&2; exit 1; }
# `--able` asks only whether an archive can be tried here.
[ "$1" != --able ] || exit 0

archive="$(readlink -f "$1")"
place="$(mktemp -d)"
trap 'rm -rf "$place"' EXIT

inside='
set -euo pipefail
archive="$1"; place="$2"
ip link set lo up 2>/dev/null || true
if timeout 2 bash -c "exec 3<>/dev/tcp/1.1.1.1/53" 2>/dev/null; then echo "there is a network" >&2; exit 1; fi
for tool in cargo rustc node npm; do
  if command -v "$tool" >/dev/null; then echo "$tool is there" >&2; exit 1; fi
done
cd "$place"
tar xzf "$archive"
cd yandu-*/
sha256sum --quiet -c SHA256SUMS
bin/yandu --version
cd "$place"
yandu="$(echo "$place"/yandu-*/bin/yandu)"
packs="$(echo "$place"/yandu-*/packs)"
"$yandu" pack check >/dev/null
"$yandu" serve --data data --listen 127.0.0.1:0 >address 2>log &
server=$!
trap "kill $server 2>/dev/null || true" EXIT
trap "cat log >&2" ERR
for _ in $(seq 100); do grep -q http address && break; sleep 0.1; done
address="$(grep -o "http://[0-9.:]*" address | head -1)"
"$yandu" collect "$packs/population/examples/residents.csv" --dataset population.resident --data data >collected
"$yandu" sql "SELECT count(*) AS people FROM population.resident" --data data --format csv >answer
test "$(tail -1 answer)" -gt 0
page="$(curl -fsS "$address/")"
case "$page" in
  *"id=\"root\""*)
    asset="$(echo "$page" | grep -o "/assets/[A-Za-z0-9_./-]*\.js" | head -1)"
    curl -fsS "$address$asset" -o asset.js
    test -s asset.js ;;
  *) [ -n "${DIST_WITHOUT_PAGES:-}" ] || { echo "the page is not there" >&2; exit 1; } ;;
esac
curl -fsS "$address/api/v1/datasets" >/dev/null
"$yandu" backup backups --data data >/dev/null
kill -TERM $server; wait $server
"$yandu" restore backups --data other >/dev/null
"$yandu" sql "SELECT count(*) AS people FROM population.resident" --data other --format csv >again
cmp answer again
if grep -q "ERROR" log; then cat log >&2; exit 1; fi
echo "installed, served, collected $(tail -1 answer) rows, shown, backed up and restored without a network"
'
mkdir "$place/tools"
for tool in "${tools[@]}"; do
  ln -s "$(type -P "$tool")" "$place/tools/$tool"
done
unshare -rn env -i PATH="$place/tools" HOME="$place" LANG=C.UTF-8 \
  DIST_WITHOUT_PAGES="${DIST_WITHOUT_PAGES:-}" "$(type -P bash)" -c "$inside" try "$archive" "$place"
