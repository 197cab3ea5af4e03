package io.gemel.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.apply.BatchResult.Committed;
import io.gemel.apply.BatchResult.Failed;
import io.gemel.apply.BatchResult.LateConflicts;
import io.gemel.apply.Escalation.Action;
import io.gemel.apply.Escalation.Attempt;
import io.gemel.apply.Escalation.Step;
import io.gemel.apply.Strategy.Mode;
import io.gemel.apply.target.ApplyFailure;
import io.gemel.apply.target.ApplyFailure.Kind;
import io.gemel.apply.target.JournalEntry;
import io.gemel.conflict.Conflict;
import io.gemel.conflict.ConflictKind;
import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole decision table: every combination of a result, a batch and an attempt has exactly one line. */
class EscalationTest {
    private static final SiteId EAST = new SiteId("east");
    private static final TableShape SHAPE = new TableShape(new TableId("public", "t"), List.of("id"), List.of(0));
    private static final RowImage ROW = RowImage.of(SHAPE, "1");
    private static final RowKey KEY = ROW.key();

    /** Batches: many transactions, a large one, one in memory, one in memory that leaves a row absent. */
    private enum Rows implements BatchFacts {
        MANY,
        LARGE,
        WHOLE,
        ABSENT;

        @Override
        public boolean isSingle() {
            return this != MANY;
        }

        @Override
        public boolean isParkable() {
            return this == WHOLE || this == ABSENT;
        }

        @Override
        public boolean leavesRowsAbsent() {
            return this == ABSENT;
        }

        @Override
        public boolean mayHaveNotices() {
            return this == LARGE;
        }
    }

    private enum Tries {
        FIRST,
        LAST
    }

    private enum Catalog {
        OLD,
        FRESH
    }

    /** Why tables are locked. */
    private enum Refused {
        NO,
        PARK,
        SCHEMA
    }

    private enum Result {
        RETRY,
        WAITS,
        RESTART,
        TOO_LARGE,
        UNIQUE,
        PARK,
        FOR_A_PERSON, // a conflict that the table's policy leaves to one
        SCHEMA,
        HALT,
        LATE,
        LATE_AGAIN, // of a row that was locked first
        SUBMISSIONS
    }

    private record Cell(Result result, Rows batch, Mode mode, Catalog catalog, Refused refused, Tries tries) {
        Attempt attempt() {
            Set<RowKey> locked = result == Result.LATE_AGAIN ? Set.of(KEY) : Set.of();
            return new Attempt(
                    new Strategy(mode, locked),
                    tries == Tries.LAST ? Escalation.TRIES_MAX - 1 : 0,
                    catalog == Catalog.FRESH,
                    refused == Refused.NO ? null : new ApplyFailure(Kind.valueOf(refused.name()), "refused"));
        }

        BatchResult outcome() {
            return switch (result) {
                case WAITS -> new Failed(new ApplyFailure(ReasonCode.APPLY_LOCK_WAIT, "locked", null));
                case FOR_A_PERSON ->
                    new Failed(new ApplyFailure(
                            Kind.PARK, Advice.APPLY_POLICY, "policy", List.of(new JournalEntry(conflict(), ROW))));
                case LATE, LATE_AGAIN -> new LateConflicts(Set.of(KEY), false);
                case SUBMISSIONS -> new LateConflicts(Set.of(KEY), true);
                default -> new Failed(new ApplyFailure(Kind.valueOf(result.name()), "failed"));
            };
        }

        String[] words() {
            return new String[] {result.name(), batch.name(), mode.name(), catalog.name(), refused.name(), tries.name()
            };
        }
    }

    private static Conflict conflict() {
        StampedChange change = StampedChange.settled(EAST, ROW);
        return Conflict.between(ConflictKind.INSERT_EXISTS, EAST, change, KEY, change, "park");
    }

    /** "-" is any; the last column is what follows: an action, and the mode of the next attempt where that is another one. */
    private static final List<Line> TABLE = """
            RESTART            | -            | -                       | -     | -      | -     | GIVE_UP
            WAITS              | -            | -                       | -     | -      | -     | BACK_OFF
            RETRY LATE_AGAIN   | -            | -                       | -     | -      | FIRST | BACK_OFF
            RETRY LATE_AGAIN   | MANY LARGE   | -                       | -     | -      | LAST  | HALT IN_BULK
            RETRY LATE_AGAIN   | WHOLE ABSENT | -                       | -     | NO     | LAST  | HALT IN_BULK
            RETRY LATE_AGAIN   | WHOLE ABSENT | -                       | -     | PARK   | LAST  | PARK
            RETRY LATE_AGAIN   | WHOLE ABSENT | -                       | -     | SCHEMA | LAST  | AWAIT_SCHEMA IN_BULK
            LATE               | -            | -                       | -     | -      | -     | ATTEMPT
            SUBMISSIONS        | MANY         | -                       | -     | -      | -     | SPLIT
            SUBMISSIONS        | LARGE        | -                       | -     | -      | -     | ATTEMPT
            SUBMISSIONS        | WHOLE ABSENT | -                       | -     | -      | -     | ATTEMPT
            TOO_LARGE          | MANY         | -                       | -     | -      | -     | SPLIT
            TOO_LARGE          | LARGE        | -                       | -     | -      | -     | HALT IN_BULK
            TOO_LARGE          | WHOLE ABSENT | -                       | -     | NO     | -     | HALT IN_BULK
            TOO_LARGE          | WHOLE ABSENT | -                       | -     | PARK   | -     | PARK
            TOO_LARGE          | WHOLE ABSENT | -                       | -     | SCHEMA | -     | AWAIT_SCHEMA IN_BULK
            UNIQUE             | MANY         | -                       | -     | -      | -     | SPLIT
            UNIQUE             | LARGE WHOLE ABSENT | IN_BULK           | -     | -      | -     | ATTEMPT DEFER_UNIQUE
            UNIQUE             | LARGE        | DEFER_UNIQUE LOCK_TABLES | -    | -      | -     | HALT IN_BULK
            UNIQUE             | WHOLE ABSENT | DEFER_UNIQUE LOCK_TABLES | -    | NO     | -     | HALT IN_BULK
            UNIQUE             | WHOLE ABSENT | DEFER_UNIQUE LOCK_TABLES | -    | PARK   | -     | PARK
            UNIQUE             | WHOLE ABSENT | DEFER_UNIQUE LOCK_TABLES | -    | SCHEMA | -     | AWAIT_SCHEMA IN_BULK
            PARK SCHEMA FOR_A_PERSON | MANY   | -                       | -     | -      | -     | SPLIT
            PARK SCHEMA        | LARGE WHOLE ABSENT | -                 | OLD   | -      | -     | REFRESH_CATALOG
            PARK SCHEMA        | LARGE        | -                       | FRESH | -      | -     | HALT IN_BULK
            PARK SCHEMA        | ABSENT       | IN_BULK DEFER_UNIQUE    | FRESH | -      | -     | ATTEMPT LOCK_TABLES
            PARK               | ABSENT       | LOCK_TABLES             | FRESH | NO     | -     | PARK
            SCHEMA             | ABSENT       | LOCK_TABLES             | FRESH | NO     | -     | AWAIT_SCHEMA IN_BULK
            PARK SCHEMA        | ABSENT       | LOCK_TABLES             | FRESH | PARK   | -     | PARK
            PARK SCHEMA        | ABSENT       | LOCK_TABLES             | FRESH | SCHEMA | -     | AWAIT_SCHEMA IN_BULK
            PARK               | WHOLE        | -                       | FRESH | NO     | -     | PARK
            SCHEMA             | WHOLE        | -                       | FRESH | NO     | -     | AWAIT_SCHEMA IN_BULK
            PARK SCHEMA        | WHOLE        | -                       | FRESH | PARK   | -     | PARK
            PARK SCHEMA        | WHOLE        | -                       | FRESH | SCHEMA | -     | AWAIT_SCHEMA IN_BULK
            FOR_A_PERSON       | LARGE        | -                       | -     | -      | -     | HALT IN_BULK
            FOR_A_PERSON       | WHOLE ABSENT | -                       | -     | NO     | -     | PARK
            FOR_A_PERSON       | WHOLE ABSENT | -                       | -     | PARK   | -     | PARK
            FOR_A_PERSON       | WHOLE ABSENT | -                       | -     | SCHEMA | -     | AWAIT_SCHEMA IN_BULK
            HALT               | -            | -                       | OLD   | -      | -     | REFRESH_CATALOG
            HALT               | MANY LARGE   | -                       | FRESH | -      | -     | HALT IN_BULK
            HALT               | WHOLE ABSENT | -                       | FRESH | NO     | -     | HALT IN_BULK
            HALT               | WHOLE ABSENT | -                       | FRESH | PARK   | -     | PARK
            HALT               | WHOLE ABSENT | -                       | FRESH | SCHEMA | -     | AWAIT_SCHEMA IN_BULK
            """.lines().map(Line::of).toList();

    private record Line(List<List<String>> conditions, List<String> then) {
        static Line of(String text) {
            List<List<String>> columns = Arrays.stream(text.strip().split("\\s*\\|\\s*"))
                    .map(column -> List.of(column.split(" ")))
                    .toList();
            return new Line(columns.subList(0, columns.size() - 1), columns.get(columns.size() - 1));
        }

        boolean holds(Cell cell) {
            String[] words = cell.words();
            for (int i = 0; i < words.length; i++) {
                List<String> allowed = conditions.get(i);
                if (!allowed.contains("-") && !allowed.contains(words[i])) {
                    return false;
                }
            }
            return true;
        }
    }

    static Stream<Cell> cells() {
        return Stream.of(Result.values())
                .flatMap(result -> Stream.of(Rows.values())
                        .flatMap(batch -> Stream.of(Mode.values())
                                .flatMap(mode -> Stream.of(Catalog.values())
                                        .flatMap(catalog -> Stream.of(Refused.values())
                                                .flatMap(refused -> Stream.of(Tries.values())
                                                        .map(tries -> new Cell(
                                                                result, batch, mode, catalog, refused, tries)))))));
    }

    @Test
    void every_cell_has_one_line_and_every_line_a_cell() {
        assertThat(cells())
                .allSatisfy(cell -> assertThat(TABLE.stream().filter(line -> line.holds(cell)))
                        .hasSize(1));
        assertThat(TABLE).allSatisfy(line -> assertThat(cells()).anyMatch(line::holds));
    }

    @Test
    void decides_as_the_table_says() {
        assertThat(cells()).allSatisfy(cell -> {
            List<String> then = TABLE.stream()
                    .filter(line -> line.holds(cell))
                    .findFirst()
                    .orElseThrow()
                    .then();
            Step step = Escalation.next(cell.outcome(), cell.attempt(), cell.batch());
            Mode mode = then.size() > 1 ? Mode.valueOf(then.get(1)) : cell.mode();

            assertThat(step.action()).isEqualTo(Action.valueOf(then.get(0)));
            assertThat(step.next().strategy().mode()).isEqualTo(mode);
        });
    }

    @Test
    void what_is_parked_is_parked_for_the_first_reason() {
        ApplyFailure first = new ApplyFailure(Kind.PARK, "a trigger refuses the row");
        Attempt tables = new Attempt(new Strategy(Mode.LOCK_TABLES, Set.of()), 0, true, first);

        Step step = Escalation.next(new Failed(new ApplyFailure(Kind.PARK, "no lock")), tables, Rows.ABSENT);

        assertThat(step.why()).isSameAs(first);
    }

    @Test
    void rows_that_are_contested_late_are_locked_first_from_then_on() {
        RowKey other = RowImage.of(SHAPE, "2").key();
        Attempt made = new Attempt(new Strategy(Mode.DEFER_UNIQUE, Set.of(other)), 3, false, null);

        Step step = Escalation.next(new LateConflicts(Set.of(KEY), false), made, Rows.MANY);

        assertThat(step.next())
                .isEqualTo(new Attempt(new Strategy(Mode.DEFER_UNIQUE, Set.of(other, KEY)), 3, false, null));
    }

    @Test
    void after_a_halt_it_begins_anew_with_the_catalog_known_to_be_fresh() {
        Attempt made = new Attempt(new Strategy(Mode.DEFER_UNIQUE, Set.of(KEY)), 7, true, null);

        Step step = Escalation.next(new Failed(new ApplyFailure(Kind.HALT, "stop")), made, Rows.MANY);

        assertThat(step.next()).isEqualTo(new Attempt(Strategy.FIRST, 0, true, null));
    }

    @Test
    void failures_in_a_row_are_counted_and_end_in_a_halt() {
        Attempt attempt = Attempt.FIRST;
        BatchResult fails = new Failed(new ApplyFailure(Kind.RETRY, "deadlock"));
        int attempts = 1;
        Step step = Escalation.next(fails, attempt, Rows.MANY);
        while (step.action() == Action.BACK_OFF) {
            attempts++;
            step = Escalation.next(fails, step.next(), Rows.MANY);
        }

        assertThat(attempts).isEqualTo(Escalation.TRIES_MAX);
        assertThat(step.action()).isEqualTo(Action.HALT);
    }

    @Test
    void what_is_committed_is_done_with_its_conflicts() {
        Step step = Escalation.next(new Committed(List.of(conflict())), Attempt.FIRST, Rows.MANY);

        assertThat(step.action()).isEqualTo(Action.DONE);
        assertThat(step.conflicts()).containsExactly(conflict());
    }

    @ParameterizedTest
    @MethodSource("begins")
    void begins(Rows batch, boolean touchesParked, Action action) {
        assertThat(Escalation.first(batch, touchesParked, 7).action()).isEqualTo(action);
    }

    static Stream<Arguments> begins() {
        return Stream.of(
                Arguments.of(Rows.MANY, false, Action.ATTEMPT),
                Arguments.of(Rows.MANY, true, Action.SPLIT),
                Arguments.of(Rows.LARGE, false, Action.ATTEMPT),
                Arguments.of(Rows.LARGE, true, Action.GIVE_UP),
                Arguments.of(Rows.WHOLE, false, Action.ATTEMPT),
                Arguments.of(Rows.WHOLE, true, Action.PARK),
                Arguments.of(Rows.ABSENT, true, Action.PARK));
    }
}
