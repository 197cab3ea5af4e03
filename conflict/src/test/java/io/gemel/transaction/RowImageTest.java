package io.gemel.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class RowImageTest {
    private static final TableId ACCOUNT = new TableId("public", "account");
    private static final TableShape SHAPE = new TableShape(ACCOUNT, List.of("id", "owner", "balance"), List.of(0));
    private static final RowImage ADA = RowImage.of(SHAPE, "1", "Ada", "10");

    @Test
    void equals_an_image_with_the_same_columns_and_text() {
        TableShape same = new TableShape(ACCOUNT, List.of("id", "owner", "balance"), List.of(0));
        assertThat(RowImage.of(same, "1", "Ada", "10")).isEqualTo(ADA).hasSameHashCodeAs(ADA);
        assertThat(RowImage.of(same, "1", "Ada", "10.0")).isNotEqualTo(ADA);
        assertThat(ADA.with(1, null)).isNotEqualTo(ADA).isEqualTo(ADA.with(1, null));
    }

    @Test
    void differs_from_an_image_whose_columns_have_other_names() {
        TableShape renamed = new TableShape(ACCOUNT, List.of("id", "holder", "balance"), List.of(0));
        assertThat(RowImage.of(renamed, "1", "Ada", "10")).isNotEqualTo(ADA);
    }

    @Test
    void replaces_a_column_in_a_copy() {
        RowImage richer = ADA.with(2, "20");
        assertThat(richer.value("balance")).isEqualTo("20");
        assertThat(ADA.value("balance")).isEqualTo("10");
    }

    @Test
    void tells_a_null_from_an_empty_text() {
        assertThat(ADA.with(1, "").changedSince(ADA.with(1, null))).containsExactly(1);
    }

    @Test
    void lists_the_columns_that_changed() {
        assertThat(ADA.changedSince(ADA)).isEmpty();
        assertThat(ADA.with(2, "11").with(1, null).changedSince(ADA)).containsExactly(1, 2);
    }

    @Test
    void counts_every_column_as_changed_when_the_table_was_altered() {
        TableShape altered = new TableShape(ACCOUNT, List.of("id", "balance"), List.of(0));
        assertThat(RowImage.of(altered, "1", "10").changedSince(ADA)).containsExactly(0, 1);
        assertThat(ADA.changedSince(RowImage.of(altered, "1", "10"))).containsExactly(0, 1, 2);
    }

    @Test
    void refuses_more_or_fewer_values_than_columns() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowImage.of(SHAPE, "1", "Ada"))
                .withMessageContaining("public.account");
    }

    @Test
    void names_a_column_that_is_not_there() {
        assertThatIllegalArgumentException().isThrownBy(() -> ADA.value("iban")).withMessageContaining("iban");
    }

    @Test
    void needs_a_primary_key_among_its_columns() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TableShape(ACCOUNT, List.of("id"), List.of()))
                .withMessageContaining("primary key");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TableShape(ACCOUNT, List.of("id"), List.of(1)))
                .withMessageContaining("primary key");
    }

    @Test
    void an_image_that_has_lost_its_large_value_equals_one_that_never_had_any() {
        TableShape shape = new TableShape(new TableId("public", "large"), List.of("id", "v"), List.of(0));
        RowImage large = RowImage.of(shape, "1", "x".repeat(LargeText.BYTES_MIN));
        RowImage small = RowImage.of(shape, "1", "y");

        assertThat(large.with(1, "y")).isEqualTo(small).hasSameHashCodeAs(small);
        assertThat(large.with(1, small, 1)).isEqualTo(small);
        TableShape key = new TableShape(shape.table(), List.of("id"), List.of(0));
        assertThat(large.reduced(key, List.of(0))).isEqualTo(RowImage.of(key, "1"));
        assertThat(small.with(1, large, 1)).isEqualTo(large);
    }
}
