package io.gemel.deploy.check;

import io.gemel.deploy.check.SiteFacts.Definition;
import io.gemel.deploy.check.SiteFacts.Kind;
import io.gemel.deploy.config.Cause;
import io.gemel.transaction.SiteId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Definitions at one of two sites only, and their consequences for rows. Pure. */
final class DefinitionPair {
    private static final int NAMED_MAX = 3;

    private final SiteId first;
    private final SiteId second;
    private final Findings findings;

    DefinitionPair(SiteId first, SiteId second, Findings findings) {
        this.first = first;
        this.second = second;
        this.findings = findings;
    }

    /** Compares what is defined on a table. */
    void checkTable(String table, List<Definition> here, List<Definition> there) {
        for (Kind kind : Kind.values()) {
            Set<String> atFirst = texts(kind, here);
            Set<String> atSecond = texts(kind, there);
            if (kind == Kind.PARTITION) {
                checkPartitions(table, first, atFirst, second, atSecond);
                checkPartitions(table, second, atSecond, first, atFirst);
            } else {
                without(atFirst, atSecond).forEach(text -> told(table, kind, text, first, second));
                without(atSecond, atFirst).forEach(text -> told(table, kind, text, second, first));
            }
        }
    }

    /** Compares the types that columns are made of. */
    void checkTypes(Map<String, String> here, Map<String, String> there) {
        here.forEach((type, definition) -> {
            String other = there.getOrDefault(type, definition); // one that is missing shows in its columns
            if (!definition.equals(other)) {
                findings.of(Cause.PAIR_TYPES)
                        .error(
                                "type " + type,
                                "is " + definition + " at " + first + " and " + other + " at " + second
                                        + ": a value that one of them does not know cannot be applied there",
                                "make the types equal, additions first at the site that lacks them");
            }
        });
    }

    /** Compares the versions of collations. */
    void checkCollations(Map<String, String> here, Map<String, String> there) {
        here.forEach((collation, version) -> {
            String other = there.getOrDefault(collation, version);
            if (!version.equals(other)) {
                findings.of(Cause.PAIR_SERVERS)
                        .warning(
                                "collation " + collation,
                                "has the version " + version + " at " + first + " and " + other + " at " + second,
                                "sort order may differ between the sites; use one version of the operating system's or"
                                        + " ICU's library");
            }
        });
    }

    private void told(String table, Kind kind, String definition, SiteId has, SiteId lacks) {
        switch (kind) {
            case UNIQUE_KEY, EXCLUSION ->
                warn(
                        table,
                        "has the unique key " + definition + " at " + has + " only: values that " + lacks
                                + " allows twice are resolved at " + has
                                + " as a conflict of that key, at both sites",
                        lacks);
            case FOREIGN_KEY ->
                warn(
                        table,
                        "has the " + definition + " at " + has + " only: rows that " + lacks + " writes are applied at "
                                + has + " although they break it",
                        lacks);
            case CHECK ->
                warn(
                        table,
                        "has the " + definition + " at " + has + " only: rows that " + lacks
                                + " writes and that break it are parked at " + has,
                        lacks);
            case TRIGGER ->
                findings.of(Cause.PAIR_TRIGGERS)
                        .warning(
                                table,
                                "has the trigger " + definition + " at " + has
                                        + " only: it fires there when a change is applied, and what it writes or"
                                        + " suppresses makes the sites differ",
                                "create the same trigger at both sites, or enable it for local changes only");
            case GENERATED ->
                findings.of(Cause.PAIR_TABLES)
                        .error(
                                table,
                                "computes " + definition + " at " + has + " only: the sites compute different values",
                                "make the expressions equal");
            case PARTITION -> throw new IllegalArgumentException("partitions are compared together");
        }
    }

    private void warn(String table, String problem, SiteId lacks) {
        findings.of(Cause.PAIR_CONSTRAINTS).warning(table, problem, "create it at " + lacks + " too, or drop it");
    }

    /** Where no row lies in a partition of its own, a default partition takes it, or the table is not partitioned at all. */
    private void checkPartitions(String table, SiteId has, Set<String> present, SiteId lacks, Set<String> others) {
        Set<String> missing = without(present, others);
        if (others.isEmpty() || others.contains("DEFAULT") || missing.isEmpty()) {
            return;
        }
        String named = missing.stream().limit(NAMED_MAX).collect(Collectors.joining(", "));
        String more = missing.size() > NAMED_MAX ? " and " + (missing.size() - NAMED_MAX) + " more" : "";
        findings.of(Cause.PAIR_PARTITIONS)
                .warning(
                        table,
                        "has partitions " + named + more + " at " + has + " only: a row for which " + lacks
                                + " has no partition cannot be applied there",
                        "create the partitions at " + lacks + " before rows for them are written, then gemel prepare");
    }

    private static Set<String> texts(Kind kind, List<Definition> definitions) {
        return definitions.stream()
                .filter(definition -> definition.kind() == kind)
                .map(Definition::text)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> without(Set<String> all, Set<String> some) {
        Set<String> rest = new LinkedHashSet<>(all);
        rest.removeAll(some);
        return rest;
    }
}
