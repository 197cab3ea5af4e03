package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.reason.Reason;
import io.gemel.reason.ReasonCode;
import io.gemel.reason.ReasonListener;
import io.gemel.reason.Reasons;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class RunReasonsTest {
    private final Reasons reasons = new Reasons(InstantSource.system(), System::nanoTime, ReasonListener.NONE);
    private final RunReasons runs = new RunReasons(reasons);

    @Test
    void why_a_run_ended_holds_until_the_next_one_has_proved_itself() {
        runs.failed(ReasonCode.CAPTURE_HALTED, "the slot is gone");
        runs.led();
        assertHold(ReasonCode.CAPTURE_HALTED);

        runs.proved();

        assertHold();
    }

    @Test
    void another_cause_takes_its_place() {
        runs.failed(ReasonCode.CAPTURE_HALTED, "the slot is gone");

        runs.failed(ReasonCode.APPLY_RESTARTING, "the database was restarted");

        assertHold(ReasonCode.APPLY_RESTARTING);
    }

    @Test
    void an_applier_that_is_halted_again_says_itself_when_it_no_longer_is() {
        runs.failed(ReasonCode.APPLY_HALTED, "the clock is ahead");

        runs.proved();

        assertHold(ReasonCode.APPLY_HALTED);
    }

    @Test
    void a_standby_has_no_other_reason() {
        runs.failed(ReasonCode.CAPTURE_RESTARTING, "Kafka was restarted");

        runs.standby();
        assertHold(ReasonCode.SITE_STANDBY);

        runs.led();
        assertHold();
    }

    private void assertHold(ReasonCode... codes) {
        assertThat(reasons.present()).extracting(Reason::code).containsExactly(codes);
    }
}
