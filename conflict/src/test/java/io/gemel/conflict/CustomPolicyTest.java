package io.gemel.conflict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CustomPolicyTest {
    private static final TableShape ITEM =
            new TableShape(new TableId("public", "item"), List.of("id", "n"), List.of(0));

    @Test
    void asks_the_resolver_only_about_what_was_concurrent() {
        CustomPolicy policy = new CustomPolicy(resolver(row -> row.with(1, "decided")));

        assertThat(policy.step(row("1", "here"), update("new"), true).image()).isEqualTo(row("1", "decided"));
        assertThat(policy.step(row("1", "here"), update("new"), false).image()).isEqualTo(row("1", "new"));
        assertThat(policy.name()).isEqualTo("custom(mine)");
    }

    @Test
    void names_the_resolver_and_the_row_when_it_fails() {
        CustomPolicy policy = new CustomPolicy(resolver(row -> {
            throw new IllegalArgumentException("no idea");
        }));

        assertThatThrownBy(() -> policy.step(row("1", "here"), update("new"), true))
                .isInstanceOf(ResolverException.class)
                .hasMessageContaining("custom(mine)")
                .hasMessageContaining("public.item[1]")
                .hasMessageContaining("no idea");
    }

    @Test
    void refuses_an_answer_about_another_row() {
        CustomPolicy policy = new CustomPolicy(resolver(row -> row.with(0, "2")));

        assertThatThrownBy(() -> policy.step(row("1", "here"), update("new"), true))
                .isInstanceOf(ResolverException.class);
    }

    private static StampedChange update(String n) {
        SiteId west = new SiteId("west");
        return new StampedChange(
                new TransactionHeader(west, 1, 1, new Version(1, west), 0),
                0,
                new Change.Update(row("1", "old"), row("1", n)));
    }

    private static RowImage row(String id, String n) {
        return RowImage.of(ITEM, id, n);
    }

    private static ConflictResolver resolver(UnaryOperator<RowImage> rule) {
        return new ConflictResolver() {
            @Override
            public String name() {
                return "mine";
            }

            @Override
            public RowImage resolve(RowImage row, @Nullable RowImage before, RowImage after) {
                return rule.apply(row);
            }
        };
    }
}
