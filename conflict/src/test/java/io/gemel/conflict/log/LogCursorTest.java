package io.gemel.conflict.log;

import static io.gemel.conflict.log.LogCursor.Verdict.DISCARD_OPEN_PARTS;
import static io.gemel.conflict.log.LogCursor.Verdict.OUTDATED;
import static io.gemel.conflict.log.LogCursor.Verdict.SKIP;
import static io.gemel.conflict.log.LogCursor.Verdict.TAKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gemel.transaction.LogRecord;
import io.gemel.transaction.LogRecord.Fragment;
import io.gemel.transaction.LogRecord.Heartbeat;
import io.gemel.transaction.LogRecord.Opened;
import io.gemel.transaction.LogRecord.Part;
import io.gemel.transaction.Marker;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogCursorTest {
    private static final SiteId EAST = new SiteId("east");
    private static final SiteId WEST = new SiteId("west");

    private final LogCursor cursor = new LogCursor(EAST, Marker.none(EAST));

    @Test
    void takes_transactions_one_after_the_other() throws LogException {
        assertThat(cursor.next(new Opened(1, "a"))).isEqualTo(DISCARD_OPEN_PARTS);
        assertThat(cursor.next(whole(1, 1))).isEqualTo(TAKE);
        assertThat(cursor.next(whole(1, 2))).isEqualTo(TAKE);
        assertThat(cursor.position()).isEqualTo(2);
        assertThat(cursor.epoch()).isEqualTo(1);
    }

    @Test
    void goes_on_behind_what_the_marker_says() throws LogException {
        LogCursor resumed = new LogCursor(EAST, marker(7, 2));
        assertThat(resumed.next(whole(2, 6))).isEqualTo(SKIP);
        assertThat(resumed.next(whole(2, 7))).isEqualTo(SKIP);
        assertThat(resumed.next(whole(2, 8))).isEqualTo(TAKE);
    }

    @Test
    void skips_a_duplicate() throws LogException {
        cursor.next(whole(1, 1));
        cursor.next(whole(1, 2));
        assertThat(cursor.next(whole(1, 1))).isEqualTo(SKIP);
        assertThat(cursor.next(whole(1, 2))).isEqualTo(SKIP);
        assertThat(cursor.next(whole(1, 3))).isEqualTo(TAKE);
    }

    @Test
    void reports_a_missing_transaction_and_the_fix() throws LogException {
        cursor.next(whole(1, 1));
        checkRefused(whole(1, 3), "position 2 is missing, found 3", "Start the pair anew (docs/operate.md)");
    }

    @Test
    void reports_a_gap_that_a_heartbeat_reveals() throws LogException {
        cursor.next(whole(1, 1));
        checkRefused(heartbeat(1, 2), "position 2 is missing", "Start the pair anew (docs/operate.md)");
    }

    @Test
    void takes_a_heartbeat_at_its_own_position_only() throws LogException {
        cursor.next(whole(1, 1));
        assertThat(cursor.next(heartbeat(1, 1))).isEqualTo(TAKE);
        assertThat(cursor.next(heartbeat(1, 0))).isEqualTo(SKIP);
    }

    @Test
    void takes_the_parts_of_a_transaction_and_then_its_position() throws LogException {
        assertThat(cursor.next(part(1, 1, 0, false))).isEqualTo(TAKE);
        assertThat(cursor.next(part(1, 1, 1, false))).isEqualTo(TAKE);
        assertThat(cursor.position()).isZero();
        assertThat(cursor.next(part(1, 1, 2, true))).isEqualTo(TAKE);
        assertThat(cursor.position()).isEqualTo(1);
    }

    @Test
    void takes_the_fragments_of_a_part_and_then_the_part() throws LogException {
        assertThat(cursor.next(part(1, 1, 0, false))).isEqualTo(TAKE);
        assertThat(cursor.next(fragment(part(1, 1, 1, true), 0, false))).isEqualTo(TAKE);
        assertThat(cursor.position()).isZero();
        assertThat(cursor.next(fragment(part(1, 1, 1, true), 1, true))).isEqualTo(TAKE);
        assertThat(cursor.position()).isEqualTo(1);
        assertThat(cursor.next(fragment(part(1, 1, 1, true), 1, true))).isEqualTo(SKIP);
        assertThat(cursor.next(fragment(part(1, 1, 1, true), 0, false))).isEqualTo(SKIP);
    }

    @Test
    void reports_a_missing_fragment() throws LogException {
        cursor.next(fragment(part(1, 1, 0, true), 0, false));
        checkRefused(fragment(part(1, 1, 0, true), 2, true), "gap");
        checkRefused(part(1, 1, 0, true), "gap");
    }

    @Test
    void discards_fragments_that_their_writer_never_finished() throws LogException {
        cursor.next(fragment(part(1, 1, 0, true), 0, false));
        assertThat(cursor.next(new Opened(2, "b"))).isEqualTo(DISCARD_OPEN_PARTS);
        assertThat(cursor.next(fragment(part(1, 1, 0, true), 1, true))).isEqualTo(OUTDATED);
        assertThat(cursor.next(fragment(part(2, 1, 0, true), 0, true))).isEqualTo(TAKE);
    }

    @Test
    void reports_a_missing_part() throws LogException {
        cursor.next(part(1, 1, 0, false));
        checkRefused(part(1, 1, 2, true), "gap");
    }

    @Test
    void reports_a_transaction_that_begins_twice() throws LogException {
        cursor.next(part(1, 1, 0, false));
        checkRefused(part(1, 1, 0, false), "gap");
    }

    @Test
    void may_start_inside_a_transaction_that_was_applied() throws LogException {
        LogCursor resumed = new LogCursor(EAST, marker(7, 1));
        assertThat(resumed.next(part(1, 7, 2, false))).isEqualTo(SKIP);
        assertThat(resumed.next(part(1, 7, 3, true))).isEqualTo(SKIP);
        assertThat(resumed.next(whole(1, 8))).isEqualTo(TAKE);
    }

    @Test
    void must_not_start_inside_a_transaction_that_was_not_applied() {
        checkRefused(part(1, 1, 1, true), "gap");
    }

    @Test
    void discards_a_transaction_that_its_writer_never_finished() throws LogException {
        cursor.next(part(1, 1, 0, false));
        cursor.next(part(1, 1, 1, false));
        assertThat(cursor.next(new Opened(2, "b"))).isEqualTo(DISCARD_OPEN_PARTS);
        assertThat(cursor.next(part(2, 1, 0, false))).isEqualTo(TAKE);
        assertThat(cursor.next(part(2, 1, 1, true))).isEqualTo(TAKE);
        assertThat(cursor.position()).isEqualTo(1);
    }

    @Test
    void ignores_a_replaced_writer() throws LogException {
        cursor.next(new Opened(1, "a"));
        cursor.next(whole(1, 1));
        cursor.next(new Opened(2, "b"));
        cursor.next(part(2, 2, 0, false));
        assertThat(cursor.next(whole(1, 2))).isEqualTo(OUTDATED);
        assertThat(cursor.next(whole(1, 3))).isEqualTo(OUTDATED);
        assertThat(cursor.next(heartbeat(1, 9))).isEqualTo(OUTDATED);
        assertThat(cursor.next(new Opened(1, "a"))).isEqualTo(OUTDATED);
        assertThat(cursor.next(part(2, 2, 1, true))).isEqualTo(TAKE);
    }

    @Test
    void ignores_the_second_writer_that_claims_an_epoch() throws LogException {
        cursor.next(new Opened(2, "b"));
        cursor.next(part(2, 1, 0, false));
        assertThat(cursor.next(new Opened(2, "c"))).isEqualTo(SKIP);
        assertThat(cursor.next(part(2, 1, 1, true))).isEqualTo(TAKE);
    }

    @Test
    void reports_a_record_of_another_site() {
        TransactionHeader foreign = new TransactionHeader(WEST, 1, 10, new Version(1, WEST), 0);
        checkRefused(new Part(1, foreign, 0, true, 0, List.of()), "site west", "topic");
        checkRefused(new Heartbeat(1, foreign), "site west", "topic");
    }

    @Test
    void reports_a_database_that_went_back_in_time() throws LogException {
        cursor.next(whole(1, 1));
        cursor.next(whole(1, 2));
        TransactionHeader earlier = new TransactionHeader(EAST, 3, 10, new Version(3, EAST), 0);
        checkRefused(new Part(2, earlier, 0, true, 0, List.of()), "runs backwards", "backup");
    }

    private void checkRefused(LogRecord record, String... words) {
        assertThatExceptionOfType(LogException.class)
                .isThrownBy(() -> cursor.next(record))
                .withMessageContainingAll(words);
    }

    private static Part whole(long epoch, long position) {
        return part(epoch, position, 0, true);
    }

    private static Part part(long epoch, long position, int index, boolean last) {
        TransactionHeader header = header(position, last ? position * 10 : TransactionHeader.UNKNOWN_COMMIT);
        return new Part(epoch, header, index, last, 0, List.of());
    }

    private static Heartbeat heartbeat(long epoch, long position) {
        return new Heartbeat(epoch, header(position, position * 10 + 5));
    }

    private static TransactionHeader header(long position, long commitPosition) {
        return new TransactionHeader(EAST, position, commitPosition, new Version(position, EAST), 0);
    }

    private static Marker marker(long position, long epoch) {
        return new Marker(position, epoch, new Version(position, EAST), 0, position * 10);
    }

    private static Fragment fragment(Part part, int index, boolean last) {
        return new Fragment(part, index, last, 3, new byte[1]);
    }
}
