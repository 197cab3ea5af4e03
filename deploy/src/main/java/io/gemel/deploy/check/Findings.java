package io.gemel.deploy.check;

import io.gemel.deploy.check.Finding.Severity;
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

    void error(String subject, String problem, String mend) {
        found.add(new Finding(Severity.ERROR, site, subject, problem, mend));
    }

    void warning(String subject, String problem, String mend) {
        found.add(new Finding(Severity.WARNING, site, subject, problem, mend));
    }
}
