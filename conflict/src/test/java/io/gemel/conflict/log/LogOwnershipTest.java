package io.gemel.conflict.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogOwner.Relation;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.LogRecord.Opened;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import org.junit.jupiter.api.Test;

class LogOwnershipTest {
    private static final SiteId EAST = new SiteId("east");
    private static final LogOwner BANK = new LogOwner(7, 16384, 1, "db1/bank");
    private static final LogOwner COPY = new LogOwner(7, 16384, 2, "db2/bank");
    private static final LogOwner OTHER = new LogOwner(7, 16385, 1, "db1/bank2");

    private final LogOwnership ownership = new LogOwnership();

    private void read(LogRecord... records) {
        for (LogRecord record : records) {
            ownership.read(record);
        }
    }

    private static LogRecord beat(long epoch) {
        return new LogRecord.Heartbeat(epoch, new TransactionHeader(EAST, 0, 10, new Version(1, EAST), 0));
    }

    @Test
    void is_not_known_of_an_empty_log_nor_of_one_that_an_earlier_release_wrote() {
        assertThat(ownership.owner()).isNull();
        read(new Opened(1, "a"), beat(1));
        assertThat(ownership.owner()).isNull();
    }

    @Test
    void is_the_first_database_that_opened_a_log_without_records() {
        read(new Opened(1, "a", BANK), new Opened(2, "b", OTHER));
        assertThat(ownership.owner()).isEqualTo(BANK);
    }

    @Test
    void is_the_database_of_the_newest_epoch_that_published_something() {
        read(new Opened(1, "a", BANK), beat(1), new Opened(2, "b", COPY), beat(2));
        assertThat(ownership.owner()).isEqualTo(COPY);
    }

    @Test
    void does_not_change_when_a_process_takes_the_log_over_and_publishes_nothing() {
        read(new Opened(1, "a", BANK), beat(1), new Opened(2, "b", OTHER), beat(1));
        assertThat(ownership.owner()).isEqualTo(BANK);
    }

    @Test
    void survives_a_process_of_an_earlier_release() {
        read(new Opened(1, "a", BANK), beat(1), new Opened(2, "old"), beat(2));
        assertThat(ownership.owner()).isEqualTo(BANK);
    }

    @Test
    void is_read_from_an_opening_that_is_repeated_in_the_middle_of_an_epoch() {
        read(beat(4), new Opened(4, "a", BANK), beat(4));
        assertThat(ownership.owner()).isEqualTo(BANK);
    }

    @Test
    void lets_a_promoted_copy_continue_and_not_what_the_promotion_left_behind() {
        assertThat(BANK.relationOf(BANK)).isEqualTo(Relation.SAME);
        assertThat(BANK.relationOf(COPY)).isEqualTo(Relation.SAME);
        assertThat(COPY.relationOf(BANK)).isEqualTo(Relation.LEFT_BEHIND);
        assertThat(BANK.relationOf(OTHER)).isEqualTo(Relation.OTHER);
        assertThat(BANK.relationOf(new LogOwner(8, 16384, 1, "db1/bank"))).isEqualTo(Relation.OTHER);
    }
}
