package io.gemel.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Every promise that two sites must have kept when a run is over. */
enum Checkers {
    NO_LOSS(new NoLoss()),
    EXACTLY_ONCE(new ExactlyOnce()),
    CONVERGENCE(new Convergence()),
    SAME_WINNER(new SameWinner()),
    LAST_CHANGE_STANDS(new LastChangeStands()),
    NO_LOOP(new NoLoop()),
    WHOLE_TRANSACTIONS(new WholeTransactions()),
    ORIGIN_ORDER(new OriginOrder()),
    ONE_EFFECT(new OneEffect()),
    NO_ORPHANS(facts -> ofEach(facts, SiteFacts::orphans)),
    NOTHING_PARKED(facts -> ofEach(facts, SiteFacts::parked)),
    RECOVERY(facts -> tooMuch(facts.recoveries())),
    BOUNDED(facts -> tooMuch(facts.resources()));

    private static final int SHOWN_MAX = 20;

    private final Checker checker;

    Checkers(Checker checker) {
        this.checker = checker;
    }

    List<String> violations(Facts facts) {
        return checker.violations(facts);
    }

    /** Fails with the first violations of each broken promise. */
    static void assertAll(Facts facts) {
        List<String> broken = new ArrayList<>();
        for (Checkers each : values()) {
            List<String> violations = each.violations(facts);
            violations.stream().limit(SHOWN_MAX).forEach(violation -> broken.add(each + ": " + violation));
        }
        assertThat(broken).isEmpty();
    }

    private static List<String> ofEach(Facts facts, Function<SiteFacts, List<String>> violations) {
        return facts.sites().stream()
                .flatMap(site -> violations.apply(site).stream().map(each -> each + " at " + site.name()))
                .toList();
    }

    private static List<String> tooMuch(List<Measure> measures) {
        return measures.stream()
                .filter(Measure::isTooMuch)
                .map(Measure::toString)
                .toList();
    }
}
