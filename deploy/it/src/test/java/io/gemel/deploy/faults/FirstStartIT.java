package io.gemel.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.advice.Follows;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.KafkaServer;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.embedded.PostgresServer.Version;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.SiteState;
import io.gemel.deploy.site.SiteSupervisor;
import io.gemel.deploy.status.StatusReport;
import io.gemel.reason.Advice;
import io.gemel.reason.ReasonCode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Something is missing before a pair was ever started: what the site says to do is enough, and it goes on by itself. */
class FirstStartIT {
    @TempDir
    static Path folder;

    private static KafkaServer kafka;
    private static PostgresServer eastServer;
    private static PostgresServer westServer;
    private static int tests;

    private final CommandRun commands = new CommandRun();
    private FreshPair pair;
    private SiteFixture site;

    @BeforeAll
    static void start() {
        kafka = KafkaServer.builder(folder.resolve("kafka"))
                .setting("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
                .setting("allow.everyone.if.no.acl.found", "true")
                .build()
                .start();
        eastServer = server("east");
        westServer = server("west");
    }

    private static PostgresServer server(String name) {
        return PostgresServer.builder(folder.resolve(name))
                .version(Version.V18)
                .withoutFsync()
                .withPasswords()
                .build()
                .start();
    }

    @AfterAll
    static void stop() {
        eastServer.close();
        westServer.close();
        kafka.close();
    }

    @BeforeEach
    void two_sites_that_never_ran() throws Exception {
        pair = new FreshPair(eastServer, westServer, kafka, folder, "t" + tests++);
        site = pair.east();
    }

    @AfterEach
    void the_pair_works() throws Exception {
        pair.stop();
        pair.writeAndRunUntilEqual();
        pair.close();
    }

    @Test
    @Follows(Advice.CAPTURE_SLOT_MISSING)
    void slot() throws Exception {
        site.execute(dropSlot());
        haltsUntilPrepared(Advice.CAPTURE_SLOT_MISSING, "does not exist: run gemel prepare");
    }

    @Test
    @Follows(Advice.CAPTURE_SLOT_PLUGIN)
    void slot_of_something_else() throws Exception {
        site.execute(
                dropSlot(),
                "SELECT pg_create_logical_replication_slot('" + site.config().slot() + "', 'test_decoding')");
        pair.awaitHalted(
                pair.start(site),
                "is for test_decoding",
                "drop it if nothing else needs it, then run gemel prepare",
                Advice.CAPTURE_SLOT_PLUGIN.code());
        site.execute(dropSlot());
        prepare();
    }

    @Test
    @Follows(Advice.CAPTURE_PUBLICATION_MISSING)
    void publication() throws Exception {
        site.execute("DROP PUBLICATION gemel");
        haltsUntilPrepared(Advice.CAPTURE_PUBLICATION_MISSING, "run gemel prepare");
    }

    @Test
    @Follows(Advice.CAPTURE_PUBLICATION_PARTIAL)
    void operations_of_the_publication() throws Exception {
        site.execute("ALTER PUBLICATION gemel SET (publish = 'insert')");
        haltsUntilPrepared(Advice.CAPTURE_PUBLICATION_PARTIAL, "leaves out operations", "run gemel prepare");
    }

    @Test
    @Follows(Advice.CAPTURE_TOPIC_MISSING)
    void topic() throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(site.config().logTopic())).all().get();
        }
        haltsUntilPrepared(Advice.CAPTURE_TOPIC_MISSING, "run gemel prepare");
    }

    @Test
    @Follows(Advice.CAPTURE_TOPIC_PARTITIONS)
    void topic_of_one_partition() throws Exception {
        String topic = site.config().logTopic();
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(topic)).all().get();
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(2), Optional.empty())))
                    .all()
                    .get();
            pair.awaitHalted(pair.start(site), "it is empty, so delete it", Advice.CAPTURE_TOPIC_PARTITIONS.code());
            admin.deleteTopics(List.of(topic)).all().get();
        }
        prepare();
    }

    @Test
    @Follows({Advice.CAPTURE_KAFKA_REFUSES, Advice.APPLY_KAFKA_REFUSES})
    void right_to_the_topic() throws Exception {
        String topic = site.config().logTopic();
        try (Admin admin = admin()) {
            admin.createAcls(List.of(access(topic, "User:somebody-else"))).all().get();
            SiteSupervisor peer = pair.start(pair.west());
            pair.awaitHalted(
                    pair.start(site),
                    "Not authorized",
                    topic,
                    "kafka-acls.sh --add",
                    Advice.CAPTURE_KAFKA_REFUSES.code());
            pair.awaitReason(
                    peer,
                    ReasonCode.APPLY_HALTED,
                    "Not authorized",
                    "kafka-acls.sh --add --topic " + topic,
                    Advice.APPLY_KAFKA_REFUSES.code());
            admin.createAcls(List.of(access(topic, "User:ANONYMOUS"))).all().get();
        }
    }

    private static AclBinding access(String topic, String login) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                new AccessControlEntry(login, "*", AclOperation.ALL, AclPermissionType.ALLOW));
    }

    /** A halt that lasts is told once, however often it is tried again, and however long the process runs already. */
    @Test
    void topic_of_the_peer() throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(site.config().peerLogTopic())).all().get();
        }
        SiteSupervisor halted = pair.start(site);
        await().atMost(FreshPair.LIMIT).until(() -> since(halted), Optional::isPresent);
        String begun = since(halted).orElseThrow();
        await().atMost(FreshPair.LIMIT)
                .until(() -> Instant.now().isAfter(Instant.parse(begun).plusSeconds(4)));
        assertThat(since(halted)).contains(begun);

        assertThat(commands.run("prepare", pair.west().file(), "--admin-user", "postgres"))
                .as(commands.out() + commands.err())
                .isEqualTo(ExitCode.DONE);
    }

    /** A log of another name is no reason to make the databases anew. */
    @Test
    @Follows({Advice.CAPTURE_TOPIC_MISSING, Advice.CAPTURE_LOG_LOST})
    void topic_of_another_name() throws Exception {
        pair.write(1);
        pair.runUntilEqual();
        String prefix = site.config().logTopic().replaceFirst("\\..*", "");
        site.with("log.topic.prefix", "misspelt");
        SiteSupervisor halted = pair.start(site);
        pair.awaitHalted(
                halted,
                "see whether log.topic.prefix and kafka.bootstrap.servers still name its log",
                Advice.CAPTURE_TOPIC_MISSING.code());
        prepare();
        pair.awaitHalted(
                halted,
                "If log.topic.prefix or kafka.bootstrap.servers names another log than before, correct it",
                Advice.CAPTURE_LOG_LOST.code());
        pair.stop();
        site.with("log.topic.prefix", prefix);
    }

    @Test
    void a_resume_ends_the_wait_of_a_halted_site() throws Exception {
        site.with("halt.retry.interval", "1h").execute(dropSlot());
        SiteSupervisor halted = pair.start(site);
        pair.awaitHalted(halted, Advice.CAPTURE_SLOT_MISSING.code());
        prepare();

        // The site says that it is halted before it has closed everything and begins to wait.
        await().atMost(FreshPair.LIMIT).until(() -> {
            halted.resume();
            return halted.state() == SiteState.RUNNING;
        });
        site.with("halt.retry.interval", "200ms");
    }

    private static Optional<String> since(SiteSupervisor halted) {
        return halted.report().reasons().stream()
                .filter(reason -> reason.text().contains(Advice.APPLY_TOPIC_MISSING.code()))
                .map(StatusReport.Reason::since)
                .findAny();
    }

    private void haltsUntilPrepared(Advice advice, String... words) throws Exception {
        SiteSupervisor halted = pair.start(site);
        List<String> all = new ArrayList<>(List.of(words));
        all.add("[" + advice.code() + "]");
        pair.awaitHalted(halted, all.toArray(String[]::new));
        prepare();
    }

    private void prepare() {
        assertThat(commands.run("prepare", site.file(), "--admin-user", "postgres"))
                .as(commands.out() + commands.err())
                .isEqualTo(ExitCode.DONE);
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    private String dropSlot() throws Exception {
        return "SELECT pg_drop_replication_slot('" + site.config().slot() + "')";
    }
}
