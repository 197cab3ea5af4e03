package io.gemel.deploy.prepare;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.GemelSchema;
import io.gemel.deploy.database.Publication;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Full row images, then the publication. In this order no published change of a table is without its full before image: changing the
 * replica identity waits for every transaction that writes the table.
 */
final class PublicationPlanner implements Planner {
    private static final String SUBJECT = "publication " + SiteConfig.PUBLICATION;
    private static final String OPTIONS =
            "publish = 'insert, update, delete, truncate', publish_via_partition_root = true";

    /** From here on an update is refused while the table's full image holds a stored generated column that is not published. */
    private static final int GENERATED_COLUMNS_SINCE = 18;

    @Override
    public void plan(Connection connection, Target target, Plan plan) throws SQLException {
        target.tables().forEach(table -> planImages(table, plan));
        TreeSet<String> wanted = new TreeSet<>(GemelSchema.PUBLISHED);
        target.tables().forEach(table -> wanted.add(table.sqlName()));
        Optional<Publication> found = Publication.find(connection, SiteConfig.PUBLICATION);
        String options = options(connection);
        if (found.isEmpty()) {
            plan.add(Step.administrator(
                    SUBJECT,
                    "does not exist",
                    "CREATE PUBLICATION " + SiteConfig.PUBLICATION + " FOR TABLE " + only(wanted) + " WITH "
                            + options));
        } else if (found.get().selectsOtherwise()) {
            plan.blocker(
                    SUBJECT,
                    "was not created by gemel: it names all tables, whole schemas, columns or rows",
                    "DROP PUBLICATION " + SiteConfig.PUBLICATION
                            + " while neither the application nor a site process runs, for what is written without it is lost to the"
                            + " peer; then run gemel prepare again");
        } else {
            planChanges(found.get(), wanted, options, plan);
        }
    }

    private static String options(Connection connection) throws SQLException {
        boolean generated = connection.getMetaData().getDatabaseMajorVersion() >= GENERATED_COLUMNS_SINCE;
        return "(" + OPTIONS + (generated ? ", publish_generated_columns = stored" : "") + ")";
    }

    private static void planImages(CatalogTable table, Plan plan) {
        if (!table.fullImages()) {
            plan.add(Step.administrator(
                    table.sqlName(),
                    "logs no full row images",
                    "ALTER TABLE " + table.sqlName() + " REPLICA IDENTITY FULL"));
        }
        for (CatalogTable.Partition partition : table.partitions()) {
            if (!partition.fullImages()) {
                plan.add(Step.administrator(
                        partition.sqlName(),
                        "logs no full row images",
                        "ALTER TABLE " + partition.sqlName() + " REPLICA IDENTITY FULL"));
            }
        }
    }

    private static void planChanges(Publication found, Set<String> wanted, String options, Plan plan) {
        String alter = "ALTER PUBLICATION " + SiteConfig.PUBLICATION;
        if (!found.publishesAll() || !found.viaRoot()) {
            plan.add(Step.administrator(
                    SUBJECT, "leaves out some kinds of change or of columns", alter + " SET " + options));
        }
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeAll(found.tables());
        if (!missing.isEmpty()) {
            plan.add(Step.administrator(
                    SUBJECT, "leaves out " + String.join(", ", missing), alter + " ADD TABLE " + only(missing)));
        }
        Set<String> extra = new TreeSet<>(found.tables());
        extra.removeAll(wanted);
        if (!extra.isEmpty()) {
            plan.add(Step.administrator(
                    SUBJECT,
                    "names tables that are not replicated: " + String.join(", ", extra),
                    alter + " DROP TABLE " + only(extra)));
        }
    }

    /** ONLY keeps tables that inherit from a listed one out, unless they are listed themselves. */
    private static String only(Collection<String> tables) {
        return tables.stream().map(table -> "ONLY " + table).collect(Collectors.joining(", "));
    }
}
