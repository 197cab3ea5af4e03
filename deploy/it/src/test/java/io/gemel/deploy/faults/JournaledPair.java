package io.gemel.deploy.faults;

import io.gemel.deploy.database.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/** One row of {@code gemel.journal}: two concurrent changes of a key and who won. */
record JournaledPair(String table, String key, String winner, Side local, Side incoming) {
    /** One of the two transactions. */
    record Side(String site, long position, long version, long seen) {
        @Override
        public String toString() {
            return site + "/" + position + " v" + version + " seen " + seen;
        }
    }

    /** All but those of linked tables, where more decides than the versions of two changes. */
    static List<JournaledPair> read(Connection connection) throws SQLException {
        return Sql.list(
                        connection,
                        row -> new JournaledPair(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                new Side(row.getString(4), row.getLong(5), row.getLong(6), row.getLong(7)),
                                new Side(row.getString(8), row.getLong(9), row.getLong(10), row.getLong(11))),
                        "SELECT table_name, key[1], winner_site, local_site, local_position, local_version, local_seen,"
                                + " incoming_site, incoming_position, incoming_version, incoming_seen FROM gemel.journal"
                                + " ORDER BY id")
                .stream()
                .filter(pair -> !FaultTables.isLinked(pair.table()))
                .toList();
    }

    /** The pair as either site would name it, whoever was local there, with its winner. */
    String decided() {
        List<String> sides =
                Stream.of(local, incoming).map(Side::toString).sorted().toList();
        return table + " " + key + ": " + sides.get(0) + " with " + sides.get(1) + " won by " + winner;
    }
}
