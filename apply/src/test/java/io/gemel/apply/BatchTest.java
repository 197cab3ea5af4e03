package io.gemel.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.apply.log.Incoming;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.Transaction;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTest {
    private static final SiteId EAST = new SiteId("east");
    private static final Incoming BEAT = new Incoming.Heartbeat(1, 7);

    private static Incoming.InMemory whole(long position) {
        TransactionHeader header =
                new TransactionHeader(EAST, position, 100 + position, new Version(position, EAST), 0);
        return new Incoming.InMemory(1, new Transaction(header, List.of()), 10);
    }

    private static Batch batch(Incoming... incoming) {
        return new Batch(null, List.of(incoming)); // without a large transaction nothing is read again
    }

    @Test
    void a_heartbeat_beside_a_transaction_does_not_keep_it_from_being_parked() {
        Incoming.InMemory only = whole(3);

        assertThat(batch(only, BEAT).wholeTransaction()).containsSame(only.transaction());
        assertThat(batch(BEAT, only).wholeTransaction()).containsSame(only.transaction());
        assertThat(batch(only).wholeTransaction()).containsSame(only.transaction());
    }

    @Test
    void only_a_single_transaction_in_memory_is_a_whole_one() {
        assertThat(batch(whole(3), whole(4)).wholeTransaction()).isEmpty();
        assertThat(batch(BEAT).wholeTransaction()).isEmpty();
        assertThat(batch(new Incoming.Spilled(1, whole(3).transaction().header(), 5))
                        .wholeTransaction())
                .isEmpty();
    }

    @Test
    void halves_keep_every_transaction_and_their_order() {
        List<Batch> halves = batch(whole(3), BEAT, whole(4), whole(5)).halves();

        assertThat(halves).hasSize(2);
        assertThat(halves.stream().flatMap(half -> half.stamps().stream()).map(TransactionHeader::position))
                .containsExactly(3L, 4L, 5L);
        assertThat(halves.get(1).halves()).allMatch(Batch::isSingle);
    }
}
