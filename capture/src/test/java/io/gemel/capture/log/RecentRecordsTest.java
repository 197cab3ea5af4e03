package io.gemel.capture.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentRecordsTest {
    private final RecentRecords recent = new RecentRecords(100);

    @Test
    void keeps_everything_that_is_not_acknowledged_whatever_its_size() {
        for (int position = 1; position <= 10; position++) {
            recent.add(position, 0, new byte[60]);
        }

        assertThat(recent.partsAfter(0)).hasSize(10);
    }

    @Test
    void forgets_the_oldest_acknowledged_records_beyond_its_size() {
        for (int position = 1; position <= 3; position++) {
            recent.add(position, 0, new byte[40]);
            recent.acknowledge(position, 0);
        }

        assertThat(recent.partsOf(1)).isEmpty();
        assertThat(recent.partsOf(2)).hasSize(1);
        assertThat(recent.partsAfter(2))
                .extracting(RecentRecords.Entry::position)
                .containsExactly(3L);
    }

    @Test
    void forgets_a_large_transaction_part_by_part() {
        recent.add(1, 0, new byte[80]);
        recent.add(1, 1, new byte[80]);
        recent.acknowledge(1, 0);
        recent.acknowledge(1, 1);

        assertThat(recent.partsOf(1)).extracting(RecentRecords.Entry::part).containsExactly(1);
    }

    @Test
    void counts_a_part_once_however_often_heartbeats_behind_it_are_acknowledged() {
        recent.add(1, 0, new byte[40]);
        for (int heartbeat = 0; heartbeat < 10; heartbeat++) {
            recent.acknowledge(1, 0);
        }
        recent.add(2, 0, new byte[40]);
        recent.acknowledge(2, 0);

        assertThat(recent.partsAfter(0))
                .extracting(RecentRecords.Entry::position)
                .containsExactly(1L, 2L);

        recent.add(3, 0, new byte[200]);
        recent.acknowledge(3, 0);

        assertThat(recent.partsAfter(0)).isEmpty();
    }
}
