package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.bank.BankClient;
import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankReply;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.TwoSites;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One site cannot apply what the other one has committed for a client that wants it at both. */
@Tag("alone")
@ExtendWith(SharedRouters.class)
class ParkedDurabilityIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final String KEY = "refused-at-west";
    private static final String EFFECTS = "SELECT count(*) FROM effect WHERE key = '" + KEY + "'";

    private final RouterFixture fixture;
    private final CommandRun commands = new CommandRun();

    ParkedDurabilityIT(RouterFixture fixture) {
        this.fixture = fixture;
    }

    @Test
    void a_submission_that_is_parked_at_the_other_site_is_told_to_be_applied_once_it_is_let_in() throws Exception {
        SiteFixture west = fixture.sites().west();
        west.execute("ALTER TABLE effect ADD CONSTRAINT closed CHECK (key <> '" + KEY + "')");

        BankReply missed = submit();
        assertThat(missed.status()).isEqualTo(504);
        assertThat(missed.outcome()).isEqualTo("executed");
        assertThat(missed.durability()).isEqualTo("local");
        assertThat(missed.body()).contains("committed at east");
        // A busy west may park it when the first wait is over.
        fixture.sites().awaitRow(west, "SELECT FROM gemel.parked");
        BankReply again = submit();
        assertThat(again.status()).as("sent again").isEqualTo(504);
        assertThat(missed.body() + again.body()).contains("the transaction of submission " + KEY + " is parked here");
        assertThat(count(west, EFFECTS)).isEqualTo("0");

        west.execute("ALTER TABLE effect DROP CONSTRAINT closed");
        String id = TwoSites.texts(west, "SELECT id FROM gemel.parked").get(0);
        assertThat(commands.run("parked", west.file(), "retry", id)).isEqualTo(ExitCode.DONE);
        await().atMost(LIMIT).until(() -> count(west, EFFECTS).equals("1"));
        BankReply kept = submit();
        assertThat(kept.outcome()).isEqualTo("replayed");
        assertThat(kept.durability()).isEqualTo("applied");
        OnceEach.assertKept(fixture.facts());
    }

    /** At the east's router, once. */
    private BankReply submit() throws Exception {
        BankExchange exchange = new BankClient(List.of(fixture.router("east").uri()), LIMIT, Duration.ZERO)
                .asking("applied")
                .submit(KEY, "/transfers", RouterFixture.transfer(1, 2), System.nanoTime())
                .get();
        fixture.log(List.of(exchange));
        return exchange.reply().orElseThrow();
    }

    private static String count(SiteFixture site, String query) throws SQLException {
        return TwoSites.texts(site, query).get(0);
    }
}
