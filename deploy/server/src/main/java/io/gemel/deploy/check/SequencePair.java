package io.gemel.deploy.check;

import io.gemel.deploy.check.SiteFacts.SequenceFacts;
import io.gemel.deploy.config.SiteConfig;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Sequences of two sites that give the same values, and the statements that part them. Pure. */
final class SequencePair {
    private final SiteConfig first;
    private final SiteConfig second;
    private final Findings findings;

    SequencePair(SiteConfig first, SiteConfig second, Findings findings) {
        this.first = first;
        this.second = second;
        this.findings = findings;
    }

    void check(Map<String, SequenceFacts> here, Map<String, SequenceFacts> there) {
        here.forEach((column, sequence) -> {
            SequenceFacts peers = there.get(column);
            if (peers != null && sequence.collidesWith(peers)) {
                findings.warning(
                        column,
                        column.equals(sequence.name())
                                ? "is a sequence that generates the same values at both sites"
                                : "draws its values from a sequence that generates the same values at both sites",
                        fix(sequence, peers));
            }
        });
    }

    /**
     * Both sequences go on behind everything that was given or stored, in steps of twice their step, the second one a step behind the first.
     * So an application that takes a block of values at a time, as long as the step, still has its blocks to itself.
     */
    private String fix(SequenceFacts here, SequenceFacts there) {
        if (!here.readable() || !there.readable()) {
            return Stream.of(grant(first, here), grant(second, there))
                            .filter(grant -> !grant.isEmpty())
                            .collect(Collectors.joining(" "))
                    + " then check again";
        }
        long step = Math.max(Math.abs(here.increment()), Math.abs(there.increment())) * (here.increment() < 0 ? -1 : 1);
        if ((here.increment() < 0) != (there.increment() < 0)) {
            return "let both sequences count in one direction, then check again";
        }
        long behind =
                step > 0 ? Math.max(here.furthest(), there.furthest()) : Math.min(here.furthest(), there.furthest());
        long begin = behind + step;
        long end = begin + step;
        if (end > Math.min(here.most(), there.most()) || end < Math.max(here.least(), there.least())) {
            return "no value is left for both: give the sequences at both sites a larger range, then check again";
        }
        return "at " + first.site() + " run " + statement(here.name(), step, begin) + " at " + second.site() + " run "
                + statement(there.name(), step, begin + step);
    }

    private static String grant(SiteConfig site, SequenceFacts sequence) {
        return sequence.readable()
                ? ""
                : "at " + site.site() + " run GRANT SELECT ON SEQUENCE " + sequence.name() + " TO \""
                        + site.database().user().replace("\"", "\"\"") + "\";";
    }

    private static String statement(String sequence, long step, long begin) {
        return "ALTER SEQUENCE " + sequence + " INCREMENT BY " + 2 * step + " START WITH " + begin + " RESTART WITH "
                + begin + ";";
    }
}
