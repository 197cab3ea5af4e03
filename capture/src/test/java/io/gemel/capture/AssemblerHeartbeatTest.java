package io.gemel.capture;

import static io.gemel.capture.AssemblerBench.EPOCH;
import static io.gemel.capture.AssemblerBench.applied;
import static io.gemel.capture.AssemblerBench.local;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.capture.source.CapturedRow;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import org.junit.jupiter.api.Test;

/** When the assembler tells the peer how far it is, although nothing was written. */
class AssemblerHeartbeatTest {
    private static final long MILLI = 1_000_000;

    private final AssemblerBench bench = new AssemblerBench();

    @Test
    void reads_a_heartbeats_horizon_back_and_publishes_one_when_nothing_else_was_for_a_second() throws Exception {
        bench.transaction(1, 10, new CapturedRow.Beat("1:2:"));
        assertThat(bench.sent).isEmpty();
        assertThat(bench.progress.horizon()).isEqualTo("1:2:");

        bench.now += Assembler.IDLE_HEARTBEAT_NANOS;
        bench.transaction(2, 20, new CapturedRow.Beat("3:4:"));

        assertThat(bench.sent)
                .containsExactly(new LogRecord.Heartbeat(
                        EPOCH, new TransactionHeader(Fixtures.EAST, 0, 20, new Version(0, Fixtures.EAST), 0)));
    }

    @Test
    void tells_the_peer_what_was_seen_at_most_once_per_heartbeat_interval() throws Exception {
        bench.transaction(1, 10, applied(1, 100));
        bench.now += 99 * MILLI;
        bench.transaction(2, 20, new CapturedRow.Beat(null));
        assertThat(bench.sent).isEmpty();
        bench.now += MILLI;
        bench.transaction(3, 30, new CapturedRow.Beat(null));
        bench.transaction(4, 40, applied(2, 100));
        bench.transaction(5, 50, new CapturedRow.Beat(null));
        bench.now += 100 * MILLI;
        bench.transaction(6, 60, new CapturedRow.Beat(null));
        bench.now += 100 * MILLI;
        bench.transaction(7, 70, new CapturedRow.Beat(null));

        assertThat(bench.sent)
                .extracting(record -> ((LogRecord.Heartbeat) record).header().seen())
                .containsExactly(1L, 2L);
        assertThat(bench.sent)
                .extracting(record -> ((LogRecord.Heartbeat) record).header().commitPosition())
                .containsExactly(30L, 60L);
    }

    @Test
    void publishes_a_heartbeat_at_once_when_one_was_asked_for() throws Exception {
        bench.transaction(1, 10, local(1, 10));
        bench.progress.askForHeartbeat(15);
        bench.transaction(2, 15, new CapturedRow.Beat(null));
        assertThat(bench.sent).hasSize(1);
        bench.transaction(3, 20, new CapturedRow.Beat(null));
        bench.transaction(4, 30, new CapturedRow.Beat(null));

        assertThat(bench.sent).hasSize(2);
        assertThat(((LogRecord.Heartbeat) bench.sent.get(1)).header().commitPosition())
                .isEqualTo(20);
    }
}
