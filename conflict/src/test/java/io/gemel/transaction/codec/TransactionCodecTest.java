package io.gemel.transaction.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gemel.transaction.Change;
import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.LogRecord.Heartbeat;
import io.gemel.transaction.LogRecord.Opened;
import io.gemel.transaction.LogRecord.Part;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TransactionCodecTest {
    private static final SiteId EAST = new SiteId("east");
    private static final TransactionHeader STAMP =
            new TransactionHeader(EAST, 300, 5_000_000_000L, new Version(1_764_547_200_000_000L, EAST), 7);
    private static final TableShape ACCOUNT =
            new TableShape(new TableId("public", "account"), List.of("id", "owner", "balance", "note"), List.of(0));
    private static final RowImage BEFORE = RowImage.of(ACCOUNT, "1", "Ada", "10.00", null);
    private static final RowImage AFTER = RowImage.of(ACCOUNT, "1", "Ada", "12.50", "Größe");
    private static final Part PART = new Part(
            3,
            STAMP,
            0,
            true,
            0,
            List.of(
                    new Change.Insert(BEFORE),
                    new Change.Update(BEFORE, AFTER),
                    new Change.Delete(AFTER),
                    new Change.Truncate(ACCOUNT)));

    private final TransactionCodec codec = new TransactionCodec();

    @Test
    void writes_an_opened_record_as_these_bytes() throws BadRecordException {
        checkGolden(new Opened(3, "east-1", new LogOwner(-2, 16384, 1, "db1/bank")), """
                47454d4c 01 01 01 db02f21b 00000017
                16 03 07656173742d31 03 808001 01 096462312f62616e6b
                """);
    }

    @Test
    void reads_an_opened_record_of_format_1_0_which_does_not_tell_whose_it_is() throws BadRecordException {
        byte[] bytes = HexFormat.of().parseHex("47454d4c0100013bbec51400000009080307656173742d31");
        assertThat(codec.decode(bytes)).isEqualTo(new Opened(3, "east-1"));
    }

    @Test
    void writes_a_heartbeat_as_these_bytes() throws BadRecordException {
        checkGolden(new Heartbeat(3, STAMP), """
                47454d4c 01 00 02 164eb6b3 00000018
                17 03 0565617374 ac02 80e497d012 8080dd9095b6a206 00 07
                """);
    }

    @Test
    void writes_a_transaction_as_these_bytes() throws BadRecordException {
        checkGolden(PART, """
                47454d4c 01 00 03 0ab13874 00000087
                1a 03 0565617374 ac02 80e497d012 8080dd9095b6a206 00 07 00 01 00
                6b 04
                00 28 077075626c6963 086163636f756e74 04 036964 066f776e6572 0862616c616e6365 056e6f7465 01 00
                   0231 04416461 0631302e3030 00
                01 0231 04416461 0631302e3030 00 0c 0631322e3530 084772c3b6c39f65
                02 0231 04416461 0631322e3530 084772c3b6c39f65
                03
                """);
    }

    @Test
    void writes_settles_as_these_bytes_and_reads_those_of_earlier_releases_as_decided() throws BadRecordException {
        checkSettle(new Change.Settle(BEFORE, true), "01");
        checkSettle(new Change.Settle(BEFORE, false), "00");
        checkSettle(Change.Settle.undecided(BEFORE, true), "03");
        checkSettle(Change.Settle.undecided(BEFORE, false), "02");
        checkSettle(new Change.Settle(BEFORE, true, true, 300), "05ac02");
    }

    private static void checkSettle(Change.Settle settle, String bits) throws BadRecordException {
        byte[] bytes = CorrectionCodec.encode(settle);
        assertThat(HexFormat.of().formatHex(bytes)).endsWith(bits);
        assertThat(CorrectionCodec.decode(bytes)).isEqualTo(settle);
    }

    private void checkGolden(LogRecord record, String hex) throws BadRecordException {
        String bytes = hex.replaceAll("\\s", "");
        assertThat(HexFormat.of().formatHex(codec.encode(record))).isEqualTo(bytes);
        assertThat(codec.decode(HexFormat.of().parseHex(bytes))).isEqualTo(record);
    }

    @Test
    void reads_what_it_wrote_whatever_the_record() {
        Seeds.forEach(1000, random -> {
            RandomRecords records = new RandomRecords(random);
            for (int i = 0; i < 3; i++) {
                LogRecord record = records.record();
                byte[] bytes = codec.encode(record);
                assertThat(codec.decode(bytes)).isEqualTo(record);
                assertThat(new TransactionCodec().decode(bytes)).isEqualTo(record);
                assertThat(new TransactionCodec().encode(record)).isEqualTo(bytes);
            }
        });
    }

    @Test
    void keeps_every_character_of_unicode() throws BadRecordException {
        StringBuilder all = new StringBuilder();
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
                .forEach(all::appendCodePoint);
        Opened record = new Opened(1, all.toString());
        assertThat(codec.decode(codec.encode(record))).isEqualTo(record);
    }

    @Test
    void keeps_texts_of_every_length_around_the_steps_of_a_varint() throws BadRecordException {
        for (int length : new int[] {0, 1, 63, 126, 127, 128, 16_382, 16_383, 16_384, 3_000_000}) {
            for (String character : List.of("x", "ß")) {
                Opened record = new Opened(1, character.repeat(length));
                assertThat(codec.decode(codec.encode(record))).isEqualTo(record);
            }
        }
    }

    @Test
    void refuses_to_write_half_a_surrogate_pair() {
        for (String text : List.of("\uD83D", "a\uD83Db", "\uDE80\uD83D", "ß\uDE80")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> codec.encode(new Opened(1, text)))
                    .withMessageContaining("surrogate");
        }
    }

    @Test
    void refuses_to_write_a_row_without_its_key() {
        RowImage keyless = RowImage.of(ACCOUNT, null, "Ada", "1", null);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(part(new Change.Delete(keyless))))
                .withMessageContaining("public.account.id");
    }

    @Test
    void refuses_to_write_an_update_between_two_shapes() {
        TableShape altered = new TableShape(ACCOUNT.table(), List.of("id", "owner"), List.of(0));
        Change update = new Change.Update(BEFORE, RowImage.of(altered, "1", "Ada"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> codec.encode(part(update)))
                .withMessageContaining("different columns");
    }

    @Test
    void goes_on_after_a_record_it_refused_to_write() throws BadRecordException {
        assertThatIllegalArgumentException().isThrownBy(() -> codec.encode(new Opened(1, "\uD83D")));
        assertThat(codec.decode(codec.encode(PART))).isEqualTo(PART);
    }

    @Test
    void decodes_equal_shapes_to_one_instance() throws BadRecordException {
        byte[] bytes = codec.encode(PART);
        Part first = (Part) codec.decode(bytes);
        Part second = (Part) codec.decode(bytes);
        assertThat(second.changes().get(3).shape())
                .isSameAs(first.changes().get(0).shape());
    }

    @Test
    void forgets_shapes_beyond_its_limit_and_still_reads_and_writes_them() throws BadRecordException {
        for (int i = 0; i <= ChangeEncoder.SHAPES_MAX + 1; i++) {
            Part part = part(new Change.Truncate(new TableShape(
                    new TableId("public", "t" + i % (ChangeEncoder.SHAPES_MAX + 1)), List.of("id"), List.of(0))));
            assertThat(codec.decode(codec.encode(part))).isEqualTo(part);
        }
    }

    @Test
    void names_a_shape_once_in_a_record() {
        int one = codec.encode(part(new Change.Insert(BEFORE))).length;
        int two = codec.encode(part(new Change.Insert(BEFORE), new Change.Insert(BEFORE))).length;
        assertThat(two - one).isEqualTo(1 + 2 + 4 + 6 + 1);
    }

    @Test
    void gives_back_the_room_that_a_rare_large_record_took() {
        WireOutput output = new WireOutput();
        Frame.start(output);
        output.text("x".repeat(WireOutput.RETAINED_MAX + 1));
        Frame.start(output);
        assertThat(output.capacity()).isLessThan(WireOutput.RETAINED_MAX);
    }

    private static Part part(Change... changes) {
        return new Part(1, STAMP, 0, true, 0, List.of(changes));
    }
}
