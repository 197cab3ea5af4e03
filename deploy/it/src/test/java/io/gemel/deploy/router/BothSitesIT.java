package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankReply;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.router.SiteRows.Entry;
import io.gemel.deploy.site.TwoSites;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** One key is sent to routers of both sites: it has one effect, whichever of them were answered. */
@Tag("alone")
@ExtendWith(SharedRouters.class)
class BothSitesIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int POSTS = 50;
    private static final String TRANSFER = RouterFixture.transfer(1, 2);

    private final RouterFixture fixture;
    private String key;

    BothSitesIT(RouterFixture fixture) {
        this.fixture = fixture;
    }

    @BeforeEach
    void name_the_submission(TestInfo test) {
        key = test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void restore_and_judge() throws Exception {
        fixture.restoreService();
        OnceEach.assertKept(fixture.facts());
    }

    @Test
    void posts_at_both_sites_at_once_have_one_effect_and_the_other_attempt_is_journaled() throws Exception {
        judge(post("local"));
    }

    @Test
    void posts_at_both_sites_that_are_cut_apart_run_at_both_and_one_attempt_is_taken_back() throws Exception {
        fixture.wires().cutSitesApart();
        List<BankReply> replies = post("local");
        fixture.wires().restore();

        assertThat(judge(replies)).as("attempts that ran").isEqualTo(2);
    }

    @Test
    void an_answer_that_is_told_to_be_applied_is_the_one_that_both_sites_keep() throws Exception {
        List<BankReply> replies = post("applied");
        judge(replies);

        String stored = fixture.facts().sites().get(0).ledger().get(key).response();
        assertThat(replies)
                .filteredOn(each -> each.durability().equals("applied"))
                .extracting(BankReply::body)
                .as("told to be applied")
                .containsOnly(stored);
    }

    @Test
    void another_request_under_the_key_is_refused_at_the_other_site_once_that_has_heard_of_it() throws Exception {
        BankExchange first = submit("east", TRANSFER).get();
        fixture.log(List.of(first));
        assertThat(first.isAcknowledged()).isTrue();
        await().atMost(LIMIT)
                .until(() -> !TwoSites.texts(
                                fixture.sites().west(), "SELECT 1 FROM gemel.submission WHERE key = '" + key + "'")
                        .isEmpty());

        BankReply other = answerOf("west", RouterFixture.transfer(3, 4)).reply().orElseThrow();

        assertThat(other.status()).isEqualTo(422);
        assertThat(other.outcome()).isEqualTo("rejected");
    }

    private CompletableFuture<BankExchange> submit(String site, String body) {
        return fixture.client(site).submit(key, "/transfers", body, System.nanoTime());
    }

    /** What this site answers; its router asks the other site's VMs while it avoids its own. */
    private BankExchange answerOf(String site, String body) {
        return await().atMost(LIMIT)
                .until(
                        () -> submit(site, body).get(),
                        answered -> answered.reply().orElseThrow().site().equals(site));
    }

    /** Fifty at once, half of them at the router of each site; all are acknowledged. */
    private List<BankReply> post(String level) throws Exception {
        List<CompletableFuture<BankExchange>> all = new ArrayList<>();
        for (int i = 0; i < POSTS; i++) {
            all.add(fixture.client(i % 2 == 0 ? "east" : "west")
                    .asking(level)
                    .submit(key, "/transfers", TRANSFER, System.nanoTime()));
        }
        List<BankReply> replies = new ArrayList<>();
        for (CompletableFuture<BankExchange> each : all) {
            BankExchange exchange = each.get();
            assertThat(exchange.isAcknowledged()).as(exchange.toString()).isTrue();
            replies.add(exchange.reply().orElseThrow());
        }
        return replies;
    }

    /** Looks at both sites once they are equal; how many attempts had run. */
    private int judge(List<BankReply> replies) throws Exception {
        fixture.sites().settle();
        // What is answered from now on is what both sites hold, and part of what every promise is judged by.
        for (String site : List.of("east", "west")) {
            BankExchange again = answerOf(site, TRANSFER);
            assertThat(again.reply().orElseThrow().outcome()).isEqualTo("replayed");
            fixture.log(List.of(again));
        }
        RunFacts facts = fixture.facts();
        for (SiteRows site : facts.sites()) {
            assertThat(site.effects().get(key)).hasSize(1);
        }
        Entry stored = facts.sites().get(0).ledger().get(key);
        List<String> voids = voids(fixture.sites().east());
        assertThat(voids)
                .isIn(List.of(), List.of(stored.site()))
                .isEqualTo(voids(fixture.sites().west()));
        int attempts = 1 + voids.size();
        // An attempt whose answer was lost on its way is replayed, or taken back before anybody hears of it.
        assertThat(replies.stream().filter(each -> each.outcome().equals("executed")))
                .hasSizeLessThanOrEqualTo(attempts);
        Set<String> bodies = replies.stream().map(BankReply::body).collect(Collectors.toSet());
        assertThat(bodies).as("an answer of each attempt").hasSizeLessThanOrEqualTo(attempts);
        // Only the site whose attempt was taken back has told another answer, before it knew.
        assertThat(replies)
                .filteredOn(each -> !each.body().equals(stored.response()))
                .noneMatch(each -> each.site().equals(stored.site()));
        return attempts;
    }

    /** Which site's attempt stood, for each attempt that a site's journal says was taken back. */
    private List<String> voids(SiteFixture site) throws SQLException {
        return TwoSites.texts(
                site,
                "SELECT winner_site FROM gemel.journal WHERE kind = 'SUBMISSION_VOID' AND key[1] = '" + key + "'");
    }
}
