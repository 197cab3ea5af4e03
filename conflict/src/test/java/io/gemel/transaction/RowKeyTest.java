package io.gemel.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RowKeyTest {
    private static final TableId BOOKING = new TableId("public", "booking");

    @Test
    void equals_a_key_of_the_same_table_and_text() {
        assertThat(RowKey.of(BOOKING, "7", "a")).isEqualTo(RowKey.of(new TableId("public", "booking"), "7", "a"));
        assertThat(RowKey.of(BOOKING, "7", "a").longHash())
                .isEqualTo(RowKey.of(BOOKING, "7", "a").longHash());
    }

    @Test
    void differs_from_keys_that_only_read_alike() {
        Set<RowKey> keys = Set.of(
                RowKey.of(BOOKING, "ab", "c"),
                RowKey.of(BOOKING, "a", "bc"),
                RowKey.of(BOOKING, "abc", ""),
                RowKey.of(BOOKING, "", "abc"),
                RowKey.of(BOOKING, "abc"),
                RowKey.of(new TableId("other", "booking"), "abc"));
        assertThat(keys).hasSize(6);
    }

    @Test
    void takes_key_columns_in_key_order() {
        TableShape shape = new TableShape(BOOKING, List.of("note", "seat", "flight"), List.of(2, 1));
        RowImage image = RowImage.of(shape, "window", "12A", "LH400");
        assertThat(image.key()).isEqualTo(RowKey.of(BOOKING, "LH400", "12A"));
        assertThat(image.key().values()).containsExactly("LH400", "12A");
    }

    @Test
    void names_the_column_when_a_key_value_is_null() {
        TableShape shape = new TableShape(BOOKING, List.of("seat"), List.of(0));
        RowImage image = RowImage.of(shape, "12A").with(0, null);
        assertThatIllegalArgumentException().isThrownBy(image::key).withMessageContaining("public.booking.seat");
    }

    @Test
    void does_not_follow_later_changes_of_the_array_it_was_made_from() {
        String[] values = {"1"};
        RowKey key = RowKey.of(BOOKING, values);
        values[0] = "2";
        assertThat(key).isEqualTo(RowKey.of(BOOKING, "1"));
    }

    @Test
    void spreads_the_hashes_of_neighbouring_keys() {
        Set<Long> hashes = new HashSet<>();
        Set<Long> lowBits = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            long hash = RowKey.of(BOOKING, Integer.toString(i)).longHash();
            hashes.add(hash);
            lowBits.add(hash & 0xFFFF);
        }
        assertThat(hashes).hasSize(100_000);
        // 65,536 bins and 100,000 random balls leave about 78 % of the bins taken.
        assertThat(lowBits.size()).isBetween(50_000, 52_500);
    }
}
