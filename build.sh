#!/usr/bin/env bash
# The only place where a build command is written. `./build.sh help` tells the verbs.
#
# PORT            where the site is served (8000)
# OFFLINE_WHEELS  a folder of wheels that is looked in before the network
# CHROMIUM        the browser for tests and measurements (chromium)
set -euo pipefail
cd "$(dirname "$0")"

PORT="${PORT:-8000}"
OFFLINE_WHEELS="${OFFLINE_WHEELS:-}"
PYTHON=.venv/bin/python
STAMPS=.cache/stamps

help() { ## this list
  echo "usage: ./build.sh VERB"
  sed -n 's/^\([a-z][a-z-]*\)() { ## \(.*\)/  \1 \2/p' build.sh | while read -r verb words; do printf '  %-13s %s\n' "$verb" "$words"; done
}

# ---- telling people, and doing a thing only when what it is made of has changed -------------------------------------------------

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
fail() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }
need() { command -v "$1" >/dev/null || fail "$1 is missing. $2"; }

# One hash over the names and contents of files and folders.
digest() {
  find "$@" -type f ! -name '*.pyc' ! -name '*.so' ! -path '*/node_modules/*' ! -path '*/.*_cache/*' -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

# once NAME COMMAND INPUT...: runs COMMAND unless it has succeeded before with the same inputs.
once() {
  local name="$1" command="$2" now
  shift 2
  now="$(digest "$@")"
  [ "$(cat "$STAMPS/$name" 2>/dev/null)" = "$now" ] && return
  say "$name"
  mkdir -p "$STAMPS"
  rm -f "$STAMPS/$name"
  "$command"
  echo "$now" >"$STAMPS/$name"
}

# ---- setup -----------------------------------------------------------------------------------------------------------------------

setup() { ## .venv with every pinned dependency and the package installed for development; Chromium; the parts from npm
  need python3.11 "Install Python 3.11 (Debian: apt-get install python3.11 python3.11-venv)."
  need cargo "Install Rust 1.93 or later (rustup)."
  need node "Install Node.js 18 or later."
  need npm "Install npm."
  have_chromium
  [ -x $PYTHON ] || rm -f "$STAMPS/python-packages" "$STAMPS/native-engine"
  once python-packages install_python_packages requirements/dev.txt
  [ -d web/node_modules/pyodide ] || rm -f "$STAMPS/npm-packages"
  once npm-packages install_npm_packages web/package.json web/package-lock.json
  compgen -G 'engine/python/payment_simulator_core_rs/_core*.so' >/dev/null || rm -f "$STAMPS/native-engine"
  once native-engine install_engine Cargo.toml Cargo.lock pyproject.toml engine/core/src engine/bindings engine/core/Cargo.toml
}

have_chromium() {
  command -v "${CHROMIUM:-chromium}" >/dev/null && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "Chromium is missing. Install it (Debian: apt-get install chromium), or set CHROMIUM to its path."
  say "chromium"
  apt_install chromium
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -q && apt-get install -q -y --no-install-recommends "$@"; } >&2
}

install_python_packages() {
  [ -x $PYTHON ] || python3.11 -m venv .venv
  $PYTHON -m pip install --quiet --disable-pip-version-check --require-hashes ${OFFLINE_WHEELS:+--find-links "$OFFLINE_WHEELS"} -r requirements/dev.txt >&2
  # panel_app and web lie beside the package, not in it: this makes them importable from anywhere in this environment.
  pwd >"$($PYTHON -c 'import site; print(site.getsitepackages()[0])')/repository.pth"
}

install_npm_packages() {
  npm --prefix web ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
}

# PIP_NO_INDEX: everything it needs is already there, pinned; nothing else may come in through the back door.
install_engine() {
  VIRTUAL_ENV="$PWD/.venv" PIP_NO_INDEX=1 .venv/bin/maturin develop --release --locked >&2
}

# ---- check -----------------------------------------------------------------------------------------------------------------------

check() { ## formatting, lints and types of Rust and Python
  setup
  cargo fmt --all --check
  cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
  .venv/bin/ruff check
  .venv/bin/ruff format --check
  .venv/bin/mypy
}

verb="${1:-help}"
[ $# -gt 0 ] && shift
case "$verb" in
  setup | check | help) "$verb" "$@" ;;
  *) help >&2; fail "there is no verb '$verb'." ;;
esac
