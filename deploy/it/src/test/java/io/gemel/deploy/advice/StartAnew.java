package io.gemel.deploy.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gemel.deploy.CommandRun;
import io.gemel.deploy.command.ExitCode;
import io.gemel.deploy.embedded.PostgresServer;
import io.gemel.deploy.fixture.SiteFixture;
import io.gemel.deploy.site.TwoSites;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/**
 * "Start a pair anew" of docs/operate.md, each of its commands as it is written there, but for the names of the sites. Where this machine
 * has no {@code pg_dump} that knows the server, the test copies the database.
 */
public final class StartAnew {
    private static final Pattern STATEMENT = Pattern.compile("-c '([^']*)'");
    private static final Pattern DELETED = Pattern.compile("--delete --topic (\\S+)");

    private final CommandRun commands = new CommandRun();
    private final SiteFixture east;
    private final PostgresServer eastServer;
    private final SiteFixture west;
    private final PostgresServer westServer;
    private final String kafka;

    /** @param kafka bootstrap servers of both topics */
    public StartAnew(
            SiteFixture east, PostgresServer eastServer, SiteFixture west, PostgresServer westServer, String kafka) {
        this.east = east;
        this.eastServer = eastServer;
        this.west = west;
        this.westServer = westServer;
        this.kafka = kafka;
    }

    /** Does what lies between stopping both site processes and starting them. */
    public void follow() throws Exception {
        for (SiteFixture site : List.of(east, west)) {
            await().atMost(TwoSites.SETTLE_LIMIT)
                    .until(() -> TwoSites.texts(
                                    site,
                                    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                                            + " AND backend_type <> 'autovacuum worker'")
                            .isEmpty());
        }
        for (OperatorPage.Block block : OperatorPage.blocks("Start a pair anew")) {
            String text = block.text().replace("east", name(east)).replace("west", name(west));
            if (block.language().equals("sql")) {
                east.execute(text);
                west.execute(text);
            } else {
                for (String line : text.strip().split("\\R\\s*")) {
                    run(line);
                }
            }
        }
    }

    private static String name(SiteFixture site) throws Exception {
        return site.config().site().name();
    }

    private void run(String line) throws Exception {
        switch (line.substring(0, line.indexOf(' '))) {
            case "gemel" -> gemel(line);
            case "kafka-topics.sh" -> {
                Matcher deleted = DELETED.matcher(line);
                assertThat(deleted.find()).as(line).isTrue();
                deleteTopic(deleted.group(1));
            }
            case "psql", "pg_dump" -> shell(line);
            default -> throw new IllegalStateException("nobody knows how to run: " + line);
        }
    }

    /** A topic that is gone already is no finding. */
    private void deleteTopic(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
            if (admin.listTopics().names().get().contains(topic)) {
                admin.deleteTopics(List.of(topic)).all().get();
            }
        }
    }

    private void gemel(String line) {
        String[] words = Stream.of(line.split(" "))
                .skip(1)
                .map(word -> word.replace("EAST-FILE", east.file().toString())
                        .replace("WEST-FILE", west.file().toString()))
                .toArray(String[]::new);
        assertThat(commands.run(words))
                .as(line + commands.out() + commands.err())
                .isEqualTo(ExitCode.DONE);
    }

    private void shell(String line) throws Exception {
        if (!hasPrograms()) {
            standIn(line);
            return;
        }
        String filled = line.replaceAll("\\bWEST-SERVER\\b", connection(westServer, "postgres"))
                .replaceAll("\\bEAST\\b", connection(eastServer, name(east)))
                .replaceAll("\\bWEST\\b", connection(westServer, name(west)));
        Process process =
                new ProcessBuilder("sh", "-c", filled).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(filled + output).isZero();
    }

    private static String connection(PostgresServer server, String database) {
        return "\"host=127.0.0.1 port=" + server.port() + " user=postgres dbname=" + database + "\"";
    }

    private boolean hasPrograms() throws InterruptedException {
        try {
            Process version = new ProcessBuilder("pg_dump", "--version").start();
            String told = new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher major = Pattern.compile(" (\\d+)\\.").matcher(told);
            return version.waitFor() == 0
                    && major.find()
                    && Integer.parseInt(major.group(1)) >= eastServer.version().major();
        } catch (IOException e) {
            return false;
        }
    }

    private void standIn(String line) throws Exception {
        if (line.startsWith("psql")) {
            Matcher statement = STATEMENT.matcher(line);
            while (statement.find()) {
                westServer.execute("postgres", statement.group(1));
            }
        } else if (eastServer == westServer) {
            westServer.execute(
                    "postgres",
                    "DROP DATABASE " + name(west),
                    "CREATE DATABASE " + name(west) + " TEMPLATE " + name(east));
        } else {
            copyTables();
        }
    }

    /** Tables of simple columns, with their keys. */
    private void copyTables() throws Exception {
        for (String table : TwoSites.texts(east, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")) {
            String columns = TwoSites.texts(
                            east,
                            "SELECT string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod), ', '"
                                    + " ORDER BY attnum) FROM pg_attribute WHERE attrelid = '" + table
                                    + "'::regclass AND attnum > 0 AND NOT attisdropped")
                    .get(0);
            String key = TwoSites.texts(
                            east,
                            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'p' AND conrelid = '"
                                    + table + "'::regclass")
                    .get(0);
            west.execute("CREATE TABLE " + table + " (" + columns + ", " + key + ")");
            for (String row : TwoSites.texts(east, "SELECT quote_literal(t::text) FROM " + table + " AS t")) {
                west.execute("INSERT INTO " + table + " SELECT (" + row + "::" + table + ").*");
            }
        }
    }
}
