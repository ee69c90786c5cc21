#!/usr/bin/env bash
# Writes one archive that installs on a machine without a network, Rust or Node, then tries it in such a place.
#
# The profile is the one that `make test` tests and `make bench` measures, stripped of what a debugger needs: what is
# delivered is what was tried, and no second build of some 500 crates is waited for. PROFILE=release builds another one.
set -euo pipefail
cd "$(dirname "$0")/.."

profile="${PROFILE:-dev}"
target="${CARGO_TARGET_DIR:-target}"
say() { printf '== %s\n' "$*"; }

# Before a build of many minutes, not after it.
scripts/try-dist.sh --able
for tool in strip objdump; do
  type -P "$tool" >/dev/null || { echo "$tool is missing: install binutils" >&2; exit 1; }
done

# DIST_YANDU names an executable that is built already.
if [ -z "${DIST_YANDU:-}" ]; then
  scripts/web.sh
  if [ ! -e web/dist/index.html ] && [ -z "${DIST_WITHOUT_PAGES:-}" ]; then
    echo "the archive would have no web pages: install Node.js 20.19 or later, or set DIST_WITHOUT_PAGES=1" >&2
    exit 1
  fi
  say "building"
  cargo build --locked -p yandu --profile "$profile"
  case "$profile" in dev) folder=debug ;; *) folder="$profile" ;; esac
  DIST_YANDU="$target/$folder/yandu"
fi

version="$("$DIST_YANDU" --version | awk '{print $2}')"
name="yandu-$version-linux-$(uname -m)"
work="$target/dist"
place="$work/$name"
rm -rf "$place"
mkdir -p "$place/bin" "$place/systemd"

say "gathering $name"
strip --strip-debug -o "$place/bin/yandu" "$DIST_YANDU"
chmod 755 "$place/bin/yandu"
cp -r packs schemas docs dist/INSTALL.md README.md README.zh-CN.md CONTRIBUTING.md SECURITY.md ARCHITECTURE.md LICENSE "$place/"
cp dist/yandu.toml.example "$place/"
cp dist/yandu.service "$place/systemd/"
# The oldest C library that the program runs with, for the note.
glibc="$(objdump -T "$place/bin/yandu" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -1)"
sed -i "s/@GLIBC@/${glibc#GLIBC_}/g; s/@NAME@/$name/g" "$place/INSTALL.md"
say "collecting licence texts"
python3 dist/licences.py "$place/licenses"

# Whole packs and programs only: no editor's leavings, nothing that changes with the time of the build.
find "$place" \( -name '*~' -o -name '.*.swp' \) -delete
(cd "$place" && find . -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z | xargs -0 sha256sum > SHA256SUMS)

say "packing"
archive="$work/$name.tar.gz"
stamp="$(git log -1 --format=%ct 2>/dev/null || echo 0)"
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$stamp" -C "$work" -cf - "$name" | gzip -n -6 > "$archive.part"
mv "$archive.part" "$archive"
(cd "$work" && sha256sum "$name.tar.gz" > "$name.tar.gz.sha256")
rm -rf "$place"

scripts/try-dist.sh "$archive"
say "$archive ($(du -h "$archive" | cut -f1))"
