package io.gemel.deploy.example;

import io.gemel.conflict.ConflictResolver;
import io.gemel.transaction.RowImage;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Column {@code tags} holds words with commas between them: what both sites added stays, what either removed goes. */
public final class MergedTags implements ConflictResolver {
    private static final String COLUMN = "tags";

    @Override
    public String name() {
        return "merged-tags";
    }

    @Override
    public RowImage resolve(RowImage row, @Nullable RowImage before, RowImage after) {
        Set<String> tags = new TreeSet<>(tags(row));
        tags.addAll(tags(after));
        tags.removeAll(removed(before, after));
        tags.removeAll(removed(before, row));
        return after.with(after.shape().indexOf(COLUMN), String.join(",", tags));
    }

    private static List<String> removed(@Nullable RowImage before, RowImage after) {
        return tags(before).stream().filter(tag -> !tags(after).contains(tag)).toList();
    }

    private static List<String> tags(@Nullable RowImage row) {
        String text = row == null ? null : row.value(row.shape().indexOf(COLUMN));
        return text == null || text.isEmpty() ? List.of() : Arrays.asList(text.split(",", -1));
    }
}
