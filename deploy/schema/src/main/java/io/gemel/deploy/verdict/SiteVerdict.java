package io.gemel.deploy.verdict;

import io.gemel.deploy.config.SiteConfig;
import io.gemel.deploy.database.CatalogTable;
import io.gemel.deploy.database.PublishedTables;
import io.gemel.deploy.database.TableCatalog;
import io.gemel.transaction.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What can be replicated of a site, by the rules that {@code check}, {@code prepare} and the site process share.
 * Immutable.
 *
 * @param site why the site as a whole cannot replicate; empty when it can
 * @param replicable the tables that can be replicated
 * @param refused the rules that each of the other matched tables breaks, by table
 * @param publication identifies the publication among later ones; empty when there is none
 * @param recorded oids of the matched tables that break no other rule than that of having been in the publication all
 *     the time
 */
public record SiteVerdict(
        List<Blocker> site,
        List<CatalogTable> replicable,
        Map<TableId, List<Blocker>> refused,
        String publication,
        List<Long> recorded) {
    /** What is known before anything was read. */
    public static final SiteVerdict NONE = new SiteVerdict(List.of(), List.of(), Map.of(), "", List.of());

    private static final Comparator<TableId> BY_NAME =
            Comparator.comparing(TableId::schema).thenComparing(TableId::name);

    public SiteVerdict {
        site = List.copyOf(site);
        replicable = List.copyOf(replicable);
        refused = Map.copyOf(refused);
        recorded = List.copyOf(recorded);
    }

    /** Reads what the rules are about, in a fixed number of queries, and judges. */
    public static SiteVerdict read(Connection connection, SiteConfig config) throws SQLException {
        SiteRules.Facts server = SiteRules.Facts.read(connection);
        List<Blocker> site = new ArrayList<>(SiteRules.broken(server));
        if (server.isTooOld()) {
            return new SiteVerdict(site, List.of(), Map.of(), "", List.of()); // its catalog is another one
        }
        List<CatalogTable> matched = TableCatalog.matched(connection, config);
        site.addAll(SiteRules.broken(config, matched));
        List<CatalogTable> replicable = new ArrayList<>();
        Map<TableId, List<Blocker>> refused = new HashMap<>();
        List<Long> recorded = new ArrayList<>();
        Set<Long> lost = PublishedTables.lost(connection);
        for (CatalogTable table : matched) {
            List<Blocker> broken = new ArrayList<>(TableRules.broken(config, table));
            if (broken.isEmpty()) {
                recorded.add(table.oid());
            }
            if (lost.contains(table.oid())) {
                broken.add(PublicationRules.leftOut(config, table));
            }
            if (broken.isEmpty()) {
                replicable.add(table);
            } else {
                refused.put(new TableId(table.schema(), table.name()), broken);
            }
        }
        return new SiteVerdict(site, replicable, refused, PublishedTables.identity(connection), recorded);
    }

    /** Every broken rule: of the site first, then table by table. */
    public List<Blocker> blockers() {
        List<Blocker> all = new ArrayList<>(site);
        refused.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(BY_NAME))
                .forEach(table -> all.addAll(table.getValue()));
        return all;
    }

    /** Why a table is refused, on one line; empty when it is not. */
    public Optional<String> refusal(TableId table) {
        List<Blocker> broken = refused.getOrDefault(table, List.of());
        return broken.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        String.join("; ", broken.stream().map(Blocker::toString).toList()));
    }
}
