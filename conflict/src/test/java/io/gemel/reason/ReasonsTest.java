package io.gemel.reason;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReasonsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private final List<String> heard = new ArrayList<>();
    private long nanos = Long.MAX_VALUE - 5; // the clock that only runs forward may wrap around
    private Instant now = START;
    private final Reasons reasons = new Reasons(() -> now, () -> nanos, new ReasonListener() {
        @Override
        public void appeared(Reason reason) {
            heard.add("+" + reason.code().code() + " " + reason.text());
        }

        @Override
        public void gone(Reason reason) {
            heard.add("-" + reason.code().code() + " " + reason.text());
        }
    });

    @Test
    void what_is_raised_is_a_reason_at_once_and_heard_of_once() {
        reasons.raise(ReasonCode.APPLY_HALTED, "one");
        reasons.raise(ReasonCode.APPLY_HALTED, "two");
        reasons.look();

        assertThat(reasons.present()).containsExactly(new Reason(ReasonCode.APPLY_HALTED, "", "two", START));
        assertThat(heard).containsExactly("+apply.halted one");
    }

    @Test
    void what_is_over_is_heard_of_once() {
        reasons.raise(ReasonCode.APPLY_HALTED, "one");
        reasons.over(ReasonCode.APPLY_HALTED);
        reasons.over(ReasonCode.APPLY_HALTED);

        assertThat(reasons.present()).isEmpty();
        assertThat(heard).containsExactly("+apply.halted one", "-apply.halted one");
    }

    @Test
    void a_site_is_halted_while_a_person_must_fix_something() {
        reasons.raise(ReasonCode.CAPTURE_RESTARTING, "Kafka was restarted");
        assertThat(reasons.isHalted()).isFalse();

        reasons.raise(ReasonCode.CAPTURE_HALTED, "the slot is gone");
        assertThat(reasons.isHalted()).isTrue();

        reasons.over(ReasonCode.CAPTURE_HALTED);
        assertThat(reasons.isHalted()).isFalse();
    }

    @Test
    void a_wait_is_a_reason_from_the_limit_on_and_since_it_began() {
        wait("a lock");
        pass(Reasons.WAIT_LIMIT.minusNanos(1));
        reasons.look();
        assertThat(reasons.present()).isEmpty();

        wait("the same lock");
        pass(Duration.ofNanos(1));
        reasons.look();
        reasons.look();
        assertThat(reasons.present())
                .containsExactly(new Reason(ReasonCode.APPLY_LOCK_WAIT, "", "the same lock", START));
        assertThat(heard).containsExactly("+apply.lock-wait the same lock");
    }

    @Test
    void what_was_waited_for_and_is_raised_is_a_reason_at_once_and_since_it_was_waited_for() {
        wait("a lock");
        pass(Duration.ofSeconds(1));
        reasons.raise(ReasonCode.APPLY_LOCK_WAIT, "a lock that never goes");

        assertThat(reasons.present())
                .containsExactly(new Reason(ReasonCode.APPLY_LOCK_WAIT, "", "a lock that never goes", START));
        assertThat(heard).containsExactly("+apply.lock-wait a lock that never goes");
    }

    @Test
    void a_short_wait_is_never_heard_of() {
        wait("a lock");
        pass(Reasons.WAIT_LIMIT.minusNanos(1));
        reasons.over(ReasonCode.APPLY_LOCK_WAIT);
        pass(Reasons.WAIT_LIMIT);
        reasons.look();

        assertThat(heard).isEmpty();
    }

    @Test
    void a_wait_that_began_earlier_counts_from_then() {
        reasons.waiting(ReasonCode.CAPTURE_KAFKA_UNREACHABLE, "", Duration.ofSeconds(8), () -> "Kafka");
        pass(Duration.ofSeconds(2));
        reasons.look();

        assertThat(reasons.present())
                .containsExactly(new Reason(ReasonCode.CAPTURE_KAFKA_UNREACHABLE, "", "Kafka", START.minusSeconds(8)));
    }

    @Test
    void keeps_reasons_of_one_kind_apart_by_their_subject() {
        reasons.raise(ReasonCode.APPLY_HALTED, "b", "two");
        reasons.raise(ReasonCode.APPLY_HALTED, "a", "one");
        reasons.raise(ReasonCode.SITE_STARTING, "first");
        reasons.over(ReasonCode.APPLY_HALTED, "b");

        assertThat(reasons.present().stream().map(Reason::text)).containsExactly("first", "one");
    }

    @Test
    void asks_a_source_until_it_is_watched_no_more() {
        Reasons.Source source = told -> told.raise(ReasonCode.APPLY_PEER_SILENT, "silent");
        reasons.watch(source);
        reasons.look();
        assertThat(reasons.present()).hasSize(1);

        reasons.over(ReasonCode.APPLY_PEER_SILENT);
        reasons.unwatch(source);
        reasons.look();
        assertThat(reasons.present()).isEmpty();
    }

    @Test
    void every_code_has_a_part_of_the_site_and_a_name() {
        assertThat(Stream.of(ReasonCode.values()).map(ReasonCode::code))
                .doesNotHaveDuplicates()
                .allMatch(code -> code.matches("(site|table|capture|apply)\\.[a-z]+(-[a-z]+)*"));
        assertThat(ReasonCode.APPLY_PEER_KAFKA_UNREACHABLE.code()).isEqualTo("apply.peer-kafka-unreachable");
    }

    private void wait(String what) {
        reasons.waiting(ReasonCode.APPLY_LOCK_WAIT, "", () -> what);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        now = now.plus(time);
    }
}
