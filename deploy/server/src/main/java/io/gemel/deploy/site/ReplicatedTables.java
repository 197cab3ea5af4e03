package io.gemel.deploy.site;

import io.gemel.conflict.SubmissionLedger;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.verdict.SiteVerdict;
import io.gemel.transaction.TableId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The tables that one life of a site replicates: those that its configuration matches, but for the refused ones. Thread-safe. */
final class ReplicatedTables {
    private final SiteConfig config;
    private volatile SiteVerdict verdict = SiteVerdict.NONE;
    private volatile Map<Long, TableId> partitioned = Map.of(); // by object identifier

    ReplicatedTables(SiteConfig config) {
        this.config = config;
    }

    /** Takes the verdict that this life goes by; before anything is captured or applied. */
    void follow(SiteVerdict now) {
        verdict = now;
        partitioned = partitioned(now);
    }

    /** Takes the tables in partitions that came after this life began. */
    void meet(SiteVerdict now) {
        partitioned = partitioned(now);
    }

    /**
     * Whether a verdict refuses the same tables as the one that this life goes by, the publication is the same one, and every table in
     * partitions has the name that it had: a server process that sends the log goes on calling it by that name where it has met its partitions.
     */
    boolean agreesWith(SiteVerdict now) {
        return verdict.refused().keySet().equals(now.refused().keySet())
                && verdict.publication().equals(now.publication())
                && partitioned(now).entrySet().containsAll(partitioned.entrySet());
    }

    private static Map<Long, TableId> partitioned(SiteVerdict verdict) {
        return verdict.replicable().stream()
                .filter(table -> table.kind() == CatalogTable.Kind.PARTITIONED)
                .collect(Collectors.toUnmodifiableMap(
                        CatalogTable::oid, table -> new TableId(table.schema(), table.name())));
    }

    boolean contains(TableId table) {
        return table.equals(SubmissionLedger.TABLE)
                || (config.tables().matches(table.schema(), table.name())
                        && !verdict.refused().containsKey(table));
    }

    /** See {@link SiteVerdict#recorded}. */
    List<Long> recorded() {
        return verdict.recorded();
    }

    /** Why a table is refused; empty when it is not. */
    Optional<String> refusal(TableId table) {
        return verdict.refusal(table);
    }
}
