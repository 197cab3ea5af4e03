package io.gemel.transaction.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.LogRecord.Opened;
import io.gemel.transaction.LogRecord.Part;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import io.gemel.transaction.codec.BadRecordException.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the codec makes of bytes that are damaged, forged, foreign or from the future. */
class BadRecordTest {
    private static final Part PART = new Part(
            3,
            new TransactionHeader(new SiteId("east"), 300, 400, new Version(500, new SiteId("east")), 7),
            0,
            true,
            0,
            List.of(new Change.Insert(RowImage.of(
                    new TableShape(new TableId("public", "account"), List.of("id", "owner"), List.of(0)),
                    "1",
                    "Ada"))));

    private final TransactionCodec codec = new TransactionCodec();

    @Test
    void refuses_a_record_cut_at_any_length() {
        Seeds.forEach(60, random -> {
            byte[] bytes = codec.encode(new RandomRecords(random).record());
            for (int length = 0; length < bytes.length; length++) {
                assertThat(reason(Arrays.copyOf(bytes, length))).isEqualTo(Reason.TRUNCATED);
            }
        });
    }

    @Test
    void refuses_a_record_with_bytes_behind_it() {
        byte[] bytes = codec.encode(PART);
        assertThat(reason(Arrays.copyOf(bytes, bytes.length + 1))).isEqualTo(Reason.CORRUPT);
    }

    @Test
    void refuses_a_record_with_any_single_byte_changed() {
        Seeds.forEach(40, random -> {
            byte[] bytes = codec.encode(new RandomRecords(random).record());
            for (int at = 0; at < bytes.length; at++) {
                byte original = bytes[at];
                bytes[at] = (byte) (original ^ (1 + random.nextInt(255)));
                refusal(bytes);
                bytes[at] = original;
            }
        });
    }

    @Test
    void refuses_foreign_and_random_bytes() {
        assertThat(reason("{\"before\":null}".getBytes(UTF_8))).isEqualTo(Reason.FOREIGN);
        assertThat(reason(new byte[5])).isEqualTo(Reason.FOREIGN);
        Seeds.forEach(5000, random -> {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            refusal(bytes);
        });
    }

    @Test
    void refuses_a_newer_major_version_and_names_the_fix() {
        byte[] bytes = codec.encode(PART);
        bytes[Frame.MAJOR_AT] = Frame.MAJOR + 1;
        BadRecordException refusal = refusal(bytes);
        assertThat(refusal.reason()).isEqualTo(Reason.NEWER);
        assertThat(refusal).hasMessageContaining("upgrade this site first");
    }

    @Test
    void refuses_a_kind_it_does_not_know() {
        byte[] bytes = codec.encode(PART);
        bytes[Frame.KIND_AT] = 99;
        reseal(bytes);
        BadRecordException refusal = refusal(bytes);
        assertThat(refusal.reason()).isEqualTo(Reason.UNKNOWN_KIND);
        assertThat(refusal).hasMessageContaining("99");
    }

    @Test
    void skips_what_a_newer_minor_version_appended() throws BadRecordException {
        assertThat(codec.decode(appended(Frame.MINOR + 1))).isEqualTo(PART);
    }

    @Test
    void refuses_the_same_surplus_from_its_own_version() {
        assertThat(reason(appended(Frame.MINOR))).isEqualTo(Reason.CORRUPT);
    }

    /** {@link #PART} with three bytes more in its header, two more in its changes, and a further section. */
    private byte[] appended(int minor) {
        byte[] bytes = codec.encode(PART);
        int header = bytes[Frame.BODY_AT];
        int changesAt = Frame.BODY_AT + 1 + header;
        int changesEnd = bytes.length;
        int changes = changesEnd - changesAt - 1;
        assertThat(bytes[changesAt]).isEqualTo((byte) changes);
        byte[] longer = ByteBuffer.allocate(bytes.length + 3 + 2 + 4)
                .put(bytes, 0, Frame.BODY_AT)
                .put((byte) (header + 3))
                .put(bytes, Frame.BODY_AT + 1, header)
                .put(new byte[] {9, 9, 9})
                .put((byte) (changes + 2))
                .put(bytes, changesAt + 1, changes)
                .put(new byte[] {8, 8})
                .put(new byte[] {3, 7, 7, 7})
                .array();
        longer[Frame.MINOR_AT] = (byte) minor;
        reseal(longer);
        return longer;
    }

    @Test
    void answers_every_forged_record_with_a_record_or_a_refusal() {
        Seeds.forEach(4000, random -> {
            byte[] bytes = codec.encode(new RandomRecords(random).record());
            int forgeries = 1 + random.nextInt(4);
            for (int i = 0; i < forgeries; i++) {
                int at = Frame.BODY_AT + random.nextInt(bytes.length - Frame.BODY_AT);
                bytes[at] = (byte) (random.nextBoolean() ? 0xFF : random.nextInt(256));
            }
            if (random.nextInt(4) == 0) {
                bytes = Arrays.copyOf(bytes, Frame.BODY_AT + random.nextInt(bytes.length - Frame.BODY_AT));
            }
            bytes[Frame.MINOR_AT] = (byte) random.nextInt(2);
            reseal(bytes);
            try {
                LogRecord read = codec.decode(bytes);
                assertThat(codec.decode(codec.encode(read))).isEqualTo(read);
            } catch (BadRecordException e) {
                assertThat(e.reason()).isEqualTo(Reason.CORRUPT);
            }
        });
    }

    @Test
    void refuses_a_text_that_is_not_utf8() {
        byte[] bytes = codec.encode(new Opened(1, "ab"));
        for (byte[] malformed : new byte[][] {{(byte) 0xC3, 'a'}, {(byte) 0xC0, (byte) 0x80}, {'a', (byte) 0xFF}}) {
            System.arraycopy(malformed, 0, bytes, bytes.length - 2, 2);
            reseal(bytes);
            assertThat(refusal(bytes)).hasMessageContaining("UTF-8");
        }
    }

    /** Makes length and checksum fit the bytes again. */
    private static void reseal(byte[] bytes) {
        ByteBuffer.wrap(bytes).putInt(Frame.LENGTH_AT, bytes.length - Frame.BODY_AT);
        ByteBuffer.wrap(bytes).putInt(Frame.CRC_AT, Frame.checksum(bytes));
    }

    private Reason reason(byte[] bytes) {
        return refusal(bytes).reason();
    }

    private BadRecordException refusal(byte[] bytes) {
        try {
            LogRecord record = codec.decode(bytes);
            throw new AssertionError("read as " + record);
        } catch (BadRecordException e) {
            return e;
        }
    }
}
