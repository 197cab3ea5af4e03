package io.gemel.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.RouterReport.SiteState;
import io.gemel.router.Step.Give;
import io.gemel.router.Step.Hold;
import io.gemel.router.Step.Lane;
import io.gemel.router.Step.Reply;
import io.gemel.router.Step.Send;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class RulesTest {
    private static final long DEADLINE = 30_000;
    private static final int ATTEMPTS_MAX = 5;

    private final Rules rules = new Rules(ATTEMPTS_MAX, 3500);
    private final World world = new World();

    /** VMs and sites as a test says. */
    private static final class World implements Surroundings {
        private final Map<String, Fate> fates = new HashMap<>();
        private final Map<String, SiteState> sites = new HashMap<>();

        @Override
        public Fate fateOf(Attempt attempt) {
            return fates.getOrDefault(attempt.vm(), Fate.LIVES);
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

    private static Course course(Ending... endings) {
        Course course = new Course(false, true, DEADLINE, null, 0);
        for (int i = 0; i < endings.length; i++) {
            course.add(attempt("e" + (i + 1), endings[i]));
        }
        return course;
    }

    private static Attempt attempt(String vm, Ending ending) {
        return new Attempt(vm, "host-" + vm, vm.substring(0, 1), 0, 100, true, ending);
    }

    private static Ending said(Outcome outcome) {
        return new Ending.Answered(outcome);
    }

    private Step next(Course course) {
        return rules.next(course, world, 1000);
    }

    @Test
    void a_new_submission_is_sent() {
        assertThat(next(course())).isEqualTo(new Send(Lane.NEW, 0));
    }

    @Test
    void final_answers_and_those_that_say_nothing_are_passed_on() {
        for (Outcome outcome :
                List.of(Outcome.EXECUTED, Outcome.REPLAYED, Outcome.REJECTED, Outcome.DECLINED, Outcome.FENCED)) {
            assertThat(next(course(said(outcome)))).isEqualTo(new Give(Reply.LAST_ANSWER));
        }
        assertThat(next(course(new Ending.Answered(null)))).isEqualTo(new Give(Reply.LAST_ANSWER));
    }

    @Test
    void what_is_declined_away_from_the_own_site_is_sent_again_once_after_that_has_caught_up() {
        Course course = course();
        course.add(attempt("w1", said(Outcome.DECLINED)));
        assertThat(next(course)).isEqualTo(new Step.CatchUp());
        course.catchUp();
        assertThat(next(course)).isEqualTo(new Send(Lane.FAILOVER, 0));
        course.add(attempt("w2", said(Outcome.DECLINED)));
        assertThat(next(course)).isEqualTo(new Give(Reply.LAST_ANSWER));
    }

    @Test
    void what_was_streamed_and_is_declined_is_not_sent_again() {
        Course streamed = new Course(false, false, DEADLINE, null, 0);
        streamed.add(attempt("w1", said(Outcome.DECLINED)));
        assertThat(next(streamed)).isEqualTo(new Give(Reply.LAST_ANSWER));
    }

    @Test
    void what_broke_is_resubmitted_at_once_in_the_failover_lane() {
        assertThat(next(course(new Ending.Broken()))).isEqualTo(new Send(Lane.FAILOVER, 0));
        assertThat(next(course(said(Outcome.UNKNOWN)))).isEqualTo(new Send(Lane.FAILOVER, 0));
    }

    @Test
    void what_an_application_threw_at_is_asked_of_one_other_vm() {
        assertThat(next(course(said(Outcome.FAILED)))).isEqualTo(new Send(Lane.RETRY, 0));
        assertThat(next(course(said(Outcome.FAILED), said(Outcome.FAILED)))).isEqualTo(new Give(Reply.LAST_ANSWER));
    }

    @Test
    void refusals_wait_longer_each_time() {
        Send second = (Send) next(course(said(Outcome.UNREACHABLE), said(Outcome.UNREACHABLE)));
        Send third =
                (Send) next(course(said(Outcome.UNREACHABLE), said(Outcome.UNREACHABLE), said(Outcome.UNREACHABLE)));
        assertThat(second.delayMillis()).isEqualTo(10);
        assertThat(third.delayMillis()).isEqualTo(20);
    }

    @Test
    void a_late_answer_after_one_that_broke_leaves_doubt() {
        assertThat(next(course(said(Outcome.LATE)))).isEqualTo(new Give(Reply.LATE));
        assertThat(next(course(new Ending.Broken(), said(Outcome.LATE)))).isEqualTo(new Give(Reply.IN_DOUBT));
    }

    @Test
    void a_vm_without_the_library_is_not_followed_by_another() {
        Course course = new Course(false, true, DEADLINE, null, 0);
        course.add(new Attempt("e1", "h", "e", 0, 100, false, new Ending.Broken()));
        assertThat(next(course)).isEqualTo(new Give(Reply.LOST));
        Course improper = new Course(false, true, DEADLINE, null, 0);
        improper.add(new Attempt("e1", "h", "e", 0, 100, false, new Ending.Improper()));
        assertThat(next(improper)).isEqualTo(new Give(Reply.LOST)); // no ledger tells whether it was done
        Course unsent = new Course(false, true, DEADLINE, null, 0);
        unsent.add(new Attempt("e1", "h", "e", 0, 100, false, new Ending.NotSent()));
        assertThat(next(unsent)).isEqualTo(new Send(Lane.FAILOVER, 0));
    }

    @Test
    void a_body_that_was_not_kept_is_not_sent_twice() {
        Course course = new Course(false, false, DEADLINE, null, 0);
        course.add(attempt("e1", new Ending.Broken()));
        assertThat(next(course)).isEqualTo(new Give(Reply.LOST));
        Course refused = new Course(false, false, DEADLINE, null, 0);
        refused.add(attempt("e1", said(Outcome.DRAINING)));
        assertThat(next(refused)).isEqualTo(new Give(Reply.SHED));
    }

    @Test
    void two_deaths_are_the_end_and_a_third_vm_is_not_risked_before_it_is_known() {
        Course course = course();
        course.add(broken("e1", 100));
        course.add(broken("w2", 110));
        world.fates.put("e1", Surroundings.Fate.DIED);
        world.fates.put("w2", Surroundings.Fate.OPEN);
        assertThat(next(course)).isEqualTo(new Hold());
        world.fates.put("w2", Surroundings.Fate.LIVES);
        assertThat(next(course)).isEqualTo(new Send(Lane.FAILOVER, 0));
        world.fates.put("w2", Surroundings.Fate.DIED);
        assertThat(next(course)).isEqualTo(new Give(Reply.QUARANTINED));
    }

    @Test
    void two_vms_of_a_site_that_died_within_a_second_died_of_one_cause_and_a_third_did_not() {
        for (String vm : List.of("e1", "e2", "e3")) {
            world.fates.put(vm, Surroundings.Fate.DIED);
        }
        Course course = course();
        course.add(broken("e1", 100));
        course.add(broken("e2", 1100));
        assertThat(rules.next(course, world, 2000)).isEqualTo(new Send(Lane.FAILOVER, 0));
        course.add(broken("e3", 1101));
        assertThat(rules.next(course, world, 2000)).isEqualTo(new Give(Reply.QUARANTINED));
    }

    @Test
    void a_quarantine_ends_by_itself_or_by_an_operators_word() {
        KeyMemory keys = new KeyMemory(10);
        keys.remember("k1", new KeyMemory.Trace("east", 2, 1000, 7));
        keys.remember("k2", new KeyMemory.Trace("east", 1, 1000, 8));
        assertThat(keys.quarantined(60_999)).containsOnlyKeys("k1");
        assertThat(keys.quarantined(61_000)).isEmpty();
        assertThat(keys.release("k2", 2000)).isFalse();
        assertThat(keys.release("k1", 2000)).isTrue();
        assertThat(keys.quarantined(2000)).isEmpty();
        assertThat(keys.find("k1")).isEqualTo(new KeyMemory.Trace("east", 0, 1000, 7));
    }

    private static Attempt broken(String vm, long endedMillis) {
        return new Attempt(vm, "host-" + vm, vm.substring(0, 1), 0, endedMillis, true, new Ending.Broken());
    }

    @Test
    void vms_that_died_with_their_site_died_of_one_cause() {
        Course course = course();
        course.add(broken("e1", 100));
        course.add(broken("e2", 1300));
        world.fates.put("e1", Surroundings.Fate.DIED);
        world.fates.put("e2", Surroundings.Fate.DIED);
        world.sites.put("e", SiteState.PENDING);
        assertThat(rules.next(course, world, 2000)).isEqualTo(new Hold());
        world.sites.put("e", SiteState.STRANDED);
        assertThat(rules.next(course, world, 2000)).isEqualTo(new Hold());
        assertThat(rules.next(course, world, 5000)).isEqualTo(new Give(Reply.QUARANTINED));
        world.sites.put("e", SiteState.DOWN);
        assertThat(next(course)).isEqualTo(new Send(Lane.FAILOVER, 0));
    }

    @Test
    void a_quarantined_key_is_not_sent_again() {
        assertThat(next(new Course(false, true, DEADLINE, "e", 2))).isEqualTo(new Give(Reply.QUARANTINED));
    }

    @Test
    void the_home_of_a_submission_is_where_it_last_may_have_run() {
        assertThat(course().home()).isNull();
        assertThat(course(said(Outcome.DRAINING)).home()).isNull();
        Course crossed = course(new Ending.Broken());
        crossed.add(attempt("w1", new Ending.Broken()));
        crossed.add(attempt("w2", said(Outcome.RETRY)));
        assertThat(crossed.home()).isEqualTo("w");
    }

    /** However a submission fares, and whichever VMs get it, it ends, and doubt is never concealed. */
    @Property
    void whatever_happens_it_ends_honestly(@ForAll long seed) {
        Random random = new Random(seed);
        Course course = new Course(random.nextInt(5) == 0, true, DEADLINE, null, 0);
        long now = 0;
        int worked = 0;
        for (int i = 0; i < 10_000; i++) {
            Step step = rules.next(course, world, now);
            if (step instanceof Give give) {
                boolean doubt = course.inDoubt();
                if (doubt && give.reply() != Reply.LAST_ANSWER) {
                    assertThat(give.reply()).isIn(Reply.IN_DOUBT, Reply.LOST, Reply.QUARANTINED);
                }
                assertThat(worked).isLessThanOrEqualTo(ATTEMPTS_MAX);
                return;
            }
            now += 1 + random.nextInt(200);
            if (step instanceof Step.CatchUp) {
                if (random.nextBoolean()) {
                    return; // it did not, and the refusal is told
                }
                course.catchUp();
            }
            if (!(step instanceof Send)) {
                continue;
            }
            String vm = (random.nextBoolean() ? "e" : "w") + random.nextInt(6);
            Ending ending = ending(random);
            world.fates.put(vm, Surroundings.Fate.values()[random.nextInt(3)]);
            course.add(new Attempt(vm, "h" + vm, vm.substring(0, 1), 0, now, true, ending));
            worked = course.workedAttempts();
        }
        throw new AssertionError("it never ends: " + course.attempts());
    }

    private static Ending ending(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> new Ending.NotSent();
            case 1 -> new Ending.Broken();
            default -> new Ending.Answered(Outcome.values()[random.nextInt(Outcome.values().length)]);
        };
    }
}
