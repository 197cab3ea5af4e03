package io.gemel.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.transaction.LogRecord.Fragment;
import io.gemel.transaction.LogRecord.Part;
import io.gemel.transaction.codec.BadRecordException;
import io.gemel.transaction.codec.FragmentJoiner;
import io.gemel.transaction.codec.Seeds;
import io.gemel.transaction.codec.TransactionCodec;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LargeTextTest {
    private static final int MIB = 1 << 20;
    private static final TableShape DOCUMENT =
            new TableShape(new TableId("public", "document"), List.of("id", "body", "note"), List.of(0));

    private final TransactionCodec codec = new TransactionCodec();

    @Test
    void is_the_text_it_was_made_of_wherever_its_digits_begin_and_end() throws Exception {
        Seeds.forEach(20, random -> {
            String text = "é".repeat(random.nextInt(3)) + "\\x" + digits(random, MIB + random.nextInt(3 * MIB))
                    + "Größe 😀 ".repeat(random.nextInt(20_000));
            LargeText large = large(text);

            assertThat(large.length()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
            assertThat(large.toString().equals(text)).isTrue();
            StringWriter read = new StringWriter();
            large.reader().transferTo(read);
            assertThat(read.toString().equals(text)).isTrue();
            assertThat(large).isEqualTo(large(text)).hasSameHashCodeAs(large(text));
            assertThat(large).isNotEqualTo(large(text.substring(0, text.length() - 1) + "x"));
        });
    }

    @Test
    void takes_half_for_a_bytea() {
        String bytea = "\\x" + digits(new Random(1), 8 * MIB);

        assertThat(large(bytea).held()).isBetween(4L * MIB, 4L * MIB + 2 * PackedBytes.BLOCK);
        assertThat(large("Any text. ".repeat(MIB)).held()).isBetween(10L * MIB, 10L * MIB + PackedBytes.BLOCK);
    }

    @Test
    void large_values_pass_through_records_and_fragments_in_any_column() throws Exception {
        String body = "\\x" + digits(new Random(2), 5 * MIB);
        RowImage before = RowImage.of(DOCUMENT, "1", body, null);
        RowImage after = before.with(2, "Größe 😀 ".repeat(200_000));
        List<Change> changes = List.of(
                new Change.Insert(before),
                new Change.Update(before, after),
                new Change.Update(after, after.with(1, null)),
                new Change.Delete(after));
        Part part = new Part(1, header(), 0, true, 0, changes);

        assertThat(codec.decode(codec.encode(part))).isEqualTo(part);
        assertThat(join(part, 512 << 10)).isEqualTo(part);
        assertThat(after.value(1)).isEqualTo(body);
        assertThat(after.changedSince(before)).containsExactly(2);
    }

    @Test
    void an_image_with_a_large_value_is_the_same_however_it_was_made() {
        String body = "Größe 😀 ".repeat(200_000);
        RowImage made = RowImage.of(DOCUMENT, "1", body, "note");
        RowValues values = new RowValues(3);
        values.set(0, "1");
        values.copy(1, made);
        values.set(2, "note");

        assertThat(values.image(DOCUMENT)).isEqualTo(made).hasSameHashCodeAs(made);
        assertThat(RowImage.of(DOCUMENT, "1", null, "note").with(1, made, 1)).isEqualTo(made);
        assertThat(RowImage.of(DOCUMENT, "1", null, "note").with(1, body)).isEqualTo(made);
        assertThat(made.toString()).hasSizeLessThan(200);
        assertThat(made.largeBytes()).isBetween(2L * MIB, 4L * MIB);
    }

    @Test
    void a_joiner_says_how_much_a_part_will_take_and_of_which_row_it_is() throws Exception {
        Part part = new Part(
                1,
                header(),
                0,
                true,
                0,
                List.of(new Change.Insert(RowImage.of(DOCUMENT, "7", "\\x" + digits(new Random(3), 8 * MIB), null))));
        FragmentJoiner joiner = new FragmentJoiner();
        List<Fragment> fragments = Fragments.of(codec, part, 512 << 10);
        for (Fragment fragment : fragments.subList(0, 5)) {
            joiner.add(fragment);
        }

        assertThat(joiner.held()).isBetween(1L * MIB, 2L * MIB);
        assertThat(joiner.heldAtLast()).isBetween(4L * MIB, 5L * MIB);
        RowImage row = joiner.beginning();
        assertThat(row).isNotNull();
        assertThat(row.key()).isEqualTo(RowKey.of(DOCUMENT.table(), "7"));
    }

    @Test
    void refuses_a_large_text_that_is_not_utf8() {
        Part part = new Part(
                1,
                header(),
                0,
                true,
                0,
                List.of(new Change.Insert(RowImage.of(DOCUMENT, "7", "Größe".repeat(400_000), null))));
        FragmentJoiner joiner = new FragmentJoiner();
        List<Fragment> fragments = Fragments.of(codec, part, 512 << 10);
        fragments.get(1).body()[77] = (byte) 0xFF;

        assertThatThrownBy(() -> {
                    for (Fragment fragment : fragments) {
                        joiner.add(fragment);
                    }
                })
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining("UTF-8");
    }

    private @Nullable Part join(Part part, int bodyMax) throws BadRecordException {
        FragmentJoiner joiner = new FragmentJoiner();
        Part whole = null;
        for (Fragment fragment : Fragments.of(codec, part, bodyMax)) {
            whole = joiner.add(fragment);
        }
        return whole;
    }

    private static TransactionHeader header() {
        SiteId east = new SiteId("east");
        return new TransactionHeader(east, 7, 9, new Version(9, east), 3);
    }

    private static LargeText large(String text) {
        LargeText large = LargeText.ofLarge(text);
        assertThat(large).isNotNull();
        return large;
    }

    private static String digits(Random random, int count) {
        StringBuilder digits = new StringBuilder(count);
        while (digits.length() < count) {
            digits.append(String.format("%016x", random.nextLong()));
        }
        return digits.substring(0, count);
    }
}
