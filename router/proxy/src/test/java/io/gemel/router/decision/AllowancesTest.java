package io.gemel.router.decision;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class AllowancesTest {
    @Property
    void retries_stay_below_a_fifth_of_the_requests_and_ten_a_second(
            @ForAll @IntRange(max = 2000) int requestsPerSecond, @ForAll @IntRange(min = 1, max = 20) int seconds) {
        RetryBudget budget = new RetryBudget(0);
        int retries = 0;
        for (int s = 0; s < seconds; s++) {
            for (int i = 0; i < requestsPerSecond; i++) {
                long now = s * 1000L + i * 1000L / Math.max(1, requestsPerSecond);
                budget.request(now);
                retries += budget.tryRetry(now) ? 1 : 0;
            }
        }
        double most = requestsPerSecond * seconds / (double) RetryBudget.REQUESTS_PER_RETRY
                + RetryBudget.RETRIES_PER_SECOND * (seconds + 1);
        assertThat(retries).isLessThanOrEqualTo((int) Math.ceil(most));
    }

    @Test
    void what_was_not_retried_in_quiet_times_is_not_saved_up() {
        RetryBudget budget = new RetryBudget(0);
        for (int i = 0; i < 1000; i++) {
            budget.request(0);
        }
        int retries = 0;
        for (int i = 0; i < 1000; i++) {
            retries += budget.tryRetry(60_000) ? 1 : 0;
        }
        assertThat(retries).isLessThanOrEqualTo(RetryBudget.RETRIES_PER_SECOND);
    }

    @Test
    void a_site_that_slows_down_gets_less_and_one_that_does_not_gets_more() {
        AdaptiveLimit limit = new AdaptiveLimit();
        int first = limit.limit();
        for (int i = 0; i < 20 * AdaptiveLimit.SAMPLES; i++) {
            limit.answered(15, limit.limit());
        }
        int grown = limit.limit();
        assertThat(grown).isGreaterThan(first);
        for (int i = 0; i < 5 * AdaptiveLimit.SAMPLES; i++) {
            limit.answered(500, limit.limit());
        }
        assertThat(limit.limit()).isLessThan(grown);
    }

    @Test
    void a_site_with_little_to_do_keeps_its_limit() {
        AdaptiveLimit limit = new AdaptiveLimit();
        int first = limit.limit();
        for (int i = 0; i < 50 * AdaptiveLimit.SAMPLES; i++) {
            limit.answered(5, 2);
        }
        assertThat(limit.limit()).isEqualTo(first);
    }

    @Property
    void the_limit_stays_in_its_bounds(@ForAll long seed) {
        java.util.Random random = new java.util.Random(seed);
        AdaptiveLimit limit = new AdaptiveLimit();
        for (int i = 0; i < 5000; i++) {
            if (random.nextInt(100) == 0) {
                limit.overloaded();
            }
            limit.answered(random.nextDouble() * 1000, random.nextInt(20_000));
            assertThat(limit.limit()).isBetween(AdaptiveLimit.LEAST, AdaptiveLimit.MOST);
        }
    }

    @Test
    void resubmissions_take_a_part_of_what_a_site_bears() {
        FailoverBulkhead bulkhead = new FailoverBulkhead();
        int entered = 0;
        while (bulkhead.tryEnter(100)) {
            entered++;
        }
        assertThat(entered).isEqualTo(50);
        bulkhead.leave();
        assertThat(bulkhead.tryEnter(100)).isTrue();
        assertThat(bulkhead.tryEnter(2)).isFalse();
    }

    @Test
    void a_returning_vms_share_grows_with_time() {
        assertThat(SlowStart.weight(0, 10_000)).isEqualTo(SlowStart.FIRST);
        assertThat(SlowStart.weight(5_000, 10_000)).isEqualTo(0.5);
        assertThat(SlowStart.weight(10_000, 10_000)).isEqualTo(1);
        assertThat(SlowStart.weight(0, 0)).isEqualTo(1);
    }

    @Test
    void the_memory_of_keys_is_bounded_and_forgets_the_oldest() {
        RecentKeys memory = new RecentKeys(100);
        for (int i = 0; i < 1000; i++) {
            memory.remember("k" + i, new RecentKeys.Trace("east", 0, 0, i));
        }
        assertThat(memory.find("k999")).isNotNull();
        assertThat(memory.find("k0")).isNull();
        memory.forget("k999", new RecentKeys.Trace("west", 0, 0, 999));
        assertThat(memory.find("k999")).isNotNull();
    }
}
