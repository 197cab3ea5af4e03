package io.gemel.router.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterReport.SiteState;
import io.gemel.router.decision.VmHealth.Verdict;
import org.junit.jupiter.api.Test;

final class VerdictTest {
    private final VmHealth vm = new VmHealth(250, 1000, true);
    private final SiteHealth site = new SiteHealth(2500);

    @Test
    void silence_makes_a_vm_avoided_then_dead_and_an_answer_makes_it_alive() {
        vm.asked(0);
        vm.heard();
        vm.asked(100);
        vm.tick(349, true);
        assertThat(vm.verdict()).isEqualTo(Verdict.ALIVE);
        vm.tick(350, true);
        assertThat(vm.verdict()).isEqualTo(Verdict.AVOID);
        vm.asked(400);
        vm.tick(1100, true);
        assertThat(vm.verdict()).isEqualTo(Verdict.DEAD);
        vm.heard();
        assertThat(vm.verdict()).isEqualTo(Verdict.ALIVE);
    }

    @Test
    void a_vm_whose_heartbeats_may_wait_behind_requests_is_silent_while_it_takes_connections_and_not_dead() {
        VmHealth busy = new VmHealth(250, 1000, false);
        busy.connected();
        busy.asked(100);
        busy.tick(1100, true);
        assertThat(busy.verdict()).isEqualTo(Verdict.DEAD); // that connection was opened before

        busy.heard();
        busy.asked(2000);
        busy.connected();
        busy.tick(2999, true);
        assertThat(busy.verdict()).isEqualTo(Verdict.AVOID);
        busy.tick(60_000, true);
        assertThat(busy.verdict()).isEqualTo(Verdict.SILENT);
        busy.refused();
        busy.tick(60_010, true);
        assertThat(busy.verdict()).isEqualTo(Verdict.DEAD);
        assertThat(busy.diedOfSilence()).isFalse();
    }

    @Test
    void silence_is_no_death_while_it_must_not_be_one() {
        vm.heard();
        vm.asked(0);
        vm.tick(1000, false);
        assertThat(vm.verdict()).isEqualTo(Verdict.SILENT);
        vm.tick(1010, true);
        assertThat(vm.verdict()).isEqualTo(Verdict.DEAD);
        assertThat(vm.diedOfSilence()).isTrue();
        vm.refused();
        assertThat(vm.diedOfSilence()).isFalse();
    }

    @Test
    void a_vm_that_refuses_is_dead_at_once_and_one_that_breaks_at_the_second_time() {
        vm.heard();
        vm.cut();
        assertThat(vm.verdict()).isEqualTo(Verdict.ALIVE);
        vm.cut();
        assertThat(vm.verdict()).isEqualTo(Verdict.DEAD);
        vm.heard();
        vm.refused();
        assertThat(vm.verdict()).isEqualTo(Verdict.DEAD);
    }

    @Test
    void a_suspicion_is_over_with_the_next_answer_and_raises_no_dead() {
        vm.heard();
        vm.suspect();
        assertThat(vm.verdict()).isEqualTo(Verdict.AVOID);
        vm.heard();
        assertThat(vm.verdict()).isEqualTo(Verdict.ALIVE);
        vm.refused();
        vm.suspect();
        assertThat(vm.verdict()).isEqualTo(Verdict.DEAD);
    }

    @Test
    void the_routers_own_pause_is_not_the_silence_of_others() {
        PauseAwareClock clock = new PauseAwareClock(0);
        clock.tick(10_000_000L);
        clock.tick(5_010_000_000L);
        assertThat(clock.millis()).isEqualTo(110);
    }

    @Test
    void a_site_is_down_when_vms_and_process_are_gone_for_long_enough() {
        site.vmsGone(1000);
        assertThat(site.judge(1000)).isEqualTo(SiteState.PENDING);
        site.databaseGone(1200);
        assertThat(site.judge(3699)).isEqualTo(SiteState.PENDING);
        assertThat(site.judge(3700)).isEqualTo(SiteState.DOWN);
        site.vmsWork();
        assertThat(site.judge(3800)).isEqualTo(SiteState.UP);
    }

    @Test
    void a_site_whose_database_lives_is_stranded_and_an_older_answer_proves_nothing() {
        site.databaseUp(900);
        site.vmsGone(1000);
        assertThat(site.judge(1000)).isEqualTo(SiteState.PENDING);
        site.databaseUp(1100);
        assertThat(site.judge(1100)).isEqualTo(SiteState.STRANDED);
        assertThat(site.judge(60_000)).isEqualTo(SiteState.STRANDED);
    }

    @Test
    void a_site_whose_process_does_not_tell_is_never_down_by_itself() {
        site.vmsGone(1000);
        site.databaseUntold();
        assertThat(site.judge(60_000)).isEqualTo(SiteState.PENDING);
    }

    @Test
    void an_operators_word_stays_until_it_is_taken_back() {
        site.operatorSays(true);
        site.vmsWork();
        assertThat(site.judge(0)).isEqualTo(SiteState.DOWN);
        site.operatorSays(false);
        assertThat(site.judge(1)).isEqualTo(SiteState.UP);
    }
}
