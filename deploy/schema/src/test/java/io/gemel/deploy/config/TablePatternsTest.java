package io.gemel.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TablePatternsTest {
    @Test
    void matches_names_with_wildcards_in_either_part() throws Exception {
        TablePatterns patterns = TablePatterns.parse("public.account_*, app*.*");

        assertThat(patterns.matches("public", "account_2026")).isTrue();
        assertThat(patterns.matches("public", "account")).isFalse();
        assertThat(patterns.matches("application", "My Table")).isTrue();
        assertThat(patterns.matches("other", "account_2026")).isFalse();
    }

    @Test
    void folds_names_without_quotes_as_sql_does() throws Exception {
        TablePatterns patterns = TablePatterns.parse("Public.Account");

        assertThat(patterns.matches("public", "account")).isTrue();
        assertThat(patterns.matches("public", "Account")).isFalse();
    }

    @Test
    void takes_quoted_names_letter_for_letter() throws Exception {
        TablePatterns patterns = TablePatterns.parse("public.\"My, Table.*\", \"S\".\"say \"\"hi\"\"\"");

        assertThat(patterns.matches("public", "My, Table.*")).isTrue();
        assertThat(patterns.matches("public", "My, Table.x")).isFalse();
        assertThat(patterns.matches("S", "say \"hi\"")).isTrue();
    }

    @Test
    void treats_a_dollar_as_part_of_a_name() throws Exception {
        assertThat(TablePatterns.parse("public.a$b").matches("public", "a$b")).isTrue();
    }

    @Test
    void matches_nothing_when_empty() throws Exception {
        assertThat(TablePatterns.parse(" ").matches("public", "account")).isFalse();
    }

    @Test
    void refuses_what_is_no_pattern() {
        for (String bad : new String[] {"account", "a.b.c", "public.", "public.\"x", "public.a b", "public.a,", ".x"}) {
            assertThatThrownBy(() -> TablePatterns.parse(bad)).as(bad).isInstanceOf(BadValueException.class);
        }
    }
}
