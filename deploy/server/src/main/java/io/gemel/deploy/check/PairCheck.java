package io.gemel.deploy.check;

import io.gemel.deploy.check.SiteFacts.ColumnFacts;
import io.gemel.deploy.check.SiteFacts.TableFacts;
import io.gemel.deploy.config.Cause;
import io.gemel.deploy.config.SiteConfig;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Two sites against each other: what they say of each other, and whether their tables take each other's rows. */
final class PairCheck {
    private final SiteConfig first;
    private final SiteConfig second;
    private final Findings findings;

    PairCheck(SiteConfig first, SiteConfig second, Findings findings) {
        this.first = first;
        this.second = second;
        this.findings = findings;
    }

    /** What the two files say, without their databases. */
    void checkConfigurations() {
        if (!first.site().equals(second.peer()) || !second.site().equals(first.peer())) {
            findings.error(
                    "site and peer",
                    "do not match: " + first.site() + " has the peer " + first.peer() + ", and " + second.site()
                            + " has " + second.peer(),
                    "name each site as the other's peer");
        }
        if (!first.log().topicPrefix().equals(second.log().topicPrefix())) {
            findings.error(
                    "log.topic.prefix",
                    "is " + first.log().topicPrefix() + " in one file and "
                            + second.log().topicPrefix() + " in the other",
                    "write the same in both");
        }
        if (first.database().url().equals(second.database().url())) {
            findings.error("database.url", "is the same in both files", "give each site its own database");
        }
        checkKafka(first, second);
        checkKafka(second, first);
    }

    private void checkKafka(SiteConfig reader, SiteConfig writer) {
        String read = reader.peerKafka().bootstrapServers();
        String written = writer.kafka().bootstrapServers();
        if (!read.equals(written)) {
            findings.warning(
                    "Kafka",
                    "of site " + writer.site() + " is " + written + ", but " + reader.site() + " reads its log at "
                            + read,
                    "make sure that both are the same cluster, or correct peer.kafka.bootstrap.servers");
        }
    }

    /** What is in the two databases. */
    void checkDatabases(SiteFacts firstFacts, SiteFacts secondFacts) {
        if (!firstFacts.collation().equals(secondFacts.collation())) {
            findings.of(Cause.PAIR_SERVERS)
                    .warning(
                            "database collation",
                            "is " + firstFacts.collation() + " at " + first.site() + " and " + secondFacts.collation()
                                    + " at " + second.site(),
                            "sort order and upper case may differ between the sites; keys are still compared identically");
        }
        if (!major(firstFacts).equals(major(secondFacts))) {
            findings.of(Cause.PAIR_SERVERS)
                    .warning(
                            "server version",
                            "is " + firstFacts.serverVersion() + " at " + first.site() + " and "
                                    + secondFacts.serverVersion() + " at " + second.site(),
                            "use one major version, except while you upgrade");
        }
        DefinitionPair definitions = new DefinitionPair(first.site(), second.site(), findings);
        definitions.checkTypes(firstFacts.types(), secondFacts.types());
        definitions.checkCollations(firstFacts.collations(), secondFacts.collations());
        TreeSet<String> tables = new TreeSet<>(firstFacts.tables().keySet());
        tables.addAll(secondFacts.tables().keySet());
        for (String table : tables) {
            TableFacts here = firstFacts.tables().get(table);
            TableFacts there = secondFacts.tables().get(table);
            if (here == null || there == null) {
                findings.of(Cause.PAIR_TABLES)
                        .error(
                                table,
                                "is replicated by " + (here == null ? second : first).site() + " only",
                                "create it at " + (here == null ? first : second).site()
                                        + ", or write the same tables and tables.exclude in both files");
            } else {
                checkTable(table, here, there);
                definitions.checkTable(table, here.definitions(), there.definitions());
            }
        }
        new SequencePair(first, second, findings.of(Cause.SEQUENCES))
                .check(firstFacts.sequences(), secondFacts.sequences());
    }

    private void checkTable(String table, TableFacts here, TableFacts there) {
        if (!here.key().equals(there.key())) {
            findings.of(Cause.PAIR_TABLES)
                    .error(
                            table,
                            "has the key " + here.key() + " at " + first.site() + " and " + there.key() + " at "
                                    + second.site(),
                            "make the primary keys equal, columns in the same order");
        }
        if (!here.policy().equals(there.policy())) {
            findings.error(
                    table,
                    "has the conflict policy " + here.policy() + " at " + first.site() + " and " + there.policy()
                            + " at " + second.site() + ": the sites would resolve conflicts differently and diverge",
                    "write the same conflict.policy lines in both files");
        }
        TreeSet<String> columns = new TreeSet<>(here.columns().keySet());
        columns.addAll(there.columns().keySet());
        for (String column : columns) {
            checkColumn(
                    table + "." + column,
                    here.columns().get(column),
                    there.columns().get(column));
        }
    }

    private void checkColumn(String column, @Nullable ColumnFacts here, @Nullable ColumnFacts there) {
        if (here == null || there == null) {
            findings.of(Cause.PAIR_TABLES)
                    .error(
                            column,
                            "does not exist at " + (here == null ? first : second).site(),
                            "add the column there with the same type");
            return;
        }
        if (!here.type().equals(there.type()) || here.generated() != there.generated()) {
            findings.of(Cause.PAIR_TABLES)
                    .error(
                            column,
                            "is " + shown(here) + " at " + first.site() + " and " + shown(there) + " at "
                                    + second.site(),
                            "make the columns equal");
        }
        if (here.required() != there.required()) {
            findings.of(Cause.PAIR_CONSTRAINTS)
                    .warning(
                            column,
                            "is NOT NULL at " + (here.required() ? first : second).site()
                                    + " only: a NULL from the other site" + " cannot be applied there",
                            "make the columns equal");
        }
        if (!here.collation().equals(there.collation())) {
            findings.of(Cause.PAIR_TABLES)
                    .warning(
                            column,
                            "has the collation " + here.collation() + " at " + first.site() + " and "
                                    + there.collation() + " at " + second.site(),
                            "make the columns equal");
        }
    }

    private static String shown(ColumnFacts column) {
        return column.generated() ? column.type() + " (generated)" : column.type();
    }

    private static String major(SiteFacts facts) {
        return facts.serverVersion().replaceFirst("\\D.*", "");
    }
}
