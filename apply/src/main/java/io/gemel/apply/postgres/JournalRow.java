package io.gemel.apply.postgres;

import io.gemel.conflict.Conflict;
import io.gemel.transaction.GemelTable;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.StampedChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a conflict is written to {@code gemel.journal}. Pure. */
final class JournalRow {
    static final String INSERT = """
            INSERT INTO %s (table_schema, table_name, key, kind, policy, resolution, winner_site,
              local_site, local_position, local_version, local_seen,
              incoming_site, incoming_position, incoming_version, incoming_seen,
              base, local_before, local_after, incoming_before, incoming_after, outcome)
            VALUES (?, ?, ?::text[], ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?::jsonb, ?::jsonb, ?::jsonb)
            """.formatted(GemelTable.JOURNAL);

    private JournalRow() {}

    static List<@Nullable Object> binds(Conflict conflict, @Nullable RowImage outcome) {
        List<@Nullable Object> binds = new ArrayList<>();
        binds.addAll(PostgresBinds.ofKey(conflict.key()));
        binds.add(conflict.kind().name());
        binds.add(conflict.policy());
        binds.add(conflict.resolution());
        binds.add(conflict.winner().origin().name());
        header(binds, conflict.local());
        header(binds, conflict.incoming());
        binds.add(json(conflict.base()));
        binds.add(json(conflict.local().change().before()));
        binds.add(json(conflict.local().change().after()));
        binds.add(json(conflict.incoming().change().before()));
        binds.add(json(conflict.incoming().change().after()));
        binds.add(json(outcome));
        return binds;
    }

    private static void header(List<@Nullable Object> binds, StampedChange change) {
        binds.add(change.origin().name());
        binds.add(change.position());
        binds.add(change.header().version().micros());
        binds.add(change.header().seen());
    }

    /** An object of column texts. */
    static @Nullable String json(@Nullable RowImage image) {
        if (image == null) {
            return null;
        }
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < image.size(); i++) {
            json.append(i == 0 ? "" : ",");
            string(json, image.shape().columns().get(i));
            json.append(':');
            String value = image.value(i);
            if (value == null) {
                json.append("null");
            } else {
                string(json, value);
            }
        }
        return json.append('}').toString();
    }

    private static void string(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
