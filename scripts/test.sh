#!/usr/bin/env bash
# Installs what the tests need, then runs them all. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

# What a machine lacks that has only rustup, Node, git and Python: a C compiler, Python's environments, and the database
# servers of sources, of which the tests start their own on free ports with data folders of their own; the drivers of ODBC and
# JDBC that read over the PostgreSQL protocol; and the fonts that PDF is drawn with.
install_packages() {
  local missing=()
  command -v cc >/dev/null 2>&1 || missing+=(build-essential)
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
  command -v mariadbd >/dev/null 2>&1 || [ -x /usr/sbin/mariadbd ] || missing+=(mariadb-server)
  ls /usr/lib/*/odbc/psqlodbcw.so >/dev/null 2>&1 || missing+=(odbc-postgresql)
  python3 -c 'import ctypes; ctypes.CDLL("libodbc.so.2")' 2>/dev/null || missing+=(libodbc2)
  ls /usr/share/java/postgresql.jar >/dev/null 2>&1 || missing+=(libpostgresql-jdbc-java)
  command -v javac >/dev/null 2>&1 || missing+=(default-jdk-headless)
  command -v openssl >/dev/null 2>&1 || missing+=(openssl)
  ls /usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc >/dev/null 2>&1 || missing+=(fonts-noto-cjk)
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  local sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
  if ! { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${missing[@]}"; }; then
    echo "could not install ${missing[*]}; without a database server the tests that need one say so and are skipped" >&2
  fi
}

# Clients that nobody here wrote, which read what the program writes.
install_clients() {
  local venv=target/clients
  # Programs of such a folder name it in their first line, and do not run elsewhere: it does not move with the checkout.
  if [ ! -x "$venv/bin/python" ] || ! cmp -s scripts/clients.txt "$venv/installed.txt" \
    || ! "$venv/bin/schemathesis" --version >/dev/null 2>&1; then
    say "installing Python clients"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q -r scripts/clients.txt
    cp scripts/clients.txt "$venv/installed.txt"
  fi
}

install_packages
# The clients come over the network while the pages are built.
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
install_clients &
clients=$!
providers="$(scripts/openid.sh)"
[ -z "$providers" ] || export YANDU_TEST_OPENID="$providers"
scripts/web.sh test
wait "$clients"
export YANDU_TEST_PYTHON="$PWD/target/clients/bin/python"

say "building and testing"
cargo test --locked --workspace

# What tests print that pass is kept from whoever runs them all.
say "precision and recall of the plans that are read"
cargo test --locked --quiet --workspace --test plans -- --nocapture --test-threads=1 whole::
