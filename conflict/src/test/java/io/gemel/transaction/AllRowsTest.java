package io.gemel.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.transaction.codec.CorrectionCodec;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllRowsTest {
    private static final TableId TABLE = new TableId("public", "item");
    private static final TableShape SHAPE = new TableShape(TABLE, List.of("a", "b", "c"), List.of(2, 0));

    @Test
    void survive_the_way_through_a_record_and_keep_the_shape() throws Exception {
        RowImage image = AllRows.image(SHAPE);
        Change.Park park = (Change.Park) CorrectionCodec.decode(CorrectionCodec.encode(new Change.Park(image, 7)));
        Change.Settle settle =
                (Change.Settle) CorrectionCodec.decode(CorrectionCodec.encode(new Change.Settle(image, false)));

        assertThat(park.row()).isEqualTo(image).isEqualTo(settle.row());
        assertThat(AllRows.areMeant(park)).isTrue();
        assertThat(AllRows.shape(park.row())).isEqualTo(SHAPE);
    }

    @Test
    void have_a_key_that_no_row_has() {
        RowKey key = AllRows.image(SHAPE).key();

        assertThat(key).isEqualTo(AllRows.key(TABLE)).hasToString("all rows of public.item");
        assertThat(AllRows.areMeant(key)).isTrue();
        assertThat(AllRows.areMeant(RowKey.of(TABLE, ""))).isFalse();
        assertThat(AllRows.areMeant(new Change.Insert(RowImage.of(SHAPE, "", null, ""))))
                .isFalse();
        assertThat(AllRows.areMeant(new Change.Truncate(SHAPE))).isFalse();
    }
}
