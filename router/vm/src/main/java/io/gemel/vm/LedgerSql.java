package io.gemel.vm;

/** The library's own statements, as docs/vm.md has them for VMs in other languages. */
final class LedgerSql {
    /**
     * In one round trip: tags the session, bounds each wait for a lock and each pause between statements by what is left of the time, looks at
     * the gate, and takes the key if it is free or was declined before this request. Waits for another attempt that runs in this database.
     */
    static final String CLAIM = """
            WITH session AS MATERIALIZED (
              SELECT set_config('application_name', ?, true), set_config('lock_timeout', ?, true),
                set_config('idle_in_transaction_session_timeout', ?, true)
            ), gate AS MATERIALIZED (
              SELECT coalesce(opened_for = pg_postmaster_start_time(), false) AS open FROM gemel.gate WHERE id = 1
            ), declined AS (
              DELETE FROM gemel.submission USING session, gate
              WHERE gate.open AND key = ? AND status = 'declined' AND attempt < ?
              RETURNING key
            ), claim AS (
              INSERT INTO gemel.submission (key, fingerprint, attempt, site, vm, status, http_status, content_type, response, headers)
              SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM session CROSS JOIN gate LEFT JOIN declined ON true WHERE gate.open
              ON CONFLICT (key) DO NOTHING
              RETURNING pg_current_xact_id()::text AS transaction
            )
            SELECT (SELECT open FROM gate), (SELECT transaction FROM claim)""";

    /**
     * Finds no row when the transaction that claimed the key has been ended under the library. The claim is the transaction's first command that
     * writes; this one is the second when the work wrote nothing.
     */
    static final String FINISH = """
            UPDATE gemel.submission SET status = 'executed', http_status = ?, content_type = ?, response = ?, headers = ?
            WHERE key = ? AND status = 'running' AND pg_current_xact_id()::text = ?
            RETURNING (SELECT opened_for = pg_postmaster_start_time() FROM gemel.gate WHERE id = 1), cmin::text::bigint > 1""";

    static final String READ = """
            SELECT fingerprint, attempt, coalesce(site, ''), coalesce(vm, ''), coalesce(status, ''), http_status, content_type, response, headers, at
            FROM gemel.submission WHERE key = ?""";

    static final String GATE =
            "SELECT coalesce(opened_for = pg_postmaster_start_time(), false) FROM gemel.gate WHERE id = 1";

    /** The same, and whether the role may keep the ledger. */
    static final String READY = """
            SELECT coalesce(opened_for = pg_postmaster_start_time(), false),
              (SELECT bool_and(has_table_privilege('gemel.submission', wanted))
               FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted)
            FROM gemel.gate WHERE id = 1""";

    private LedgerSql() {}
}
