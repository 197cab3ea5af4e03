package io.gemel.deploy.check;

import io.gemel.deploy.check.Finding.Severity;
import io.gemel.deploy.config.Cause;
import java.util.List;
import java.util.Set;

/** Collects findings of one cause about one site, or about both, into a list shared by all. */
final class Findings {
    private final String site;
    private final Cause cause;
    private final Set<Cause> acknowledged;
    private final List<Finding> found;

    /**
     * Starts collecting.
     *
     * @param acknowledged causes whose warnings the operator knows of
     */
    Findings(String site, Cause cause, Set<Cause> acknowledged, List<Finding> found) {
        this.site = site;
        this.cause = cause;
        this.acknowledged = acknowledged;
        this.found = found;
    }

    /** Collects findings of another cause about the same. */
    Findings of(Cause other) {
        return new Findings(site, other, acknowledged, found);
    }

    void error(String subject, String problem, String fix) {
        add(Severity.ERROR, subject, problem, fix);
    }

    void warning(String subject, String problem, String fix) {
        add(Severity.WARNING, subject, problem, fix);
    }

    /** Nothing is wrong, but worth knowing. */
    void note(String subject, String problem, String fix) {
        add(Severity.NOTE, subject, problem, fix);
    }

    private void add(Severity severity, String subject, String problem, String fix) {
        boolean known = severity != Severity.ERROR && acknowledged.contains(cause);
        found.add(new Finding(severity, cause, site, subject, problem, fix, known));
    }
}
