package io.gemel.deploy.check;

import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.PolicyRule;
import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.config.TablePattern;
import io.gemel.deploy.database.CatalogTable;
import java.util.List;

/** What the configuration file says, held against the tables there are. */
final class ConfigCheck implements DatabaseCheck {
    @Override
    public void check(CheckedSite site, Findings findings) {
        List<TablePattern> patterns = site.config().tables().included().patterns();
        boolean none = patterns.stream()
                .allMatch(pattern -> matchesNone(pattern, site.tables())); // told as a rule of the site
        for (TablePattern pattern : patterns) {
            if (!none && matchesNone(pattern, site.tables())) {
                findings.of(Cause.CONFIG)
                        .error(
                                "tables=" + pattern,
                                "matches no table",
                                "create the table, or correct the pattern in "
                                        + site.config().file());
            }
        }
        for (PolicyRule rule : site.config().policyRules()) {
            if (matchesNone(rule.tables(), site.tables())) {
                findings.of(Cause.CONFIG)
                        .error(
                                "conflict.policy." + rule.tables(),
                                "matches no replicated table",
                                "correct line " + rule.line() + " of "
                                        + site.config().file());
            }
        }
    }

    /** What can be said of a configuration file without a database. */
    static void checkSecrets(SiteConfig config, Findings findings) {
        for (String key : config.literalSecrets()) {
            findings.warning(
                    key,
                    "is in plain text in " + config.file(),
                    "move it to a file of mode 600 and write " + key + "=${file:PATH}");
        }
    }

    private static boolean matchesNone(TablePattern pattern, List<CatalogTable> tables) {
        return tables.stream().noneMatch(table -> pattern.matches(table.schema(), table.name()));
    }
}
