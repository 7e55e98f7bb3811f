# Shared by the scripts beside this file: steps with their time and log, installing what is missing, private servers.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${HOSTWRIGHT_CACHE:-$HOME/.cache/hostwright}
TOOLS=$CACHE/tools
VENV=$CACHE/venv
LOGS=$CACHE/logs
STAMPS=$CACHE/stamps
POSTGRES_BIN=/usr/lib/postgresql/15/bin
WASM_BINDGEN_VERSION=0.2.130
TRUNK_VERSION=0.21.14
export CARGO_TARGET_DIR=${HOSTWRIGHT_TARGET:-$CACHE/target}
mkdir -p "$LOGS" "$STAMPS" "$CARGO_TARGET_DIR"
# rustup's own start-up file, for shells that have not read it.
if ! command -v cargo >/dev/null && [ -f "$HOME/.cargo/env" ]; then . "$HOME/.cargo/env"; fi
# `su` leaves root without the folders that dpkg and runuser need.
export PATH=$TOOLS/bin:$ROOT/node_modules/.bin:$PATH:/usr/sbin:/sbin
export CARGO_TERM_COLOR=never NO_UPDATE_NOTIFIER=1 npm_config_update_notifier=false

say() { printf '%s\n' "$*"; }

fail() {
    printf '\n%s\n' "$1" >&2
    if [ $# -gt 1 ]; then printf 'What to do: %s\n' "$2" >&2; fi
    exit 1
}

# The shell writes its clock as the reader's language writes numbers: with a comma in Polish.
seconds_since() { LC_ALL=C awk -v from="${1/,/.}" -v to="${EPOCHREALTIME/,/.}" 'BEGIN { printf "%.1f", to - from }'; }

# step NAME HINT COMMAND…  One line for a long step; its output goes to a log that is shown when it fails.
step() {
    local name=$1 hint=$2 started=$EPOCHREALTIME log watcher status=0
    shift 2
    log=$LOGS/$(printf '%s' "$name" | tr -c 'A-Za-z0-9' '-').log
    watch_step "$name" "$log" "$started" &
    watcher=$!
    "$@" >"$log" 2>&1 </dev/null || status=$?
    kill "$watcher" 2>/dev/null || true
    wait "$watcher" 2>/dev/null || true
    if [ -t 1 ]; then printf '\r\033[K'; fi
    if [ $status -ne 0 ]; then
        printf '  ✗ %-44s %7s s\n\n' "$name" "$(seconds_since "$started")"
        tail -n "${STEP_TAIL:-40}" "$log" | sed 's/^/    /' >&2
        printf '\n    all of it: %s\n' "$log" >&2
        printf '    what to do: %s\n\n' "$hint" >&2
        return $status
    fi
    printf '  ✓ %-44s %7s s\n' "$name" "$(seconds_since "$started")"
}

# Shows that a long step still runs: in place on a terminal, a line a minute elsewhere.
watch_step() {
    local name=$1 log=$2 started=$3 tick=0
    trap - EXIT INT TERM
    while sleep 1; do
        tick=$((tick + 1))
        if [ -t 1 ]; then
            printf '\r\033[K  … %-44s %7s s  %s' "$name" "$(seconds_since "$started")" \
                "$(tail -n 1 "$log" 2>/dev/null | tr -d '\r\033' | cut -c1-60)"
        elif [ $((tick % 60)) -eq 0 ]; then
            printf '  … %-44s %7s s  %s\n' "$name" "$(seconds_since "$started")" \
                "$(tail -n 1 "$log" 2>/dev/null | tr -d '\r\033' | cut -c1-60)"
        fi
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# PostgreSQL refuses to run as root: then its own system user runs the private servers, or that of Redis where there is none.
service_user() { if id -u postgres >/dev/null 2>&1; then echo postgres; else echo redis; fi; }

as_service() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u "$(service_user)" -- "$@"; else "$@"; fi
}

give_to_service() { if [ "$(id -u)" -eq 0 ]; then chown "$(service_user):" "$@"; fi; }

# ---- Installing ------------------------------------------------------------------------------------------------

install_packages() {
    local missing=() package
    for package in "$@"; do
        if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then missing+=("$package"); fi
    done
    if [ ${#missing[@]} -eq 0 ]; then return 0; fi
    command -v apt-get >/dev/null || fail "Missing: ${missing[*]}" "install these packages (this is not a Debian system)."
    if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
        # sudo asks now: the line of a running step would write over its question.
        say "  … sudo installs: ${missing[*]}"
        sudo -v || fail "Missing: ${missing[*]}" "as root: apt-get install --no-install-recommends ${missing[*]}"
    fi
    step "install ${#missing[@]} system packages" "run: apt-get update && apt-get install ${missing[*]}" apt_install "${missing[@]}"
}

# Packages must not start system services: ours are private. `policy-rc.d` is Debian's way to say so; it goes again, after
# Ctrl-C as well.
apt_install() (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        trap 'as_root rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null && as_root chmod 755 $policy || exit
    fi
    as_root apt-get update -q &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
)

check_toolchains() {
    command -v rustup >/dev/null && command -v cargo >/dev/null ||
        fail "Rust is missing." "install it with rustup (https://rustup.rs), open a new shell and start again."
    command -v node >/dev/null && command -v npm >/dev/null ||
        fail "Node.js is missing." "install Node.js 20 or newer and start again."
    [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] ||
        fail "Node.js $(node --version) is too old." "install Node.js 20 or newer and start again."
    if ! rustup target list --installed | grep -qx wasm32-unknown-unknown; then
        step "add the wasm target" "run: rustup target add wasm32-unknown-unknown" rustup target add wasm32-unknown-unknown
    fi
    if ! rustup component list --installed | grep -qx rust-src; then
        step "add the source of the standard library" "run: rustup component add rust-src" rustup component add rust-src
    fi
}

# Tools run for seconds: they are built to be ready soon, not to be fast. First with the versions that their authors locked;
# when a registry has withdrawn one of those, with the newest that fit.
install_tool() {
    build_tool --locked "$@" || build_tool "$@"
}

build_tool() {
    CARGO_TARGET_DIR=$CACHE/tools-target CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_STRIP=debuginfo CARGO_PROFILE_RELEASE_DEBUG=false \
        cargo install --no-default-features --force --root "$TOOLS" "$@"
}

install_frontend_tools() {
    if [ ! -e "$STAMPS/wasm-bindgen-$WASM_BINDGEN_VERSION" ] || [ ! -x "$TOOLS/bin/wasm-bindgen" ]; then
        step "build wasm-bindgen-cli $WASM_BINDGEN_VERSION" "look at the log; is crates.io reachable?" \
            install_tool wasm-bindgen-cli --version $WASM_BINDGEN_VERSION || return
        touch "$STAMPS/wasm-bindgen-$WASM_BINDGEN_VERSION"
    fi
    if [ ! -e "$STAMPS/trunk-$TRUNK_VERSION" ] || [ ! -x "$TOOLS/bin/trunk" ]; then
        step "build trunk $TRUNK_VERSION" "look at the log; is crates.io reachable?" install_tool trunk --version $TRUNK_VERSION || return
        touch "$STAMPS/trunk-$TRUNK_VERSION"
    fi
    rm -rf "$CACHE/tools-target"
    install_node_tools
}

install_node_tools() {
    local stamp=$ROOT/node_modules/.hostwright-stamp want
    want=$(sha256sum <"$ROOT/package-lock.json")
    if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
        step "install the Node tools" "run: npm ci (in the top folder)" npm_ci || return
        printf '%s\n' "$want" >"$stamp"
    fi
}

npm_ci() { (cd "$ROOT" && npm ci --no-audit --no-fund); }

install_python_tools() {
    local want
    want=$(sha256sum <"$ROOT/e2e/requirements.txt")
    if [ "$(cat "$VENV/.hostwright-stamp" 2>/dev/null)" != "$want" ]; then
        step "install the Python tools" "is python3-venv installed and PyPI reachable?" python_tools
        printf '%s\n' "$want" >"$VENV/.hostwright-stamp"
    fi
}

python_tools() {
    /usr/bin/python3 -m venv "$VENV" && "$VENV/bin/pip" install --quiet --disable-pip-version-check -r "$ROOT/e2e/requirements.txt"
}

# ---- Building --------------------------------------------------------------------------------------------------

# A number that changes when a file of these folders does: names, sizes and times, so that it takes no time itself.
sources() {
    (cd "$ROOT" && printf '%s\n' "$ROOT" "$(rustc --version 2>/dev/null || true)" &&
        find "$@" -type f ! -path '*/node_modules/*' ! -path '*/target/*' -printf '%p %s %T@\n' | LC_ALL=C sort) | sha256sum
}

server_sources() { sources Cargo.toml Cargo.lock shared backend migrations; }
page_sources() { sources Cargo.toml Cargo.lock Trunk.toml package-lock.json shared frontend; }

# build_server PROFILE: `SERVER` is the program afterwards.
build_server() {
    local profile=$1 folder=$1 stamp=$STAMPS/server-$1 want
    if [ "$profile" = dev ]; then folder=debug; fi
    SERVER=$CARGO_TARGET_DIR/$folder/hostwright
    want=$(server_sources)
    if [ -x "$SERVER" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then return 0; fi
    rm -f "$stamp"
    step "build the server ($profile)" "read the compiler's message above" cargo_build "$profile"
    printf '%s\n' "$want" >"$stamp"
}

# For development it is the program that `cargo test` builds: one build for both. Otherwise it is the program alone.
cargo_build() {
    if [ "$1" = dev ]; then
        (cd "$ROOT" && cargo test --locked --workspace --exclude frontend --exclude ui --no-run)
    else
        (cd "$ROOT" && cargo build --locked -p hostwright --bin hostwright --profile "$1")
    fi
}

build_pages() {
    local stamp=$ROOT/dist/.hostwright-stamp want
    want=$(page_sources)
    if [ -f "$ROOT/dist/staff/index.html" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then return 0; fi
    rm -f "$stamp"
    step "build the pages" "read the message above; the Node tools come with: npm ci" trunk_build || return
    printf '%s\n' "$want" >"$stamp"
}

# A standard library made for size, panics that only stop, and nothing that only debugging prints: the pages are smaller by
# 70 kB of brotli. The stable compiler does these when it is asked to. The paths of this machine are of no use to a browser.
trunk_build() {
    local flags="--cfg erase_components -Zlocation-detail=none -Zfmt-debug=none -Zunstable-options -Cpanic=immediate-abort"
    flags="$flags --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=deps"
    in_pages() {
        (cd "$ROOT" && env -u NO_COLOR RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$flags" \
            CARGO_UNSTABLE_BUILD_STD=std,panic_abort CARGO_UNSTABLE_BUILD_STD_FEATURES=optimize_for_size "$@")
    }
    # Both portals at once: each is linked by one core. Trunk finds them ready.
    in_pages cargo build --locked -p frontend --bins --target wasm32-unknown-unknown --profile wasm &&
        in_pages trunk build --release &&
        in_pages trunk build --release --dist dist/staff --public-url /staff/ frontend/staff.html
}

# ---- Private servers -------------------------------------------------------------------------------------------

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port WISH: the first free port from there on.
free_port() {
    local port=$1
    while ! port_is_free "$port"; do port=$((port + 1)); done
    printf '%s\n' "$port"
}

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

wait_until() {
    local tries=$(($1 * 20))
    shift
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        if [ $tries -le 0 ]; then return 1; fi
        sleep 0.05
    done
}

postgres_is_up() { as_service "$POSTGRES_BIN/pg_ctl" -D "$1/data" status >/dev/null 2>&1; }

# postgres_create DIR USER PASSWORD_FILE|trust  A new cluster.
postgres_create() {
    local dir=$1 user=$2 password=$3
    mkdir -p "$dir" && give_to_service "$dir"
    if [ "$password" = trust ]; then
        (cd / && as_service "$POSTGRES_BIN/initdb" -D "$dir/data" -U "$user" -A trust -E UTF8 --locale=C.UTF-8 --no-sync)
    else
        (cd / && as_service "$POSTGRES_BIN/initdb" -D "$dir/data" -U "$user" -A scram-sha-256 --pwfile="$password" -E UTF8 --locale=C.UTF-8)
    fi
}

postgres_start() {
    (cd / && as_service "$POSTGRES_BIN/pg_ctl" -D "$1/data" -l "$1/log" -w -t 60 start)
}

postgres_stop() { (cd / && as_service "$POSTGRES_BIN/pg_ctl" -D "$1/data" -m fast -w stop); }

# redis_start DIR  With `redis.conf` in DIR; leaves `redis.pid` there.
redis_start() {
    (cd / && as_service bash -c 'setsid nohup redis-server "$1/redis.conf" >"$1/log" 2>&1 </dev/null & echo $! >"$1/redis.pid"' _ "$1")
}

redis_stop() { kill "$(cat "$1/redis.pid")" && wait_until 15 redis_is_down "$1"; }

redis_is_down() { ! redis_is_up "$1"; }

redis_is_up() { [ -f "$1/redis.pid" ] && [ "$(ps -o comm= -p "$(cat "$1/redis.pid")" 2>/dev/null)" = redis-server ]; }
