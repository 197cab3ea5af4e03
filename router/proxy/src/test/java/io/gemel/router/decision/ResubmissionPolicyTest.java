package io.gemel.router.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterReport.SiteState;
import io.gemel.router.decision.Decision.Answer;
import io.gemel.router.decision.Decision.Awaited;
import io.gemel.router.decision.Decision.Reply;
import io.gemel.router.decision.Decision.Send;
import io.gemel.router.decision.Decision.TrafficClass;
import io.gemel.router.decision.Decision.Wait;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class ResubmissionPolicyTest {
    private static final long DEADLINE = 30_000;
    private static final int ATTEMPTS_MAX = 5;

    private final ResubmissionPolicy policy = new ResubmissionPolicy(ATTEMPTS_MAX, 3500);
    private final World world = new World();

    /** VMs and sites as a test says. */
    private static final class World implements FleetView {
        private final Map<String, VmFate> fates = new HashMap<>();
        private final Map<String, SiteState> sites = new HashMap<>();

        @Override
        public VmFate fateOf(Attempt attempt) {
            return fates.getOrDefault(attempt.vm(), VmFate.LIVES);
        }

        @Override
        public SiteState stateOf(String site) {
            return sites.getOrDefault(site, SiteState.UP);
        }

        @Override
        public String ownSite() {
            return "e";
        }
    }

    private static AttemptHistory history(AttemptResult... results) {
        AttemptHistory history = new AttemptHistory(false, true, DEADLINE, null, 0);
        for (int i = 0; i < results.length; i++) {
            history.add(attempt("e" + (i + 1), results[i]));
        }
        return history;
    }

    private static Attempt attempt(String vm, AttemptResult result) {
        return new Attempt(vm, "host-" + vm, vm.substring(0, 1), 0, 100, true, result);
    }

    private static AttemptResult said(Outcome outcome) {
        return AttemptResult.answered(outcome);
    }

    private static Decision aMomentFrom(long nowMillis) {
        return new Wait(Awaited.TIME, nowMillis + ResubmissionPolicy.LOOK_MILLIS);
    }

    private Decision next(AttemptHistory history) {
        return policy.next(history, world, 1000);
    }

    @Test
    void a_new_submission_is_sent() {
        assertThat(next(history())).isEqualTo(new Send(TrafficClass.NEW, 0));
    }

    @Test
    void final_answers_and_those_that_say_nothing_are_passed_on() {
        for (Outcome outcome :
                List.of(Outcome.EXECUTED, Outcome.REPLAYED, Outcome.REJECTED, Outcome.DECLINED, Outcome.FENCED)) {
            assertThat(next(history(said(outcome)))).isEqualTo(new Answer(Reply.LAST_ANSWER));
        }
        assertThat(next(history(AttemptResult.answered(null)))).isEqualTo(new Answer(Reply.LAST_ANSWER));
    }

    @Test
    void what_is_declined_away_from_the_own_site_is_sent_again_once_after_that_has_caught_up() {
        AttemptHistory history = history();
        history.add(attempt("w1", said(Outcome.DECLINED)));
        assertThat(next(history)).isEqualTo(new Wait(Awaited.CATCH_UP, DEADLINE));
        history.catchUp();
        assertThat(next(history)).isEqualTo(new Send(TrafficClass.FAILOVER, 0));
        history.add(attempt("w2", said(Outcome.DECLINED)));
        assertThat(next(history)).isEqualTo(new Answer(Reply.LAST_ANSWER));
    }

    @Test
    void what_was_streamed_and_is_declined_is_not_sent_again() {
        AttemptHistory streamed = new AttemptHistory(false, false, DEADLINE, null, 0);
        streamed.add(attempt("w1", said(Outcome.DECLINED)));
        assertThat(next(streamed)).isEqualTo(new Answer(Reply.LAST_ANSWER));
    }

    @Test
    void what_broke_is_resubmitted_at_once_in_the_failover_class() {
        assertThat(next(history(AttemptResult.BROKEN))).isEqualTo(new Send(TrafficClass.FAILOVER, 0));
        assertThat(next(history(said(Outcome.UNKNOWN)))).isEqualTo(new Send(TrafficClass.FAILOVER, 0));
    }

    @Test
    void what_an_application_threw_at_is_asked_of_one_other_vm() {
        assertThat(next(history(said(Outcome.FAILED)))).isEqualTo(new Send(TrafficClass.RETRY, 0));
        assertThat(next(history(said(Outcome.FAILED), said(Outcome.FAILED)))).isEqualTo(new Answer(Reply.LAST_ANSWER));
    }

    @Test
    void refusals_wait_longer_each_time() {
        Send second = (Send) next(history(said(Outcome.UNREACHABLE), said(Outcome.UNREACHABLE)));
        Send third =
                (Send) next(history(said(Outcome.UNREACHABLE), said(Outcome.UNREACHABLE), said(Outcome.UNREACHABLE)));
        assertThat(second.delayMillis()).isEqualTo(10);
        assertThat(third.delayMillis()).isEqualTo(20);
    }

    @Test
    void a_late_answer_after_one_that_broke_leaves_doubt() {
        assertThat(next(history(said(Outcome.LATE)))).isEqualTo(new Answer(Reply.LATE));
        assertThat(next(history(AttemptResult.BROKEN, said(Outcome.LATE)))).isEqualTo(new Answer(Reply.IN_DOUBT));
    }

    @Test
    void a_vm_without_the_library_is_not_followed_by_another() {
        AttemptHistory history = new AttemptHistory(false, true, DEADLINE, null, 0);
        history.add(new Attempt("e1", "h", "e", 0, 100, false, AttemptResult.BROKEN));
        assertThat(next(history)).isEqualTo(new Answer(Reply.LOST));
        AttemptHistory improper = new AttemptHistory(false, true, DEADLINE, null, 0);
        improper.add(new Attempt("e1", "h", "e", 0, 100, false, AttemptResult.IMPROPER));
        assertThat(next(improper)).isEqualTo(new Answer(Reply.LOST)); // no ledger tells whether it was done
        AttemptHistory unsent = new AttemptHistory(false, true, DEADLINE, null, 0);
        unsent.add(new Attempt("e1", "h", "e", 0, 100, false, AttemptResult.NOT_SENT));
        assertThat(next(unsent)).isEqualTo(new Send(TrafficClass.FAILOVER, 0));
    }

    @Test
    void a_body_that_was_not_kept_is_not_sent_twice() {
        AttemptHistory history = new AttemptHistory(false, false, DEADLINE, null, 0);
        history.add(attempt("e1", AttemptResult.BROKEN));
        assertThat(next(history)).isEqualTo(new Answer(Reply.LOST));
        AttemptHistory refused = new AttemptHistory(false, false, DEADLINE, null, 0);
        refused.add(attempt("e1", said(Outcome.DRAINING)));
        assertThat(next(refused)).isEqualTo(new Answer(Reply.SHED));
    }

    @Test
    void two_deaths_are_the_end_and_a_third_vm_is_not_risked_before_it_is_known() {
        AttemptHistory history = history();
        history.add(broken("e1", 100));
        history.add(broken("w2", 110));
        world.fates.put("e1", FleetView.VmFate.DIED);
        world.fates.put("w2", FleetView.VmFate.OPEN);
        assertThat(next(history)).isEqualTo(aMomentFrom(1000));
        world.fates.put("w2", FleetView.VmFate.LIVES);
        assertThat(next(history)).isEqualTo(new Send(TrafficClass.FAILOVER, 0));
        world.fates.put("w2", FleetView.VmFate.DIED);
        assertThat(next(history)).isEqualTo(new Answer(Reply.QUARANTINED));
    }

    @Test
    void two_vms_of_a_site_that_died_within_a_second_died_of_one_cause_and_a_third_did_not() {
        for (String vm : List.of("e1", "e2", "e3")) {
            world.fates.put(vm, FleetView.VmFate.DIED);
        }
        AttemptHistory history = history();
        history.add(broken("e1", 100));
        history.add(broken("e2", 1100));
        assertThat(policy.next(history, world, 2000)).isEqualTo(new Send(TrafficClass.FAILOVER, 0));
        history.add(broken("e3", 1101));
        assertThat(policy.next(history, world, 2000)).isEqualTo(new Answer(Reply.QUARANTINED));
    }

    @Test
    void a_quarantine_ends_by_itself_or_by_an_operators_word() {
        RecentKeys keys = new RecentKeys(10);
        keys.remember("k1", new RecentKeys.Trace("east", 2, 1000, 7));
        keys.remember("k2", new RecentKeys.Trace("east", 1, 1000, 8));
        assertThat(keys.quarantined(60_999)).containsOnlyKeys("k1");
        assertThat(keys.quarantined(61_000)).isEmpty();
        assertThat(keys.release("k2", 2000)).isFalse();
        assertThat(keys.release("k1", 2000)).isTrue();
        assertThat(keys.quarantined(2000)).isEmpty();
        assertThat(keys.find("k1")).isEqualTo(new RecentKeys.Trace("east", 0, 1000, 7));
    }

    private static Attempt broken(String vm, long endedMillis) {
        return new Attempt(vm, "host-" + vm, vm.substring(0, 1), 0, endedMillis, true, AttemptResult.BROKEN);
    }

    @Test
    void vms_that_died_with_their_site_died_of_one_cause() {
        AttemptHistory history = history();
        history.add(broken("e1", 100));
        history.add(broken("e2", 1300));
        world.fates.put("e1", FleetView.VmFate.DIED);
        world.fates.put("e2", FleetView.VmFate.DIED);
        world.sites.put("e", SiteState.PENDING);
        assertThat(policy.next(history, world, 2000)).isEqualTo(aMomentFrom(2000));
        world.sites.put("e", SiteState.STRANDED);
        assertThat(policy.next(history, world, 2000)).isEqualTo(aMomentFrom(2000));
        assertThat(policy.next(history, world, 5000)).isEqualTo(new Answer(Reply.QUARANTINED));
        world.sites.put("e", SiteState.DOWN);
        assertThat(next(history)).isEqualTo(new Send(TrafficClass.FAILOVER, 0));
    }

    @Test
    void a_quarantined_key_is_not_sent_again() {
        assertThat(next(new AttemptHistory(false, true, DEADLINE, "e", 2))).isEqualTo(new Answer(Reply.QUARANTINED));
    }

    @Test
    void the_home_of_a_submission_is_where_it_last_may_have_run() {
        assertThat(history().home()).isNull();
        assertThat(history(said(Outcome.DRAINING)).home()).isNull();
        AttemptHistory crossed = history(AttemptResult.BROKEN);
        crossed.add(attempt("w1", AttemptResult.BROKEN));
        crossed.add(attempt("w2", said(Outcome.RETRY)));
        assertThat(crossed.home()).isEqualTo("w");
    }

    /** However a submission fares, and whichever VMs get it, it ends, and doubt is never concealed. */
    @Property
    void whatever_happens_it_ends_honestly(@ForAll long seed) {
        Random random = new Random(seed);
        AttemptHistory history = new AttemptHistory(random.nextInt(5) == 0, true, DEADLINE, null, 0);
        long now = 0;
        int worked = 0;
        for (int i = 0; i < 10_000; i++) {
            Decision decision = policy.next(history, world, now);
            if (decision instanceof Answer answer) {
                boolean doubt = history.inDoubt();
                if (doubt && answer.reply() != Reply.LAST_ANSWER) {
                    assertThat(answer.reply()).isIn(Reply.IN_DOUBT, Reply.LOST, Reply.QUARANTINED);
                }
                assertThat(worked).isLessThanOrEqualTo(ATTEMPTS_MAX);
                return;
            }
            now += 1 + random.nextInt(200);
            if (decision instanceof Wait wait && wait.what() == Awaited.CATCH_UP) {
                if (random.nextBoolean()) {
                    return; // it did not, and the refusal is told
                }
                history.catchUp();
            }
            if (!(decision instanceof Send)) {
                continue;
            }
            String vm = (random.nextBoolean() ? "e" : "w") + random.nextInt(6);
            AttemptResult result = result(random);
            world.fates.put(vm, FleetView.VmFate.values()[random.nextInt(3)]);
            history.add(new Attempt(vm, "h" + vm, vm.substring(0, 1), 0, now, true, result));
            worked = history.workedAttempts();
        }
        throw new AssertionError("it never ends: " + history.attempts());
    }

    private static AttemptResult result(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> AttemptResult.NOT_SENT;
            case 1 -> AttemptResult.BROKEN;
            default -> AttemptResult.answered(Outcome.values()[random.nextInt(Outcome.values().length)]);
        };
    }
}
