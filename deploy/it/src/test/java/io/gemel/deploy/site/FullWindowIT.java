package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.reason.ReasonCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both windows are full at once: each site's room depends on what the other one still has to say. */
class FullWindowIT {
    private static final int KEYS_MAX = 1_000;
    private static final int TRANSACTIONS = 3 * KEYS_MAX;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @Test
    @Follows(reasons = ReasonCode.CAPTURE_WINDOW_FULL)
    void two_full_windows_do_not_wait_for_each_other() throws Exception {
        try (TwoSites sites =
                TwoSites.start(folder, Version.V18, Map.of("window.keys.max", String.valueOf(KEYS_MAX)))) {
            sites.schema(TwoSites.PROBE)
                    .schema("CREATE TABLE item (id int PRIMARY KEY, v text)")
                    .prepare()
                    .run();
            sites.pause();
            for (SiteFixture site : List.of(sites.east(), sites.west())) {
                String name = site.config().site().name();
                site.execute("DO $$ BEGIN FOR i IN 1.." + TRANSACTIONS + " LOOP INSERT INTO item VALUES (i, '" + name
                        + "'); COMMIT; END LOOP; END $$");
            }
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(sites.supervisors())
                            .allSatisfy(each ->
                                    assertThat(each.report().window().keys()).isGreaterThanOrEqualTo(KEYS_MAX)));
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(sites.supervisors())
                            .allSatisfy(each -> assertThat(each.report().reasons())
                                    .anySatisfy(reason -> {
                                        assertThat(reason.code()).isEqualTo(ReasonCode.CAPTURE_WINDOW_FULL.code());
                                        assertThat(reason.text()).contains("window.keys.max", "gemel status");
                                    })));

            sites.resume();

            sites.settle();
            sites.assertEqual("item");
            assertThat(TwoSites.texts(sites.east(), "SELECT count(*) FROM item"))
                    .containsExactly(String.valueOf(TRANSACTIONS));
            assertThat(TwoSites.texts(sites.west(), "SELECT count(*) FROM gemel.journal"))
                    .containsExactly(String.valueOf(TRANSACTIONS));
        }
    }
}
