package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Submissions are forgotten at both sites when they are old enough, each by the site that carried it out. */
class SubmissionRetentionIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String KEYS = "SELECT key FROM gemel.submission ORDER BY key";

    @TempDir
    Path folder;

    @Test
    void each_site_forgets_its_own_old_submissions_at_both() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of("submission.retention", "1h"))) {
            sites.schema(TwoSites.PROBE).prepare();
            sites.east()
                    .execute(
                            submissions("east", "old", 1_234, "2 hours"),
                            submissions("east", "new", 1, "30 minutes"),
                            submissions("nobody", "unknown", 1, "2 hours"));
            sites.west().execute(submissions("west", "old", 2, "0 hours"));
            sites.run();
            sites.settle();
            // They become old when West does not run any more, so nobody may forget what it carried out.
            sites.supervisors().remove(1).close();
            sites.east().execute("UPDATE gemel.submission SET at = at - interval '2 hours' WHERE site = 'west'");
            awaitKeys(sites.east(), "east new 1", "nobody unknown 1", "west old 1", "west old 2");

            sites.run(sites.west(), LongUnaryOperator.identity());
            awaitKeys(sites.east(), "east new 1", "nobody unknown 1");
            awaitKeys(sites.west(), "east new 1", "nobody unknown 1");
            sites.settle();
            sites.assertEqual("gemel.submission");
            assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM gemel.journal"))
                    .containsExactly("0");
        }
    }

    private static String submissions(String site, String what, int count, String age) {
        return "INSERT INTO gemel.submission (key, attempt, site, at) SELECT '" + site + " " + what + " ' || i, 1, '"
                + site + "', now() - interval '" + age + "' FROM generate_series(1, " + count + ") i";
    }

    private static void awaitKeys(SiteFixture site, String... keys) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(TwoSites.texts(site, KEYS)).containsExactly(keys));
    }
}
