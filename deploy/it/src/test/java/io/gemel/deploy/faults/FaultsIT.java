package io.gemel.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.TwoSites;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults of every row of the matrix happen to the same two sites, in random order, while applications write at both. After each
 * one the sites must catch up by themselves and be equal; at the end every checker must be content.
 */
class FaultsIT {
    /** How many times a fault of each row happens. 59 without a failure bound the rate of failures below 5 % with 95 % confidence. */
    private static final int TRIALS = Integer.getInteger("gemel.test.fault.trials", 1);

    /** A pair of sites is replaced by a fresh one after so many trials of each row. */
    private static final int TRIALS_PER_PAIR = 3;

    /** Seconds of the partition that each pair of sites lives through once; 0 for none. */
    private static final int LONG_PARTITION = Integer.getInteger("gemel.test.fault.partition", 0);

    /** Faults whose names match; all of them unless said otherwise. */
    private static final Pattern CHOSEN = Pattern.compile(System.getProperty("gemel.test.faults", ""));

    /** Bounds a hang; how long each recovery takes is printed. */
    private static final Duration RECOVERY_MAX = Duration.ofMinutes(3);

    private static final int LOAD_MILLIS_MAX = 800;

    @TempDir
    Path folder;

    @Test
    void two_sites_keep_every_promise_through_every_fault() throws Exception {
        Random random = new Random(Seeds.announced("FaultsIT"));
        Trials trials = new Trials();
        try {
            for (int done = 0; done < TRIALS; done += TRIALS_PER_PAIR) {
                breakOnePair(folder.resolve("pair" + done), Math.min(TRIALS_PER_PAIR, TRIALS - done), random, trials);
            }
        } finally {
            System.out.println("FaultsIT, " + TRIALS + " trials of each row\n" + trials.table());
        }
    }

    private static void breakOnePair(Path folder, int trialsEach, Random random, Trials trials) throws Exception {
        try (FaultySites sites = FaultySites.start(folder);
                Workload workload = new Workload(
                                List.of(sites.sites().east(), sites.sites().west()), "", new Random(random.nextLong()))
                        .start()) {
            List<Fault> faults = draw(all(sites, workload), trialsEach, random);
            Probe probe = new Probe(sites.sites());
            for (Fault fault : faults) {
                Duration took = breakOnce(fault, sites, workload, probe, RECOVERY_MAX, new Random(random.nextLong()));
                trials.add(fault, took, RECOVERY_MAX);
            }
            if (LONG_PARTITION > 0) {
                Duration length = Duration.ofSeconds(LONG_PARTITION);
                Fault partition = new NetworkFaults(sites).longPartition(length);
                // What has piled up is applied in the time it took to write it, while more is written.
                Duration limit = RECOVERY_MAX.plus(length);
                trials.add(partition, breakOnce(partition, sites, workload, probe, limit, random), limit);
            }
            workload.stop();
            probe.awaitEqual(RECOVERY_MAX);
            List<Measure> resources = new ArrayList<>();
            for (FaultySite site : sites.both()) {
                resources.addAll(Resources.of(site));
            }
            System.out.println("FaultsIT: " + resources);
            Facts facts =
                    FactsOf.run(sites.sites(), workload, IdleRecords.of(sites.sites()), trials.recoveries(), resources);
            System.out.println("FaultsIT: " + facts.outcomes().size() + " transactions, "
                    + facts.east().journal().size() + " conflicts");
            Checkers.assertAll(facts);
            assertThat(facts.east().journal()).isNotEmpty();
        }
    }

    /** For each row so many of its faults, each drawn by chance; all in random order. */
    private static List<Fault> draw(List<Fault> all, int each, Random random) {
        Map<Integer, List<Fault>> byRow = all.stream().collect(Collectors.groupingBy(Fault::row));
        List<Fault> drawn = new ArrayList<>();
        for (List<Fault> row : byRow.values()) {
            for (int i = 0; i < each; i++) {
                drawn.add(row.get(random.nextInt(row.size())));
            }
        }
        Collections.shuffle(drawn, random);
        return drawn;
    }

    private static List<Fault> all(FaultySites sites, Workload workload) {
        List<Fault> all = new ArrayList<>(new ProcessFaults(sites, workload).all());
        all.addAll(new ServerFaults(sites).all());
        all.addAll(new NetworkFaults(sites).all());
        all.addAll(new SessionFaults(sites, workload).all());
        all.addAll(new TopicFaults(sites).all());
        all.addAll(new PoisonFaults(sites).all());
        all.addAll(new LimitedRows(sites).all());
        all.addAll(new DiskFaults(sites).all());
        return all.stream()
                .filter(each -> CHOSEN.matcher(each.toString()).find())
                .toList();
    }

    /** One trial; gives back how long the sites needed to catch up after the fault, under load. */
    private static Duration breakOnce(
            Fault fault, FaultySites sites, Workload workload, Probe probe, Duration limit, Random random)
            throws Exception {
        Thread.sleep(random.nextInt(LOAD_MILLIS_MAX));
        System.out.println("FaultsIT: " + fault);
        try {
            fault.injection().inject(random);
            fault.healing().heal();
            Duration took = probe.awaitCaughtUp(limit);
            workload.pause();
            try {
                probe.awaitEqual(limit);
                for (FaultTables.Table table : FaultTables.ALL) {
                    assertThat(digest(sites.sites().west(), table))
                            .as(table.name())
                            .isEqualTo(digest(sites.sites().east(), table));
                }
            } finally {
                workload.resume();
            }
            return took;
        } catch (ConditionTimeoutException | AssertionError e) {
            StringBuilder said = new StringBuilder("after '" + fault + "': " + e.getMessage());
            for (FaultySite site : sites.both()) {
                said.append('\n').append(site).append(": ").append(site.status());
            }
            throw new AssertionError(said.toString(), e);
        }
    }

    private static String digest(SiteFixture site, FaultTables.Table table) throws Exception {
        return TwoSites.texts(
                        site,
                        "SELECT count(*), md5(string_agg(d, '' ORDER BY k)) FROM (" + table.query()
                                + ") AS rows (k, d)")
                .get(0);
    }
}
