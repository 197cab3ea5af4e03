package io.gemel.reason;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** No text names a setting that the configuration refuses. */
final class RowLimitTest {
    private static final long GIB = 1L << 30;

    @Test
    void default_of_a_large_heap_is_the_most_that_may_be_set() {
        assertThat(RowLimit.bytes(0, 64 * GIB)).isEqualTo(RowLimit.BYTES_MAX);
    }

    @Test
    void row_beyond_any_setting_is_to_be_left_out() {
        assertThat(RowLimit.refusal("public.document", null, 3 * GIB, GIB))
                .contains("no setting allows that", "leave the table out")
                .doesNotContain("row.bytes.max =");
    }

    @Test
    void rows_of_both_sites_ask_for_no_more_than_may_be_set() {
        assertThat(RowLimit.conflicts("both sites changed the same rows", 9, GIB, GIB))
                .contains("row.bytes.max = 2048MiB");
        assertThat(RowLimit.conflicts("both sites changed the same rows", 9, GIB, RowLimit.BYTES_MAX))
                .contains("no setting allows that");
    }
}
