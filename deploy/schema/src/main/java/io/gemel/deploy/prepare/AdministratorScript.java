package io.gemel.deploy.prepare;

import io.gemel.deploy.config.SiteConfig;
import java.io.PrintWriter;
import java.util.List;

/** Steps as a script that a superuser can run as it is; what the site's role must own is created as that role. */
final class AdministratorScript {
    private final SiteConfig config;

    AdministratorScript(SiteConfig config) {
        this.config = config;
    }

    void print(List<Step> steps, PrintWriter out) {
        Step.Runner current = Step.Runner.ADMINISTRATOR;
        for (Step step : steps) {
            if (step.by() != current) {
                out.println(step.by() == Step.Runner.SITE_ROLE ? "SET ROLE " + quoted() + ";" : "RESET ROLE;");
                current = step.by();
            }
            out.println(step.sql() + ";");
        }
        if (current == Step.Runner.SITE_ROLE) {
            out.println("RESET ROLE;");
        }
    }

    private String quoted() {
        return "\"" + config.database().user().replace("\"", "\"\"") + "\"";
    }
}
