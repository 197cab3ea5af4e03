package io.gemel.deploy.site;

import io.gemel.apply.api.ApplyConfig;
import io.gemel.capture.api.CaptureConfig;
import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.PolicyTable;
import io.gemel.conflict.SubmissionLedger;
import io.gemel.conflict.TablePolicy;
import io.gemel.conflict.window.WindowMemory;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.spill.DiskSpill;
import io.gemel.reason.RowLimit;
import io.gemel.reason.RowRoom;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/** Cuts a site's configuration into what each module is told. Pure. */
final class SiteModules {
    private static final long QUEUE_BYTES_MAX = 16L << 20;
    private static final int WINDOW_SHARE_OF_HEAP = 8;

    private SiteModules() {}

    static CaptureConfig capture(
            SiteConfig config, LongUnaryOperator commitClock, ReplicatedTables tables, RowRoom rowRoom) {
        return new CaptureConfig(
                config.site(),
                config.database().url(),
                config.database().user(),
                config.database().password().text(),
                config.slot(),
                config.peerSlot(),
                SiteConfig.PUBLICATION,
                tables::contains,
                config.kafka().client(),
                config.logTopic(),
                Math.toIntExact(config.limits().transactionPartBytesMax()),
                rowRoom,
                config.limits().windowImageBytesMax(),
                CaptureConfig.SEND_BUFFER_BYTES,
                config.limits().heartbeatInterval(),
                commitClock);
    }

    static ApplyConfig apply(SiteConfig config, ReplicatedTables tables, RowRoom rowRoom) {
        Map<String, Object> kafka = new HashMap<>(config.peerKafka().client());
        return new ApplyConfig(
                config.site(),
                config.peer(),
                config.database().url(),
                config.database().user(),
                config.database().password().text(),
                tables::contains,
                tables::refusal,
                kafka,
                config.peerLogTopic(),
                config.limits().applyGroupRowsMax(),
                QUEUE_BYTES_MAX,
                rowRoom,
                config.limits().applyLockTimeout(),
                config.limits().applyLockKillAfter(),
                config.limits().applyCatchupTimeout(),
                config.limits().heartbeatInterval(),
                config.limits().haltRetryInterval(),
                config.limits().parkedTransactionsMax(),
                config.limits().clockAheadMax(),
                config.limits().journalRetention(),
                config.router().submissionRetention());
    }

    /** Memory for the rows of both sides. */
    static RowRoom rowRoom(SiteConfig config) {
        return RowRoom.of(RowLimit.bytes(
                config.limits().rowBytesMax(), Runtime.getRuntime().maxMemory()));
    }

    static WindowMemory windowMemory(SiteConfig config) {
        long bytes = config.limits().windowMemoryMax();
        return WindowMemory.of(
                new DiskSpill(config.limits().windowSpillDir()),
                bytes > 0 ? bytes : Runtime.getRuntime().maxMemory() / WINDOW_SHARE_OF_HEAP);
    }

    static PolicyTable policies(SiteConfig config) {
        TablePolicy ledger = new TablePolicy(new LastWriterWins(), Set.of());
        return PolicyTable.by(table ->
                table.equals(SubmissionLedger.TABLE) ? ledger : config.policyFor(table.schema(), table.name()));
    }
}
