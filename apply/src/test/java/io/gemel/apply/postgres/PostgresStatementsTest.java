package io.gemel.apply.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.transaction.TableId;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PostgresStatementsTest {
    private static final TableId STOCK = new TableId("public", "stock");
    private static final PostgresColumn ID = new PostgresColumn("id", "bigint", false, false, false);
    private static final PostgresColumn TAGS = new PostgresColumn("tags", "text[]", true, false, true);
    private static final PostgresColumn NOTE = new PostgresColumn("note", "text", false, false, true);
    private static final PostgresColumn NUMBER = new PostgresColumn("number", "integer", false, true, false);

    private static PostgresTable table(TableId id, boolean merges, PostgresPartitioning parts, PostgresColumn... all) {
        boolean partitioned = parts.prunes();
        return new PostgresTable(
                id,
                List.of(all),
                List.of(0),
                new PostgresTable.Facts(1, "state", partitioned, merges, false, false),
                parts);
    }

    private static PostgresStatements plain() {
        return new PostgresStatements(table(STOCK, true, PostgresPartitioning.NONE, ID, NOTE, NUMBER));
    }

    private static int binds(String statement) {
        return (int) statement.chars().filter(c -> c == '?').count();
    }

    @Test
    void an_update_writes_only_rows_that_are_the_before_image_and_whose_writer_is_accounted_for() {
        assertThat(plain().update(List.of(1)))
                .isEqualTo("UPDATE ONLY \"public\".\"stock\" AS t SET \"note\" = v.a1"
                        + " FROM unnest(?::int4[], ?::bigint[], ?::text[], ?::integer[], ?::text[])"
                        + " AS v(n, b0, b1, b2, a1) WHERE t.\"id\" = v.b0"
                        + " AND (age(t.xmin) >= ? OR t.xmin = ANY(?::xid[]))"
                        + " AND record_image_eq(ROW(t.\"id\", t.\"note\", t.\"number\"), ROW(v.b0, v.b1, v.b2))"
                        + " RETURNING v.n");
    }

    @Test
    void an_update_that_changes_nothing_still_locks_its_row() {
        assertThat(plain().update(List.of())).contains(" SET \"id\" = v.b0 FROM ");
    }

    @Test
    void a_row_is_inserted_only_where_its_key_is_absent() {
        assertThat(plain().insertIfAbsent())
                .isEqualTo(
                        "INSERT INTO \"public\".\"stock\" AS t (\"id\", \"note\", \"number\") OVERRIDING SYSTEM VALUE"
                                + " SELECT v.b0, v.b1, v.b2 FROM unnest(?::int4[], ?::bigint[], ?::text[], ?::integer[])"
                                + " AS v(n, b0, b1, b2) ON CONFLICT (\"id\") DO NOTHING RETURNING \"id\"");
    }

    @Test
    void a_table_whose_key_cannot_be_merged_on_is_asked_first() {
        PostgresStatements deferrable =
                new PostgresStatements(table(STOCK, false, PostgresPartitioning.NONE, ID, NOTE));

        assertThat(deferrable.insertIfAbsent())
                .doesNotContain("ON CONFLICT")
                .contains(" WHERE NOT EXISTS (SELECT FROM ONLY \"public\".\"stock\" AS t WHERE t.\"id\" = v.b0)");
    }

    @Test
    void an_upsert_leaves_generated_identities_and_keys_as_they_are() {
        assertThat(plain().upsert())
                .contains(" DO UPDATE SET \"note\" = EXCLUDED.\"note\" WHERE ")
                .doesNotContain("\"number\" = ");
        assertThat(new PostgresStatements(table(STOCK, true, PostgresPartitioning.NONE, ID)).upsert())
                .endsWith(" DO NOTHING");
    }

    @Test
    void an_array_travels_as_text_which_unnest_does_not_take_apart() {
        PostgresStatements arrays = new PostgresStatements(table(STOCK, true, PostgresPartitioning.NONE, ID, TAGS));

        assertThat(arrays.update(List.of(1)))
                .contains("SET \"tags\" = v.a1::text[] FROM unnest(?::int4[], ?::bigint[], ?::text[], ?::text[])");
    }

    @Test
    void a_table_in_partitions_is_named_with_them_and_each_statement_says_which() {
        PostgresStatements parts = new PostgresStatements(
                table(STOCK, true, new PostgresPartitioning(List.of(0), PostgresPartitioning.ROWS_MAX), ID, NOTE));

        assertThat(Stream.of(parts.update(List.of(1)), parts.delete(), parts.deleteByKey(), parts.select(true)))
                .allSatisfy(statement -> assertThat(statement)
                        .contains(" \"public\".\"stock\" AS t")
                        .doesNotContain("ONLY")
                        .contains(" AND t.\"id\" = ANY (?::bigint[])"));
    }

    @Test
    void each_statement_has_the_binds_that_it_says() {
        PostgresStatements statements = plain();
        int ordinal = 1;
        int columns = 3;
        int key = 1;
        int settled = 2;

        assertThat(binds(statements.update(List.of(1, 2)))).isEqualTo(ordinal + columns + 2 + settled);
        assertThat(binds(statements.delete())).isEqualTo(ordinal + columns + settled);
        assertThat(binds(statements.insertIfAbsent())).isEqualTo(ordinal + columns);
        assertThat(binds(statements.upsert())).isEqualTo(ordinal + columns);
        assertThat(binds(statements.overwrite())).isEqualTo(ordinal + columns);
        assertThat(binds(statements.deleteByKey())).isEqualTo(ordinal + key);
        assertThat(binds(statements.deleteExcept())).isEqualTo(ordinal + key);
        assertThat(binds(statements.select(true))).isEqualTo(ordinal + key);
        assertThat(binds(statements.selectLarge())).isEqualTo(ordinal + key);
        assertThat(binds(statements.sizes())).isEqualTo(ordinal + key);
        assertThat(binds(statements.selectAll())).isZero();
        assertThat(binds(statements.collisions(Map.of(), List.of("\"note\""), "true", "o.e0 = n.e0")))
                .isEqualTo(ordinal + columns);
    }

    @Test
    void more_columns_than_one_function_gives_come_from_two_with_ordinals_of_their_own() {
        PostgresColumn[] many = IntStream.range(0, 1_000)
                .mapToObj(i -> new PostgresColumn("c" + i, "integer", false, false, false))
                .toArray(PostgresColumn[]::new);
        List<Integer> changed = IntStream.range(1, 1_000).boxed().toList();
        String update = new PostgresStatements(table(STOCK, true, PostgresPartitioning.NONE, many)).update(changed);

        assertThat(update).contains("SET \"c1\" = w.a1").contains(") ON w.n = v.n WHERE ");
        assertThat(binds(update)).isEqualTo(1 + 1_000 + 1 + 999 + 2);
    }

    @Test
    void no_name_gets_out_of_its_quotes() {
        PostgresColumn column = new PostgresColumn("a\"; DROP TABLE x; --", "text", false, false, true);
        PostgresStatements odd =
                new PostgresStatements(table(new TableId("s\"s", "t\"t"), true, PostgresPartitioning.NONE, ID, column));

        assertThat(Stream.of(
                        odd.update(List.of(1)),
                        odd.delete(),
                        odd.insertIfAbsent(),
                        odd.upsert(),
                        odd.overwrite(),
                        odd.deleteByKey(),
                        odd.deleteExcept(),
                        odd.select(true),
                        odd.selectLarge(),
                        odd.sizes(),
                        odd.selectAll(),
                        odd.collisions(Map.of(), List.of("true"), "true", "true")))
                .allSatisfy(statement -> assertThat(outsideQuotes(statement))
                        .doesNotContain("DROP")
                        .doesNotContain("\""));
    }

    private static String outsideQuotes(String statement) {
        return statement.replaceAll("\"([^\"]|\"\")*\"", "name");
    }

    @Test
    void the_text_of_a_statement_is_made_once() {
        PostgresStatements statements = plain();

        assertThat(statements.update(List.of(1))).isSameAs(statements.update(List.of(1)));
        assertThat(statements.delete()).isSameAs(statements.delete());
    }
}
