package io.gemel.deploy.site;

import io.gemel.deploy.fixture.SiteFixture;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;

/** Compares tables of two sites that have settled. A table that is not as it should be hides no other one. */
final class TableRows {
    private TableRows() {}

    /**
     * Both sites hold the same rows.
     *
     * @param when told with each table
     */
    static void assertEqual(TwoSites sites, String when, String... tables) throws SQLException {
        SoftAssertions all = new SoftAssertions();
        for (String table : tables) {
            all.assertThat(TwoSites.rows(sites.west(), table))
                    .as(table + when)
                    .isEqualTo(TwoSites.rows(sites.east(), table));
        }
        all.assertAll();
    }

    /** Both sites hold exactly these rows, by table; each row as one text, in their order. */
    static void assertRows(TwoSites sites, Map<String, List<String>> expected) throws SQLException {
        SoftAssertions all = new SoftAssertions();
        for (Map.Entry<String, List<String>> table : expected.entrySet()) {
            for (SiteFixture site : List.of(sites.east(), sites.west())) {
                all.assertThat(TwoSites.rows(site, table.getKey()))
                        .as("%s as %s has it", table.getKey(), site.role())
                        .isEqualTo(table.getValue());
            }
        }
        all.assertAll();
    }
}
