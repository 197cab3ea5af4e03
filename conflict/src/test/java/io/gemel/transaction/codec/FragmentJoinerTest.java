package io.gemel.transaction.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.transaction.Change;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.LogRecord.Fragment;
import io.gemel.transaction.LogRecord.Part;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FragmentJoinerTest {
    private static final int BODY_MAX = 1024;
    private static final int RECORD_MAX = BODY_MAX + 1024;
    private static final SiteId EAST = new SiteId("east");
    private static final TableShape DOCUMENT =
            new TableShape(new TableId("public", "document"), List.of("id", "body"), List.of(0));

    private final TransactionCodec codec = new TransactionCodec();
    private final FragmentJoiner joiner = new FragmentJoiner();

    @Test
    void gives_back_the_part_that_was_cut_whatever_it_holds() {
        Seeds.forEach(300, random -> {
            RandomRecords records = new RandomRecords(random);
            LogRecord record = records.record();
            if (record instanceof Part part) {
                assertThat(join(fragments(part))).isEqualTo(part);
            }
        });
    }

    @Test
    void cuts_a_large_row_into_records_of_the_size_and_between_the_halves_of_no_character() throws Exception {
        String body = "\\x" + "00ff".repeat(5_000) + "Größe 😀 ".repeat(3_000);
        Part part = part(1, 7, 2, document("1", body));

        List<Fragment> fragments = fragments(part);

        assertThat(fragments).hasSizeGreaterThan(50);
        assertThat(fragments).extracting(Fragment::part).allMatch(each -> each.index() == 2);
        assertThat(fragments.subList(0, fragments.size() - 1)).noneMatch(Fragment::last);
        for (Fragment fragment : fragments) {
            assertThat(codec.encode(fragment)).hasSizeLessThan(RECORD_MAX);
        }
        assertThat(join(fragments)).isEqualTo(part);
    }

    @Test
    void cuts_a_table_with_more_names_than_fit_into_a_record() throws Exception {
        List<String> columns = new ArrayList<>(List.of("id"));
        for (int i = 0; i < 1_600; i++) {
            columns.add("a_column_with_a_long_name_so_that_the_shape_alone_is_large_" + i);
        }
        TableShape wide = new TableShape(new TableId("public", "wide"), columns, List.of(0));
        @Nullable String[] values = new @Nullable String[columns.size()];
        values[0] = "1";
        Part part = part(1, 7, 0, new Change.Insert(RowImage.owning(wide, values)));

        assertThat(join(fragments(part))).isEqualTo(part);
    }

    @Test
    void leaves_out_what_a_replaced_process_publishes_late() throws Exception {
        Part late = part(1, 7, 0, document("1", "late".repeat(1_000)));
        Part mine = part(2, 7, 0, document("1", "mine".repeat(1_000)));
        List<Fragment> old = fragments(late);
        List<Fragment> current = fragments(mine);

        assertThat(joiner.add(old.get(0))).isNull();
        assertThat(joiner.add(current.get(0))).isNull();
        assertThat(joiner.add(old.get(1))).isNull();
        assertThat(join(current.subList(1, current.size()))).isEqualTo(mine);
    }

    @Test
    void leaves_out_a_part_whose_beginning_was_not_read_and_one_without_an_end() throws Exception {
        List<Fragment> first = fragments(part(1, 7, 0, document("1", "first".repeat(1_000))));
        Part second = part(1, 7, 1, document("2", "second".repeat(1_000)));

        assertThat(joiner.add(first.get(2))).isNull();
        assertThat(joiner.add(first.get(0))).isNull();
        assertThat(joiner.add(first.get(2))).isNull();
        assertThat(joiner.add(first.get(3))).isNull();
        assertThat(join(fragments(second))).isEqualTo(second);
    }

    @Test
    void refuses_fragments_that_are_longer_or_shorter_than_they_should_be() {
        List<Fragment> fragments = fragments(part(1, 7, 0, document("1", "row".repeat(1_000))));
        Fragment first = fragments.get(0);

        assertThatThrownBy(() -> joiner.add(new Fragment(first.part(), 0, true, first.body().length + 1, first.body())))
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining("shorter");
        assertThatThrownBy(() -> joiner.add(new Fragment(first.part(), 0, true, first.body().length - 1, first.body())))
                .isInstanceOf(BadRecordException.class)
                .hasMessageContaining("longer");
    }

    private static Part part(long epoch, long position, int index, Change change) {
        TransactionHeader header =
                new TransactionHeader(EAST, position, TransactionHeader.UNKNOWN_COMMIT, new Version(9, EAST), 3);
        return new Part(epoch, header, index, false, 5, List.of(change));
    }

    private static Change document(String id, String body) {
        return new Change.Insert(RowImage.of(DOCUMENT, id, body));
    }

    private List<Fragment> fragments(Part part) {
        List<Fragment> fragments = new ArrayList<>();
        codec.encodeFragments(part, BODY_MAX, record -> {
            try {
                fragments.add((Fragment) codec.decode(record));
            } catch (BadRecordException e) {
                throw new AssertionError(e);
            }
        });
        return fragments;
    }

    private @Nullable Part join(List<Fragment> fragments) throws BadRecordException {
        Part part = null;
        for (Fragment fragment : fragments) {
            assertThat(part).isNull();
            part = joiner.add(fragment);
        }
        return part;
    }
}
