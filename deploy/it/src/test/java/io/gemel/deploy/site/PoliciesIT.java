package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.reason.Advice;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each policy decides the same three concurrent changes of one row, each in its own way, alike at both sites. */
class PoliciesIT {
    private static final Map<String, String> POLICIES = new LinkedHashMap<>();

    static {
        POLICIES.put("lww", "last-writer-wins");
        POLICIES.put("lww_delta", "last-writer-wins, delta(n)");
        POLICIES.put("merge", "column-merge");
        POLICIES.put("merge_delta", "column-merge, delta(n)");
        POLICIES.put("priority", "site-priority(east)");
        POLICIES.put("greatest", "greatest(n)");
        POLICIES.put("least", "least(n)");
        POLICIES.put("custom", "custom(merged-tags)");
    }

    @TempDir
    Path folder;

    @Test
    @Follows(Advice.APPLY_RESOLVER)
    void each_policy_decides_alike_at_both_sites() throws Exception {
        Map<String, String> settings = new LinkedHashMap<>();
        POLICIES.forEach((table, policy) -> settings.put("conflict.policy.public." + table, policy));
        settings.put("conflict.policy.public.untagged", "custom(merged-tags)"); // which wants a column tags
        try (TwoSites sites = TwoSites.start(folder, Version.V18, settings)) {
            sites.schema(TwoSites.PROBE);
            for (String table : POLICIES.keySet()) {
                sites.schema(
                        "CREATE TABLE " + table + " (id int PRIMARY KEY, a text, b text, n int NOT NULL, tags text)",
                        "INSERT INTO " + table + " VALUES (1, '-', '-', 100, 'gone,old')");
            }
            sites.schema("CREATE TABLE untagged (id int PRIMARY KEY, a text)", "INSERT INTO untagged VALUES (1, '-')")
                    .prepare()
                    .run();

            // Neither site sees the other's changes: east's first, then west's, then east's second.
            sites.pause();
            for (String table : POLICIES.keySet()) {
                sites.east()
                        .execute("UPDATE " + table + " SET a = 'east 1', n = n + 1, tags = 'east,old' WHERE id = 1");
                sites.west()
                        .execute(
                                "UPDATE " + table + " SET b = 'west', n = n + 50, tags = 'gone,old,west' WHERE id = 1");
                sites.east().execute("UPDATE " + table + " SET a = 'east 2', n = n + 2 WHERE id = 1");
            }
            sites.resume();
            sites.settle();

            sites.assertEqual(POLICIES.keySet().toArray(String[]::new));
            assertThat(rows(sites))
                    .containsExactly(
                            "lww (1,\"east 2\",-,103,\"east,old\")",
                            "lww_delta (1,\"east 2\",-,153,\"east,old\")",
                            "merge (1,\"east 2\",west,103,\"gone,old,west\")",
                            "merge_delta (1,\"east 2\",west,153,\"gone,old,west\")",
                            "priority (1,\"east 2\",-,103,\"east,old\")",
                            "greatest (1,-,west,150,\"gone,old,west\")",
                            "least (1,\"east 2\",-,103,\"east,old\")",
                            "custom (1,\"east 2\",-,103,\"east,old,west\")");
            sites.awaitNoReason();
            for (String table : POLICIES.keySet()) {
                assertThat(TwoSites.texts(
                                sites.west(),
                                "SELECT count(*), min(policy) FROM gemel.journal WHERE table_name = '" + table + "'"))
                        .containsExactly("2|" + POLICIES.get(table));
            }
            a_resolver_that_fails_is_replaced(sites);
        }
    }

    private static void a_resolver_that_fails_is_replaced(TwoSites sites) throws Exception {
        sites.pause();
        sites.east().execute("UPDATE untagged SET a = 'east' WHERE id = 1");
        sites.west().execute("UPDATE untagged SET a = 'west' WHERE id = 1");
        sites.resume();
        for (SiteSupervisor site : sites.supervisors()) {
            sites.awaitReason(site, Advice.APPLY_RESOLVER.code());
            assertThat(site.report().apply().reason())
                    .contains("custom(merged-tags) failed at row public.untagged[1]", "at both sites", "restart them");
        }
        sites.east().with("conflict.policy.public.untagged", "last-writer-wins");
        sites.west().with("conflict.policy.public.untagged", "last-writer-wins");
        sites.restart();
        sites.settle();
        sites.assertEqual("untagged");
        assertThat(TwoSites.rows(sites.west(), "untagged")).containsExactly("(1,west)");
        sites.awaitNoReason();
    }

    private static List<String> rows(TwoSites sites) throws SQLException {
        List<String> rows = new ArrayList<>();
        for (String table : POLICIES.keySet()) {
            rows.add(table + " " + TwoSites.rows(sites.east(), table).get(0));
        }
        return rows;
    }
}
