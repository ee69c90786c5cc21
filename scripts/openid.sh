#!/usr/bin/env bash
# Installs the provider of identities at which people sign in in tests (npm `oidc-provider`), and says in which folder it is.
# Without Node it says nothing, and signing in there is not tested. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."

source=crates/yandu/tests/cli/openid
folder=target/openid
if ! command -v npm >/dev/null 2>&1; then
  echo "Node is missing: signing in by OpenID Connect is not tested" >&2
  exit
fi
if ! cmp -s "$source/package-lock.json" "$folder/installed.json"; then
  printf '\n== installing the provider of identities\n' >&2
  rm -rf "$folder"
  mkdir -p "$folder"
  cp "$source/package.json" "$source/package-lock.json" "$folder/"
  npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error >&2
  cp "$folder/package-lock.json" "$folder/installed.json"
fi
echo "$PWD/$folder"
