package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.bank.BankClient;
import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Something dies at an exact moment of one submission: it has one effect all the same, and its client hears of it. */
@Tag("alone")
@ExtendWith(SharedRouters.class)
class MomentsIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int POSTS = 50;

    private final RouterFixture fixture;
    private String key;

    MomentsIT(RouterFixture fixture) {
        this.fixture = fixture;
    }

    @BeforeEach
    void name_the_submission(TestInfo test) {
        key = test.getTestMethod().orElseThrow().getName() + "-"
                + Math.abs(test.getDisplayName().hashCode());
    }

    /** Whatever was broken is restored, and the promise kept. */
    @AfterEach
    void restore_and_judge() throws Exception {
        fixture.restoreService();
        OnceEach.assertKept(fixture.facts());
    }

    private CompletableFuture<BankExchange> submit(String site) {
        return fixture.client(site).submit(key, "/transfers", RouterFixture.transfer(1, 2), System.nanoTime());
    }

    private BankReply acknowledged(CompletableFuture<BankExchange> submission) throws Exception {
        BankExchange exchange = submission.get();
        fixture.log(List.of(exchange));
        assertThat(exchange.isAcknowledged()).as(exchange.toString()).isTrue();
        return exchange.reply().orElseThrow();
    }

    private VmProcess awaitGrief(Moment moment) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !FaultInjection.whoGrieved(fixture.orders(), key, moment)
                        .isEmpty());
        return fixture.vm(FaultInjection.whoGrieved(fixture.orders(), key, moment));
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    void a_vm_that_dies_is_replaced_by_another(Moment moment) throws Exception {
        FaultInjection.order(fixture.orders(), key, moment, FaultInjection.Kind.HALT);

        BankReply reply = acknowledged(submit("east"));

        assertThat(reply.outcome()).isEqualTo(moment == Moment.AFTER_COMMIT ? "replayed" : "executed");
        assertThat(reply.site()).isEqualTo("east");
        assertThat(reply.attempts()).isEqualTo(2);
        String dead = awaitGrief(moment).name();
        assertThat(reply.body().contains("\"vm\":\"" + dead + "\"")).isEqualTo(moment == Moment.AFTER_COMMIT);
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    void a_vm_that_freezes_and_goes_on_too_late_changes_nothing(Moment moment) throws Exception {
        FaultInjection.order(fixture.orders(), key, moment, FaultInjection.Kind.FREEZE);

        BankReply reply = acknowledged(submit("east"));

        VmProcess frozen = awaitGrief(moment);
        assertThat(reply.site()).isEqualTo("east");
        assertThat(reply.outcome()).isEqualTo(moment == Moment.AFTER_COMMIT ? "replayed" : "executed");
        frozen.thaw();
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    void a_client_whose_router_dies_asks_another_one(Moment moment) throws Exception {
        FaultInjection.order(fixture.orders(), key, moment, FaultInjection.Kind.FREEZE);

        CompletableFuture<BankExchange> submission = submit("east");
        VmProcess frozen = awaitGrief(moment);
        fixture.router("east").kill();

        acknowledged(submission);
        frozen.thaw();
    }

    @Test
    void a_client_whose_router_died_before_it_sent_anything_asks_another_one() throws Exception {
        fixture.vmsOf("east").forEach(vm -> fixture.wires().cut("east", vm.name()));

        CompletableFuture<BankExchange> submission = submit("east");
        fixture.router("east").kill();

        assertThat(acknowledged(submission).site()).isEqualTo("west");
    }

    @Test
    void fifty_posts_of_one_key_have_one_effect_and_one_answer() throws Exception {
        BankClient client = fixture.client("east");
        List<CompletableFuture<BankExchange>> all = new ArrayList<>();
        for (int i = 0; i < POSTS; i++) {
            all.add(client.submit(key, "/transfers", RouterFixture.transfer(1, 2), System.nanoTime()));
        }

        List<String> bodies = new ArrayList<>();
        int executed = 0;
        for (CompletableFuture<BankExchange> each : all) {
            BankReply reply = acknowledged(each);
            bodies.add(reply.body());
            executed += reply.outcome().equals("executed") ? 1 : 0;
        }
        assertThat(bodies).hasSize(POSTS).containsOnly(bodies.get(0));
        assertThat(executed).isEqualTo(1);
    }

    @Test
    void a_key_that_was_used_for_another_request_is_refused() throws Exception {
        acknowledged(submit("east"));

        BankReply other = fixture.client("east")
                .submit(key, "/transfers", RouterFixture.transfer(3, 4), System.nanoTime())
                .get()
                .reply()
                .orElseThrow();

        assertThat(other.status()).isEqualTo(422);
        assertThat(other.outcome()).isEqualTo("rejected");
    }

    @Test
    void what_the_application_refuses_is_never_sent_twice_and_stays_refused() throws Exception {
        BankClient client = fixture.client("east");
        for (int i = 0; i < 2; i++) {
            BankExchange refused = client.submit(key, "/transfers", RouterFixture.TOO_MUCH, System.nanoTime())
                    .get();
            fixture.log(List.of(refused));
            BankReply reply = refused.reply().orElseThrow();
            assertThat(reply.status()).isEqualTo(409);
            assertThat(reply.outcome()).isEqualTo("rejected");
            assertThat(reply.attempts()).isEqualTo(1);
        }
    }
}
