#!/usr/bin/env bash
# Installs a browser, and fonts without which every Chinese sign is a box. `CHROMIUM` names one that is there already.
set -euo pipefail

missing=()
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing+=(chromium)
command -v fc-list >/dev/null || missing+=(fontconfig)
# All of the list is read: where it is left in the middle, the pipe fails as if there were none.
fc-list 2>/dev/null | grep -i 'cjk' >/dev/null || missing+=(fonts-noto-cjk)
[ ${#missing[@]} -eq 0 ] && exit
echo "== installing ${missing[*]}"
sudo=""
[ "$(id -u)" -eq 0 ] || sudo="sudo -n"
$sudo apt-get update -q
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${missing[@]}"
