package io.gemel.deploy.faults;

import io.gemel.deploy.database.Sql;
import io.gemel.deploy.database.Sql.RowReader;
import io.gemel.transaction.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What one site's database and log say when nothing is under way any more.
 *
 * @param name the site's
 * @param digests for each table, for each key, all bytes of the row in short
 * @param owners owner of each account
 * @param counters each counter
 * @param tallies sum of the tallies of each counter
 * @param noted entries as the applier inserted them, one for each transaction
 * @param journal every conflict
 * @param halves transactions of which a part is there
 * @param gaps steps that are missing before a later one
 * @param orphans rows that lost the row which they refer to, in tables that do not keep such
 * @param wrongEffects submissions with other effects than they should have, and purses with other sums
 * @param parked transactions that wait for a person
 * @param log what the site has published
 */
record SiteFacts(
        String name,
        Map<String, Map<String, String>> digests,
        Map<String, String> owners,
        Map<String, String> counters,
        Map<String, String> tallies,
        List<String> noted,
        List<JournaledPair> journal,
        List<String> halves,
        List<String> gaps,
        List<String> orphans,
        List<String> wrongEffects,
        List<String> parked,
        List<Transaction> log) {

    /** Reads a database through a connection, so that a test may look at what it has not committed. */
    static SiteFacts read(String name, Connection connection, List<Transaction> log) throws SQLException {
        RowReader<String> text = row -> row.getString(1);
        Map<String, Map<String, String>> digests = new TreeMap<>();
        for (FaultTables.Table table : FaultTables.ALL) {
            digests.put(table.name(), byKey(connection, table.query()));
        }
        return new SiteFacts(
                name,
                digests,
                byKey(connection, "SELECT id, owner FROM account"),
                byKey(connection, "SELECT id, n FROM counter"),
                byKey(connection, "SELECT counter, sum(amount) FROM tally GROUP BY 1"),
                Sql.list(connection, text, "SELECT id FROM oracle.applied_entry GROUP BY id, transaction"),
                JournaledPair.read(connection),
                Sql.list(connection, text, FaultTables.HALVES),
                Sql.list(connection, text, FaultTables.GAPS),
                Sql.list(connection, text, LinkedTables.ORPHANS + " UNION ALL " + CircularTables.ORPHANS),
                Sql.list(connection, text, LinkedTables.EFFECTS + " UNION ALL " + LinkedTables.PURSES_WRONG),
                Sql.list(connection, text, LinkedTables.PARKED),
                log);
    }

    private static Map<String, String> byKey(Connection connection, String query) throws SQLException {
        Map<String, String> values = new HashMap<>();
        Sql.list(connection, row -> values.put(row.getString(1), row.getString(2)), query);
        return values;
    }

    /** Ids of all transactions that are in this database. */
    Set<String> entries() {
        return digests.getOrDefault("entry", Map.of()).keySet();
    }

    /** Keys of all submissions in the ledger. */
    Set<String> submissions() {
        return digests.getOrDefault("gemel.submission", Map.of()).keySet();
    }

    /** Was a transaction born at this site? */
    boolean owns(String id) {
        return id.charAt(0) == name.charAt(0);
    }
}
