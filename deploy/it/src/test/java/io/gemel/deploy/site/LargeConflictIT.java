package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.reason.Advice;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conflicts that memory has no room for, of large rows and of very many: the sites halt before they hold them, and say what helps. */
class LargeConflictIT {
    private static final int MEBIBYTES = 8;
    private static final int ROWS = 8_000;
    private static final Pattern SAID = Pattern.compile("row\\.bytes\\.max = (\\d+)MiB .*\\[apply\\.conflict");

    @TempDir
    Path folder;

    @Test
    @Follows({Advice.APPLY_CONFLICT_TOO_LARGE, Advice.APPLY_CONFLICTS_TOO_MANY})
    void what_memory_has_no_room_for_is_named_and_passes_as_the_reason_says() throws Exception {
        try (TwoSites sites = TwoSites.start(
                folder,
                Version.V18,
                Map.of(
                        "row.bytes.max",
                        MEBIBYTES + "MiB",
                        "conflict.policy.public.cart_item",
                        "last-writer-wins, orphan(remove)"))) {
            sites.schema(TwoSites.PROBE)
                    .schema(
                            "CREATE TABLE document (id int PRIMARY KEY, what text, body bytea, note text, form jsonb)",
                            "CREATE TABLE counter (id int PRIMARY KEY, n int)",
                            "CREATE TABLE cart (id int PRIMARY KEY)",
                            "CREATE TABLE cart_item (id int PRIMARY KEY, cart int REFERENCES cart)",
                            "INSERT INTO cart VALUES (1)",
                            "INSERT INTO counter SELECT i, 0 FROM generate_series(1, " + ROWS + ") i",
                            "INSERT INTO document SELECT i, 'old', '', '', '{}' FROM generate_series(1, 20) i")
                    .prepare()
                    .run();
            rows_of_some_size_are_decided_about(sites);
            large_rows_are_named_and_pass(sites);
            startAgain(sites, MEBIBYTES);
            more_conflicts_than_can_be_remembered_are_named_and_pass(sites);
            startAgain(sites, MEBIBYTES);
            more_orphans_than_can_be_remembered_are_named_and_pass(sites);
            startAgain(sites, MEBIBYTES);
            a_large_submission_that_both_carried_out_is_named_and_passes(sites);
        }
    }

    private static void rows_of_some_size_are_decided_about(TwoSites sites) throws Exception {
        sites.pause();
        sites.east()
                .execute(
                        "UPDATE document SET note = repeat('Any text. ', 90000) WHERE id = 19",
                        "UPDATE document SET form = to_jsonb(repeat('form ', 180000)) WHERE id = 20");
        sites.west().execute("UPDATE document SET what = 'west' WHERE id > 18");
        sites.resume();
        sites.settle();
        sites.assertEqual("document");
    }

    /**
     * East has made rows large, so its own rows are what it cannot read; west cannot hold a change that comes. When there is room for each
     * of the rows, there is not yet for all together.
     */
    private static void large_rows_are_named_and_pass(TwoSites sites) throws Exception {
        String largest = "row public.document[1]";
        sites.pause();
        sites.east()
                .execute("BEGIN; UPDATE document SET body = " + random(2 << 10) + " WHERE id = 1;"
                        + " UPDATE document SET body = " + random(900) + " WHERE id BETWEEN 3 AND 6; COMMIT");
        sites.west().execute("UPDATE document SET what = 'west' WHERE id < 7");
        sites.resume();
        startAgain(sites, Math.max(awaitSaid(sites, 0, largest), awaitSaid(sites, 1, largest)));
        startAgain(sites, awaitSaid(sites, 0, "5 large rows of table public.document"));
        sites.settle();
        sites.assertEqual("document");
    }

    /** East hears of changes of rows that it has emptied the table of, west of a truncate that concerns them all. */
    private static void more_conflicts_than_can_be_remembered_are_named_and_pass(TwoSites sites) throws Exception {
        String many = "both sites changed the same rows";
        sites.pause();
        sites.east().execute("TRUNCATE counter");
        sites.west().execute("UPDATE counter SET n = n + 2");
        sites.resume();
        startAgain(sites, Math.max(awaitSaid(sites, 0, many), awaitSaid(sites, 1, many)));
        sites.settle();
        sites.assertEqual("counter");
    }

    /** West hears of a delete after it has let very many rows refer to what is deleted. */
    private static void more_orphans_than_can_be_remembered_are_named_and_pass(TwoSites sites) throws Exception {
        sites.pause();
        sites.east().execute("DELETE FROM cart");
        sites.west().execute("INSERT INTO cart_item SELECT i, 1 FROM generate_series(1, " + ROWS + ") i");
        sites.resume();
        startAgain(sites, awaitSaid(sites, 1, "refer to rows that the peer deleted"));
        sites.settle();
        sites.assertEqual("cart", "cart_item");
        assertThat(TwoSites.rows(sites.east(), "cart_item")).isEmpty();
    }

    /** The attempt of west is void: west takes out what it has written, and east writes nothing of it. */
    private static void a_large_submission_that_both_carried_out_is_named_and_passes(TwoSites sites) throws Exception {
        sites.pause();
        sites.east().execute(submission(2, 100_000));
        sites.west().execute(submission(1, 200_000));
        sites.resume();
        startAgain(sites, awaitSaid(sites, 1, "one of them is taken back"));
        sites.settle();
        sites.assertEqual("counter");
        assertThat(TwoSites.texts(sites.west(), "SELECT min(id), max(id), count(*) FROM counter WHERE id > " + ROWS))
                .containsExactly("100001|" + (100_000 + 2 * ROWS) + "|" + 2 * ROWS);
    }

    private static String submission(int attempt, int from) {
        return "BEGIN; INSERT INTO gemel.submission (key, fingerprint, attempt) VALUES ('k', 'f', " + attempt
                + "); INSERT INTO counter SELECT i, 1 FROM generate_series(" + (from + 1) + ", " + (from + 2 * ROWS)
                + ") i; COMMIT";
    }

    private static int awaitSaid(TwoSites sites, int site, String row) {
        SiteSupervisor supervisor = sites.supervisors().get(site);
        sites.awaitReason(supervisor, row);
        String reason = supervisor.report().apply().reason();
        Matcher said = SAID.matcher(reason);
        assertThat(said.find()).as(reason).isTrue();
        return Integer.parseInt(said.group(1));
    }

    /** The heap of this JVM is as large as any that is asked for here. */
    private static void startAgain(TwoSites sites, int rowMebibytes) throws Exception {
        sites.east().with("row.bytes.max", rowMebibytes + "MiB");
        sites.west().with("row.bytes.max", rowMebibytes + "MiB");
        sites.restart();
    }

    private static String random(int kibibytes) {
        return "(SELECT string_agg(sha512(random()::text::bytea), '') FROM generate_series(1, " + kibibytes * 16 + "))";
    }
}
