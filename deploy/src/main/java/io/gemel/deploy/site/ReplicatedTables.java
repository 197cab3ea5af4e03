package io.gemel.deploy.site;

import io.gemel.conflict.SubmissionLedger;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.verdict.SiteVerdict;
import io.gemel.transaction.TableId;
import java.util.List;
import java.util.Optional;

/** The tables that one life of a site replicates: those that its configuration matches, but for the refused ones. Thread-safe. */
final class ReplicatedTables {
    private final SiteConfig config;
    private volatile SiteVerdict verdict = SiteVerdict.NONE;

    ReplicatedTables(SiteConfig config) {
        this.config = config;
    }

    /** Takes the verdict that this life goes by; before anything is captured or applied. */
    void follow(SiteVerdict now) {
        verdict = now;
    }

    /** Whether a verdict refuses the same tables as the one that this life goes by, and the publication is the same one. */
    boolean agreesWith(SiteVerdict now) {
        return verdict.refused().keySet().equals(now.refused().keySet())
                && verdict.publication().equals(now.publication());
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
