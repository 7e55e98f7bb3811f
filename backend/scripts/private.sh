# The installation's own PostgreSQL and Redis, under its data folder, for when no URL is configured.
# shellcheck shell=bash

if [ "$(id -u)" -eq 0 ]; then DATA=${HOSTWRIGHT_DATA:-/var/lib/hostwright}; else DATA=${HOSTWRIGHT_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/hostwright}; fi
DATA=$(realpath -ms "$DATA")

prepare_data_folder() {
    mkdir -p "$DATA"
    chmod 711 "$DATA"
    if [ ! -s "$DATA/secret.key" ]; then
        (umask 077 && head -c 32 /dev/urandom | base64 >"$DATA/secret.key")
    fi
}

# One `up` at a time prepares a folder. The lock is descriptor 9: whatever goes on afterwards must not have it.
lock_data_folder() {
    exec 9>"$DATA/lock"
    flock -n 9 || fail "Another backend/scripts/up prepares $DATA." "wait until it is ready, or stop it; another folder: HOSTWRIGHT_DATA"
}

# What runs the private servers is not root and has to reach them.
check_service_reaches_data() {
    as_service test -x "$DATA" || fail "The user $(service_user) cannot reach $DATA." \
        "choose another folder with HOSTWRIGHT_DATA, or open the folders above it (chmod a+x)."
}

# A password of our own making, readable by us only.
password() {
    if [ ! -s "$DATA/$1.password" ]; then (umask 077 && random_hex 24 >"$DATA/$1.password"); fi
    cat "$DATA/$1.password"
}

# The port that this installation took at its first start.
port() {
    if [ ! -s "$DATA/$1.port" ]; then free_port "$2" >"$DATA/$1.port"; fi
    cat "$DATA/$1.port"
}

private_postgres() {
    local dir=$DATA/postgres secret port pwfile memory buffers
    secret=$(password postgres)
    port=$(port postgres 54321)
    if [ ! -f "$dir/data/PG_VERSION" ]; then
        pwfile=$(mktemp)
        printf '%s\n' "$secret" >"$pwfile"
        give_to_service "$pwfile"
        rm -rf "$dir/data"
        step "create the database cluster" "is $DATA writable, and is there room?" postgres_create "$dir" hostwright "$pwfile"
        rm -f "$pwfile"
        # A quarter of the memory, at most 2 GB, as the manual advises for a machine that also does other work.
        memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
        buffers=$((memory / 4 > 2048 ? 2048 : memory / 4))
        as_service tee -a "$dir/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 100
shared_buffers = ${buffers}MB
effective_cache_size = $((memory / 2))MB
work_mem = 32MB
maintenance_work_mem = 256MB
wal_compression = on
max_wal_size = 4GB
checkpoint_completion_target = 0.9
random_page_cost = 1.1
fsync = on
synchronous_commit = on
CONF
    fi
    if ! postgres_is_up "$dir"; then
        step "start PostgreSQL (port $port)" "look into $dir/log" postgres_start "$dir"
    fi
    OWNER_SECRET=$secret
    PROGRAM_SECRET=$(password program)
    if [ "$(has_database 2>"$LOGS/private-database.log" || true)" != t ]; then
        step "create the database" "look into $dir/log; does $DATA/postgres.password hold the password of its user hostwright?" create_database
    fi
    export HOSTWRIGHT__DATABASE__URL=postgres://hostwright_app:$PROGRAM_SECRET@127.0.0.1:$port/hostwright
}

# as_owner DATABASE ARGUMENTS…  Asks the private PostgreSQL as the owner of the tables; the program has a role of its own.
as_owner() {
    local database=$1
    shift
    PGPASSWORD=$OWNER_SECRET "$POSTGRES_BIN/psql" -qAtX -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(port postgres 54321)" -U hostwright -d "$database" "$@"
}

has_database() {
    as_owner postgres -c "SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'hostwright') AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_app')"
}

create_database() {
    PROGRAM_SECRET=$PROGRAM_SECRET as_owner postgres <<'SQL'
\getenv secret PROGRAM_SECRET
SELECT 'CREATE DATABASE hostwright' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'hostwright') \gexec
SELECT 'CREATE ROLE hostwright_app LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hostwright_app') \gexec
ALTER ROLE hostwright_app PASSWORD :'secret';
SQL
}

# The owner migrates; the program may read and write, but not change what must only grow.
migrate_private() {
    HOSTWRIGHT__DATABASE__URL=postgres://hostwright:$OWNER_SECRET@127.0.0.1:$(port postgres 54321)/hostwright "$SERVER" migrate &&
        as_owner hostwright -f "$ROOT/docs/program-role.sql"
}

# The program notes both in an empty database only: what is there between them is nobody's.
demo_was_interrupted() {
    as_owner hostwright -c "SELECT bool_or(key = 'demo.begun') AND NOT bool_or(key = 'demo.filled') FROM settings"
}

# `migrate_private` makes the tables anew.
empty_private() {
    REDISCLI_AUTH=$(password redis) redis-cli -p "$(port redis 56379)" flushall >/dev/null 2>&1 || true
    as_owner postgres -c "DROP DATABASE IF EXISTS hostwright WITH (FORCE)" -c "CREATE DATABASE hostwright"
}

# Ours, and with our password: another one may have taken the port.
private_redis_answers() {
    redis_is_up "$DATA/redis" && [ "$(REDISCLI_AUTH=$(password redis) redis-cli -p "$(port redis 56379)" ping)" = PONG ]
}

private_redis() {
    local dir=$DATA/redis secret port
    secret=$(password redis)
    port=$(port redis 56379)
    if [ ! -f "$dir/redis.conf" ]; then
        mkdir -p "$dir"
        (umask 077 && cat >"$dir/redis.conf" <<CONF
bind 127.0.0.1
port $port
requirepass $secret
dir "$dir"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
CONF
        )
        give_to_service "$dir" "$dir/redis.conf"
    fi
    if ! redis_is_up "$dir"; then
        redis_start "$dir"
    fi
    wait_until 10 private_redis_answers || fail "Redis did not start." "look into $dir/log; is port $port taken?"
    export HOSTWRIGHT__REDIS__URL=redis://:$secret@127.0.0.1:$port/0
}
