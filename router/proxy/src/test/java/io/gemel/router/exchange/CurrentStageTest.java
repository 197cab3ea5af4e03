package io.gemel.router.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.exchange.ExchangeStage.CatchingUp;
import io.gemel.router.exchange.ExchangeStage.Done;
import io.gemel.router.exchange.ExchangeStage.Waiting;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CurrentStageTest {
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger waitingOfGroup = new AtomicInteger();
    private final CurrentStage stage = new CurrentStage(waiting, waitingOfGroup, new Waiting(0));

    @Test
    void counts_from_its_beginning() {
        assertThat(waiting).hasValue(0);

        stage.begin();

        assertThat(waiting).hasValue(1);
        assertThat(waitingOfGroup).hasValue(1);
    }

    @Test
    void counts_once_in_whatever_stages_it_waits() {
        stage.begin();

        stage.enter(new Waiting(5));
        stage.enter(new CatchingUp());
        stage.enter(new Waiting(9));

        assertThat(waiting).hasValue(1);
        assertThat(stage.now()).isEqualTo(new Waiting(9));
    }

    @Test
    void counts_no_longer_when_it_waits_no_longer() {
        stage.begin();

        stage.enter(new Done());

        assertThat(waiting).hasValue(0);
        assertThat(waitingOfGroup).hasValue(0);
    }
}
