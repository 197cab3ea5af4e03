package io.gemel.deploy.router;

import io.gemel.deploy.bank.BankTables;
import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one database holds when nothing is under way any more.
 *
 * @param site the site's name
 * @param effects the effects of each key
 * @param ledger the ledger's row of each key
 * @param tables every row of each table by its primary key, as text
 * @param money all balances, and what was spent
 */
record SiteRows(
        String site,
        Map<String, List<Effect>> effects,
        Map<String, Entry> ledger,
        Map<String, Map<String, String>> tables,
        long money) {
    /** Who carried a submission out. */
    record Effect(String site, String vm) {}

    /** A row of the ledger; the response as text. */
    record Entry(String status, int httpStatus, String response, String site, String vm) {}

    /** Reads a database through a connection, so that a test may look at what it has not committed. */
    static SiteRows read(String site, Connection connection) throws SQLException {
        Map<String, List<Effect>> effects = new HashMap<>();
        Sql.list(
                connection,
                row -> effects.computeIfAbsent(row.getString(1), key -> new ArrayList<>())
                        .add(new Effect(row.getString(2), row.getString(3))),
                "SELECT key, site, vm FROM effect");
        Map<String, Entry> ledger = new HashMap<>();
        Sql.list(
                connection,
                row -> ledger.put(
                        row.getString(1),
                        new Entry(
                                row.getString(2), row.getInt(3), row.getString(4), row.getString(5), row.getString(6))),
                "SELECT key, status, http_status, convert_from(response, 'UTF8'), site, vm FROM gemel.submission");
        Map<String, Map<String, String>> tables = new TreeMap<>();
        for (String table : BankTables.NAMES) {
            tables.put(table, rows(connection, "SELECT id, t::text FROM " + table + " AS t"));
        }
        tables.put("gemel.submission", rows(connection, "SELECT key, t::text FROM gemel.submission AS t"));
        long money = Long.parseLong(Sql.text(
                connection,
                "SELECT (SELECT sum(balance) FROM account) + (SELECT coalesce(sum(total), 0) FROM purchase)"));
        return new SiteRows(site, effects, ledger, tables, money);
    }

    private static Map<String, String> rows(Connection connection, String query) throws SQLException {
        Map<String, String> rows = new HashMap<>();
        Sql.list(connection, row -> rows.put(row.getString(1), row.getString(2)), query);
        return rows;
    }
}
