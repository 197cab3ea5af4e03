package io.gemel.deploy.check;

import io.gemel.deploy.check.Finding.Severity;
import java.util.ArrayList;
import java.util.List;

/** Collects findings about one site, or about both. */
final class Findings {
    private final String site;
    private final List<Finding> found;

    /** Starts collecting for a site, into a list shared by all. */
    Findings(String site, List<Finding> found) {
        this.site = site;
        this.found = found;
    }

    /** Starts an empty collection, for a test. */
    static Findings of(String site) {
        return new Findings(site, new ArrayList<>());
    }

    void error(String subject, String problem, String mend) {
        found.add(new Finding(Severity.ERROR, site, subject, problem, mend));
    }

    void warning(String subject, String problem, String mend) {
        found.add(new Finding(Severity.WARNING, site, subject, problem, mend));
    }
}
