package io.gemel.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeTest {
    private static final TableShape SHAPE =
            new TableShape(new TableId("public", "price"), List.of("item", "cents"), List.of(0));
    private static final RowImage OLD = RowImage.of(SHAPE, "ring", "900");
    private static final RowImage NEW = RowImage.of(SHAPE, "ring", "950");
    private static final SiteId EAST = new SiteId("east");
    private static final SiteId WEST = new SiteId("west");

    @Test
    void has_the_key_of_the_image_it_has() {
        RowKey ring = RowKey.of(SHAPE.table(), "ring");
        assertThat(new Change.Insert(NEW).key()).isEqualTo(ring);
        assertThat(new Change.Update(OLD, NEW).key()).isEqualTo(ring);
        assertThat(new Change.Delete(OLD).key()).isEqualTo(ring);
    }

    @Test
    void has_no_key_when_it_empties_the_table() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new Change.Truncate(SHAPE).key())
                .withMessageContaining("public.price");
    }

    @Test
    void refuses_an_update_of_the_key() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Change.Update(OLD, RowImage.of(SHAPE, "chain", "900")))
                .withMessageContaining("keeps its key");
    }

    @Test
    void had_seen_what_its_site_had_applied() {
        StampedChange local = change(EAST, 10, 3, 0);
        assertThat(change(WEST, 4, 10, 0).saw(local)).isTrue();
        assertThat(change(WEST, 4, 9, 0).saw(local)).isFalse();
        assertThat(local.saw(change(WEST, 3, 0, 0))).isTrue();
        assertThat(local.saw(change(WEST, 4, 0, 0))).isFalse();
    }

    @Test
    void had_seen_what_its_own_site_did_before() {
        assertThat(change(EAST, 10, 0, 0).saw(change(EAST, 9, 0, 5))).isTrue();
        assertThat(change(EAST, 9, 0, 5).saw(change(EAST, 10, 0, 0))).isFalse();
        assertThat(change(EAST, 9, 0, 5).saw(change(EAST, 9, 0, 4))).isTrue();
        assertThat(change(EAST, 9, 0, 4).saw(change(EAST, 9, 0, 4))).isFalse();
    }

    @Test
    void breaks_a_tie_of_clocks_by_site() {
        assertThat(new Version(5, EAST)).isLessThan(new Version(5, WEST));
        assertThat(new Version(6, EAST)).isGreaterThan(new Version(5, WEST));
    }

    private static StampedChange change(SiteId origin, long position, long seen, int index) {
        TransactionHeader header =
                new TransactionHeader(origin, position, position, new Version(position, origin), seen);
        return new StampedChange(header, index, new Change.Update(OLD, NEW));
    }
}
