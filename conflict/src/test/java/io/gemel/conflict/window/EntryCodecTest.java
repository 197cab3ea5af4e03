package io.gemel.conflict.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.RowState;
import io.gemel.conflict.TablePolicy;
import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.BadRecordException.Reason;
import io.gemel.transaction.codec.RandomRecords;
import io.gemel.transaction.codec.Seeds;
import io.gemel.transaction.codec.TransactionCodec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EntryCodecTest {
    private static final SiteId EAST = new SiteId("east");
    private static final SiteId WEST = new SiteId("west");
    private static final TablePolicy POLICY = new TablePolicy(new LastWriterWins(), Set.of());
    private static final TableShape PRICE =
            new TableShape(new TableId("public", "price"), List.of("item", "cents"), List.of(0));
    private static final RowImage OLD = RowImage.of(PRICE, "ring", "900");
    private static final RowImage NEW = RowImage.of(PRICE, "ring", "950");
    private static final WindowEntry ENTRY = new WindowEntry(
            POLICY,
            new RowState(OLD, Map.of(WEST, 300L, EAST, 4L)),
            List.of(
                    new StampedChange(header(EAST, 5, 299), 2, new Change.Update(OLD, NEW)),
                    new StampedChange(header(WEST, 301, 4), 0, new Change.Delete(OLD))),
            301);

    @Test
    void writes_an_entry_as_these_bytes() throws BadRecordException {
        checkGolden("""
                47454d4c 01 00 04 da423a28 0000006f
                35 02 0565617374 04 0577657374 ac02
                   01 00 1b 077075626c6963 067072696365 02 056974656d 0663656e7473 01 00
                   0572696e67 04393030
                36 02
                0565617374 05 ed07 aa1f 00 ab02 02
                   01 0572696e67 04393030 02 04393530
                0577657374 ad02 950a fa23 00 04 00
                   02 0572696e67 04393030
                ad02
                """);
    }

    private static void checkGolden(String spaced) throws BadRecordException {
        String hex = spaced.replaceAll("\\s", "");
        assertThat(HexFormat.of().formatHex(EntryCodec.encode(ENTRY))).isEqualTo(hex);
        checkEqual(EntryCodec.decode(HexFormat.of().parseHex(hex)), ENTRY);
    }

    @Test
    void reads_what_it_wrote_whatever_the_entry() {
        Seeds.forEach(500, random -> {
            WindowEntry entry = entry(random);
            checkEqual(EntryCodec.decode(EntryCodec.encode(entry)), entry);
        });
    }

    @Test
    void keeps_that_a_row_was_absent_and_who_made_it_so() throws BadRecordException {
        WindowEntry entry = new WindowEntry(POLICY, new RowState(null, Map.of(WEST, 7L)), List.of(), 7);
        checkEqual(EntryCodec.decode(EntryCodec.encode(entry)), entry);
    }

    @Test
    void refuses_an_entry_cut_at_any_length_or_with_any_byte_changed() {
        Seeds.forEach(10, random -> {
            byte[] bytes = EntryCodec.encode(entry(random));
            for (int at = 0; at < bytes.length; at++) {
                assertThat(reason(Arrays.copyOf(bytes, at))).isEqualTo(Reason.TRUNCATED);
                byte original = bytes[at];
                bytes[at] = (byte) (original ^ (1 + random.nextInt(255)));
                reason(bytes);
                bytes[at] = original;
            }
        });
    }

    @Test
    void takes_no_log_record_for_an_entry_and_no_entry_for_a_log_record() {
        TransactionCodec codec = new TransactionCodec();
        assertThat(reason(codec.encode(new LogRecord.Opened(1, "east-1")))).isEqualTo(Reason.UNKNOWN_KIND);
        try {
            throw new AssertionError("read as " + codec.decode(EntryCodec.encode(ENTRY)));
        } catch (BadRecordException e) {
            assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_KIND);
        }
    }

    private static WindowEntry entry(Random random) {
        RandomRecords records = new RandomRecords(random);
        Map<SiteId, Long> contributors = new HashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            contributors.put(records.site(), random.nextLong());
        }
        RowState base = new RowState(random.nextInt(4) == 0 ? null : records.image(), contributors);
        List<StampedChange> changes = IntStream.range(0, random.nextInt(6))
                .mapToObj(i -> new StampedChange(records.header(), random.nextInt(1000), records.change()))
                .toList();
        return new WindowEntry(POLICY, base, changes, random.nextLong());
    }

    private static TransactionHeader header(SiteId origin, long position, long seen) {
        return new TransactionHeader(origin, position, 1000 + position, new Version(2000 + position, origin), seen);
    }

    private static void checkEqual(EntryCodec.Decoded decoded, WindowEntry entry) {
        assertThat(decoded.base()).isEqualTo(entry.base());
        assertThat(decoded.changes()).isEqualTo(entry.changes());
        assertThat(decoded.lastIncoming()).isEqualTo(entry.lastIncoming());
    }

    private static Reason reason(byte[] bytes) {
        try {
            throw new AssertionError("read as " + EntryCodec.decode(bytes));
        } catch (BadRecordException e) {
            return e.reason();
        }
    }
}
