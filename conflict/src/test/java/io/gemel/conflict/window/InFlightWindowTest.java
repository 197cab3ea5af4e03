package io.gemel.conflict.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.PolicyTable;
import io.gemel.conflict.TablePolicy;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The limit of the window, reached: who waits, and who lets the waiting one go. */
class InFlightWindowTest {
    private static final int CHANGES_MAX = 3;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final SiteId EAST = new SiteId("east");
    private static final TableShape ITEM = new TableShape(new TableId("public", "item"), List.of("id"), List.of(0));

    private final InFlightWindow window = new InFlightWindow(
            EAST, PolicyTable.of(new TablePolicy(new LastWriterWins(), Set.of())), new NoImages(), CHANGES_MAX);
    private final CountDownLatch registered = new CountDownLatch(1);
    private Thread capture = new Thread(() -> {});

    @AfterEach
    void end() throws InterruptedException {
        window.close();
        capture.join(LIMIT.toMillis());
        assertThat(capture.isAlive()).isFalse();
    }

    @Test
    void holds_capture_back_when_full_until_the_peer_acknowledges() throws InterruptedException {
        fillAndRegisterOneMore();

        window.acknowledge(1);

        assertRegistered();
        assertThat(window.keys()).isEqualTo(CHANGES_MAX);
    }

    @Test
    void lets_in_more_than_its_limit_while_the_applier_waits_for_capture() throws InterruptedException {
        fillAndRegisterOneMore();

        window.overflow(true);

        assertRegistered();
        assertThat(window.keys()).isEqualTo(CHANGES_MAX + 1);
        assertThat(window.isFull()).isTrue();
    }

    @Test
    void takes_in_a_transaction_that_it_has_begun_with_as_a_whole() throws InterruptedException {
        List<Change> changes = List.of(insert(1), insert(2), insert(3), insert(4));
        TransactionHeader header =
                new TransactionHeader(EAST, 1, TransactionHeader.UNKNOWN_COMMIT, new Version(1, EAST), 0);

        window.register(header, 0, changes);
        window.register(header, 4, List.of(insert(5)));

        assertThat(window.keys()).isEqualTo(5);
        assertThat(window.isFull()).isTrue();
    }

    private static Change insert(long id) {
        return new Change.Insert(RowImage.of(ITEM, String.valueOf(id)));
    }

    private void fillAndRegisterOneMore() throws InterruptedException {
        for (int i = 1; i <= CHANGES_MAX; i++) {
            register(i);
        }
        capture = new Thread(() -> {
            try {
                register(CHANGES_MAX + 1);
                registered.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        capture.start();
        while (capture.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(window.registeredPosition()).isEqualTo(CHANGES_MAX);
    }

    private void register(long position) throws InterruptedException {
        TransactionHeader header =
                new TransactionHeader(EAST, position, 100 + position, new Version(position, EAST), 0);
        window.register(header, 0, List.of(insert(position)));
    }

    private void assertRegistered() throws InterruptedException {
        assertThat(registered.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        assertThat(window.registeredPosition()).isEqualTo(CHANGES_MAX + 1);
    }

    private static final class NoImages implements LocalChanges {
        @Override
        public Map<RowKey, List<StampedChange>> read(Map<RowKey, List<Long>> positions) {
            throw new IllegalStateException("no test here looks a change up");
        }

        @Override
        public List<StampedChange> transaction(long position, long bytesMax) {
            return List.of();
        }

        @Override
        public Set<RowKey> keysAfter(TableId table, long position, int most) {
            throw new IllegalStateException("no test here looks a change up");
        }
    }
}
