package io.gemel.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.embedded.KafkaCluster;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.site.TwoSites;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One broker of three is killed at a time while applications write at both sites: the leader of a site's log, or the controller.
 * The sites catch up before it is back, and every checker is content at the end.
 */
class BrokersIT {
    private static final int TRIALS = Integer.getInteger("gemel.test.fault.trials", 1);
    private static final int BROKERS = 3;
    /** Bounds a hang; how long each recovery takes is printed. */
    private static final Duration RECOVERY_MAX = Duration.ofMinutes(3);

    private static final int LOAD_MILLIS_MAX = 800;

    @TempDir
    Path folder;

    @Test
    void two_sites_keep_every_promise_while_one_broker_of_three_is_away() throws Exception {
        Random random = new Random(Seeds.announced("BrokersIT"));
        Trials trials = new Trials();
        KafkaCluster brokers = KafkaCluster.of(folder.resolve("kafka"), BROKERS);
        try (TwoSites sites = TwoSites.start(folder, Version.V18, brokers, FaultTables.SETTINGS);
                Admin admin = Admin.create(Map.of("bootstrap.servers", brokers.bootstrapServers()));
                Workload workload =
                        new Workload(List.of(sites.east(), sites.west()), "", new Random(random.nextLong()))) {
            sites.schema(TwoSites.PROBE).schema(FaultTables.schema()).prepare().run();
            workload.start();
            Probe probe = new Probe(sites);
            for (Fault fault : draw(brokers, admin, sites, random)) {
                fault.healing().heal(); // the one before it
                probe.awaitCaughtUp(RECOVERY_MAX);
                Thread.sleep(random.nextInt(LOAD_MILLIS_MAX));
                System.out.println("BrokersIT: " + fault);
                fault.injection().inject(random);
                trials.add(fault, probe.awaitCaughtUp(RECOVERY_MAX), RECOVERY_MAX);
            }
            workload.stop();
            probe.awaitEqual(RECOVERY_MAX);
            Facts facts = FactsOf.run(sites, workload, List.of(), trials.recoveries(), List.of());
            System.out.println("BrokersIT: " + facts.outcomes().size() + " transactions, "
                    + facts.east().journal().size() + " conflicts");
            Checkers.assertAll(facts);
            assertThat(facts.east().journal()).isNotEmpty();
        } finally {
            System.out.println("BrokersIT, " + TRIALS + " trials\n" + trials.table());
        }
    }

    private static List<Fault> draw(KafkaCluster brokers, Admin admin, TwoSites sites, Random random) throws Exception {
        List<String> topics =
                List.of(sites.east().config().logTopic(), sites.west().config().logTopic());
        Fault.Healing back = () -> startAll(brokers, admin, topics);
        List<Fault> drawn = new ArrayList<>();
        for (int i = 0; i < TRIALS; i++) {
            String topic = topics.get(random.nextInt(topics.size()));
            drawn.add(new Fault(
                    11, "leader of three brokers killed", own -> kill(brokers, leaderOf(admin, topic)), back));
            drawn.add(
                    new Fault(11, "controller of three brokers killed", own -> kill(brokers, controller(admin)), back));
        }
        Collections.shuffle(drawn, random);
        return drawn;
    }

    private static void kill(KafkaCluster brokers, int node) {
        brokers.brokers().get(node - 1).kill();
    }

    /** Returns when every broker has a whole copy of both logs again, so that the next one may be killed. */
    private static void startAll(KafkaCluster brokers, Admin admin, List<String> topics) {
        brokers.brokers().stream().filter(each -> !each.isRunning()).forEach(KafkaServer::start);
        await().atMost(RECOVERY_MAX).until(() -> {
            for (String topic : topics) {
                if (partition(admin, topic).isr().size() < BROKERS) {
                    return false;
                }
            }
            return true;
        });
    }

    private static int leaderOf(Admin admin, String topic) throws Exception {
        return partition(admin, topic).leader().id();
    }

    private static int controller(Admin admin) throws Exception {
        return admin.describeMetadataQuorum().quorumInfo().get().leaderId();
    }

    private static TopicPartitionInfo partition(Admin admin, String topic) throws Exception {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .values()
                .iterator()
                .next()
                .partitions()
                .get(0);
    }
}
