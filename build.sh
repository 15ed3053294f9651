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

# ---- wheels ----------------------------------------------------------------------------------------------------------------------

# All that the wheels are made of.
SOURCES=(Cargo.toml Cargo.lock pyproject.toml README.md LICENSE engine/core/src engine/core/Cargo.toml engine/bindings engine/python panel_app scenarios web/styles)

wheel() { ## the wheel for this machine, into dist/native
  setup
  say "native wheel"
  rm -rf dist/native
  VIRTUAL_ENV="$PWD/.venv" .venv/bin/maturin build --release --locked --interpreter $PYTHON --out dist/native >&2
}

wasm() { ## the wheel for the browser, into dist/wasm
  setup
  compgen -G 'dist/wasm/*_wasm32.whl' >/dev/null || rm -f "$STAMPS/wasm-wheel"
  once wasm-wheel build_wasm_wheel build.sh web/wasm_link.py "${SOURCES[@]}"
}

# A Pyodide extension needs no Emscripten SDK: rustc compiles, and web/wasm_link.py links with the LLD that comes with it.
build_wasm_wheel() (
  export CARGO_TARGET_DIR="$PWD/target/wasm" RUSTC_BOOTSTRAP=1
  export PYO3_CROSS_PYTHON_VERSION=3.14 PYO3_NO_PYTHON=1 MATURIN_PYODIDE_ABI_VERSION=2026_0
  export CARGO_TARGET_WASM32_UNKNOWN_EMSCRIPTEN_LINKER="$PWD/web/wasm_link.py"
  export CARGO_TARGET_WASM32_UNKNOWN_EMSCRIPTEN_RUSTFLAGS="-C relocation-model=pic -C linker-flavor=em -C link-self-contained=no -C link-arg=-sSIDE_MODULE=2 -Z link-native-libraries=no"
  find_rust_for_wasm
  rm -rf dist/wasm
  VIRTUAL_ENV="$PWD/.venv" .venv/bin/maturin build --release --locked --target wasm32-unknown-emscripten --interpreter python3.14 --out dist/wasm >&2
)

# Sets what tells cargo which standard library and which linker to use: rustup's, or else Debian's compiler with the library's source.
find_rust_for_wasm() {
  local host
  if command -v rustup >/dev/null && timeout 120 rustup target add wasm32-unknown-emscripten >&2; then
    host="$(rustc -vV | sed -n 's/^host: //p')"
    export RUST_LLD="$(rustc --print sysroot)/lib/rustlib/$host/bin/rust-lld"
    [ -x "$RUST_LLD" ] || fail "rust-lld is missing: $RUST_LLD. Reinstall the Rust toolchain with rustup."
    return
  fi
  if [ ! -d /usr/share/cargo-web ] && [ ! -d /usr/src/rustc-web ] && ! dpkg -s rust-web-src >/dev/null 2>&1; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
      fail "No Rust for the browser. Install the target with 'rustup target add wasm32-unknown-emscripten', or on Debian the packages rustc-web cargo-web rust-web-src lld."
    apt_install rustc-web cargo-web rust-web-src lld
  fi
  export PATH="/usr/bin:$PATH" RUSTC=/usr/bin/rustc CARGO=/usr/bin/cargo CARGO_UNSTABLE_BUILD_STD=std,panic_unwind
  export RUST_LLD="${RUST_LLD:-$(command -v rust-lld || command -v lld || true)}"
  [ -n "$RUST_LLD" ] || fail "No linker for WebAssembly. Install lld, or set RUST_LLD to a rust-lld."
}

# ---- site ------------------------------------------------------------------------------------------------------------------------

site() { ## the site, into dist/site: files only, for any static host
  wasm
  [ -f dist/site/offline.js ] || rm -f "$STAMPS/site"
  once site build_site build.sh dist/wasm web/build web/src web/styles web/package-lock.json requirements scenarios panel_app LICENSE
}

build_site() {
  $PYTHON -m web.build --wheel "$(echo dist/wasm/*_wasm32.whl)" --out dist/site >&2
}

serve() { ## serves dist/site on 127.0.0.1:$PORT, compressed
  [ -f dist/site/index.html ] || fail "There is no dist/site yet. Run './build.sh demo', or './build.sh site' first."
  $PYTHON -m web.serve dist/site --port "$PORT"
}

serve-native() { ## the same application on 127.0.0.1:$PORT, in Python of this machine
  setup
  .venv/bin/panel serve panel_app/native.py --address 127.0.0.1 --port "$PORT" --index native
}

demo() { ## everything from a bare clone to the served site
  site
  serve
}

# ---- tests -----------------------------------------------------------------------------------------------------------------------

test() { ## everything from a bare clone to all tests passed
  site
  cargo test --workspace --locked --quiet >&2
  # The browser's tests apart: Playwright keeps an event loop running, beside which nothing else can run one.
  $PYTHON -m pytest --ignore=tests/browser --numprocesses=logical --dist=loadfile "$@"
  $PYTHON -m pytest tests/browser "$@"
}

test-long() { ## the same with many more cases, for more than an hour; a part that fails does not keep back the others
  setup
  # What is waited for may take longer, as this may run beside other work.
  export PATIENCE=20 PYTEST_TIMEOUT=6000
  trap 'exit 130' INT
  part server env SERVER_CLIENTS=500 SERVER_SECONDS=30 $PYTHON -m pytest tests/api/test_load.py "$@"
  part model env MODEL_SEEDS=10000 $PYTHON -m pytest tests/model "$@"
  # By itself, not as a function: there a step that fails would not end the steps after it.
  part site ./build.sh site
  part redraws env REDRAWS=12000 $PYTHON -m pytest tests/browser/test_frames.py "$@"
  # Optimised, but with all checks on: pages, chapters and what is kept are as small as in the short tests.
  part properties env CARGO_TARGET_DIR=target/long CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS=true CARGO_PROFILE_RELEASE_LTO=off \
    PROPTEST_CASES=10000 cargo test --workspace --locked --release --quiet --no-fail-fast >&2
  printf '%s\n' "${PARTS[@]}" >&2
  [ $FAILED = 0 ] || fail "$FAILED of ${#PARTS[@]} parts failed."
}

PARTS=() FAILED=0

# part NAME COMMAND...: runs a command, and notes how it ended and how long it took.
part() {
  local name="$1" began=$SECONDS ended=passed
  shift
  say "$name"
  "$@" || { ended="failed with code $?"; FAILED=$((FAILED + 1)); }
  PARTS+=("$(printf '%-11s %s, %d s' "$name" "$ended" $((SECONDS - began)))")
}

bench() { ## measures the figures of docs/performance.md: JSON on stdout; `bench engine` only the engine's
  if [ "${1:-}" = engine ]; then setup >&2; else site >&2; fi
  $PYTHON -m tests.bench "$@"
}

verb="${1:-help}"
[ $# -gt 0 ] && shift
case "$verb" in
  help | setup | check | wheel | wasm | site | serve | serve-native | demo | test | test-long | bench) "$verb" "$@" ;;
  *)
    help >&2
    fail "there is no verb '$verb'."
    ;;
esac
