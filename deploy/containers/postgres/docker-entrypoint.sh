#!/bin/bash
# Creates the data directory where it is missing and runs the server, as root's `postgres` or as the ordinary user it is run by.
#   POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD, PGDATA: as of the official image
set -euo pipefail
[ "${1:-}" = postgres ] || exec "$@"

mkdir -p "$PGDATA"
if [ "$(id -u)" -eq 0 ]; then
  chown -R postgres: "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  chmod 700 "$PGDATA"
  # initdb wants a name for who runs it.
  export NSS_WRAPPER_PASSWD=/tmp/passwd NSS_WRAPPER_GROUP=/etc/group
  printf 'postgres:x:%s:%s::%s:/bin/false\n' "$(id -u)" "$(id -g)" "$PGDATA" > "$NSS_WRAPPER_PASSWD"
  # shellcheck disable=SC2086  # the arguments are words
  LD_PRELOAD=libnss_wrapper.so initdb --username="${POSTGRES_USER:-postgres}" \
    --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:-}") ${POSTGRES_INITDB_ARGS:-}
  printf 'host all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
fi
exec "$@"
