package io.gemel.apply.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.apply.simulation.Exhaustive.Operation;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All programs of two transactions at each site, in all orders. */
class ExhaustiveTest {
    private static final List<Operation> ONE_COLUMN =
            List.of(Operation.SET_X, Operation.ADD, Operation.DELETE_OR_INSERT);
    private static final List<Operation> TWO_COLUMNS = List.of(Operation.SET_X, Operation.SET_Y, Operation.ADD);

    private static final List<Long> EQUAL_CLOCKS = List.of(0L);
    private static final List<Long> ANY_CLOCK = SimulationBudget.isLong() ? List.of(-1000L, 0L, 1000L) : EQUAL_CLOCKS;

    @ParameterizedTest
    @MethodSource("histories")
    void keeps_every_promise_in_every_order(
            Configuration configuration, List<Operation> operations, List<Long> skewsMicros) {
        Exhaustive exhaustive = new Exhaustive(configuration, operations, skewsMicros);
        assertThat(exhaustive.failure()).isNull();
        System.out.println(configuration + ", 2+2 of " + operations + ": " + exhaustive.runs() + " runs, no violation");
    }

    static Stream<Arguments> histories() {
        return Stream.of(
                Arguments.of(Configuration.of(Rule.LAST_WRITER_WINS, Setting.WHOLE_BATCHES), ONE_COLUMN, ANY_CLOCK),
                Arguments.of(Configuration.of(Rule.SITE_PRIORITY, Setting.WHOLE_BATCHES), ONE_COLUMN, EQUAL_CLOCKS),
                Arguments.of(Configuration.of(Rule.COLUMN_MERGE, Setting.WHOLE_BATCHES), ONE_COLUMN, ANY_CLOCK),
                Arguments.of(Configuration.of(Rule.COLUMN_MERGE, Setting.WHOLE_BATCHES), TWO_COLUMNS, EQUAL_CLOCKS));
    }
}
