package io.gemel.deploy.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gemel.deploy.Gemel;
import io.gemel.deploy.embedded.JavaProcess;
import io.gemel.deploy.embedded.PostgresServer.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines that a site process logs from its start to its end are those that docs/operate.md lists. */
class SiteLogIT {
    private static final Path PAGE = Path.of("..", "..", "docs", "operate.md");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Bounds a hang; nothing takes that long. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final String[] TEXT = {"-Xmx256m", "-Dlogback.configurationFile=logback.xml"};
    private static final String[] OBJECTS = {
        "-Xmx256m", "-Dlogback.configurationFile=logback.xml", "-Dgemel.log.format=json"
    };

    @TempDir
    Path folder;

    @Test
    void logs_every_line_of_the_page_with_its_site() throws Exception {
        try (TwoSites sites = TwoSites.start(folder, Version.V18, Map.of())) {
            sites.schema("CREATE TABLE item (id int PRIMARY KEY, v text)").prepare();
            SiteProcess west = sites.process(sites.west(), "west", TEXT).start();
            SiteProcess east = sites.process(sites.east(), "east", OBJECTS).start();
            awaitLine(east, "site running");
            SiteProcess standby = sites.process(sites.east(), "east-2", OBJECTS).start();
            awaitLine(standby, "standby: another process leads this site");
            sites.west().execute("INSERT INTO item VALUES (1, 'v')");
            sites.east().execute("INSERT INTO item VALUES (2, 'v')");
            awaitLine(east, "first apply: 1 transactions, up to position 1");
            awaitLine(east, "slot confirmed");
            awaitLine(east, "gate opened");

            sites.east()
                    .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                            + sites.east().role() + "'");
            awaitLine(east, "leadership released");

            List<JsonNode> events = new ArrayList<>(events(standby));
            events.addAll(events(east));
            assertThat(documented())
                    .hasSizeGreaterThan(10)
                    .allSatisfy(line -> assertThat(events).anySatisfy(event -> {
                        assertThat(event.path("formattedMessage").asText()).startsWith(line);
                        assertThat(event.path("mdc").path("site").asText()).isEqualTo("east");
                        assertThat(event.path("level").asText()).isEqualTo("INFO");
                    }));
            assertThat(lines(west, "site=west "))
                    .anySatisfy(line -> assertThat(line)
                            .matches("\\S+Z INFO  \\[gemel-site-west] site=west \\S+SiteSupervisor: site running"));
        }
    }

    @Test
    void refuses_an_unknown_format() throws Exception {
        Path log = folder.resolve("log");
        try (JavaProcess process = JavaProcess.builder(Gemel.class.getName(), log)
                .jvmArguments("-Dgemel.log.format=xml")
                .arguments("--version")
                .start()) {
            assertThat(process.awaitExit(LIMIT)).isEqualTo(2);
        }
        assertThat(log).content().contains("set GEMEL_LOG_FORMAT to text or json");
    }

    private static void awaitLine(SiteProcess process, String words) {
        await().atMost(LIMIT).until(() -> !lines(process, words).isEmpty());
    }

    private static List<String> lines(SiteProcess process, String words) throws Exception {
        return Files.readAllLines(process.log()).stream()
                .filter(line -> line.contains(words))
                .toList();
    }

    /** Everything but what the command prints. */
    private static List<JsonNode> events(SiteProcess process) throws Exception {
        List<JsonNode> events = new ArrayList<>();
        for (String line : Files.readAllLines(process.log())) {
            if (!line.startsWith("site east, status at ")) {
                events.add(JSON.readTree(line));
            }
        }
        return events;
    }

    /** What the lines begin with. */
    private static List<String> documented() throws Exception {
        String section =
                Files.readString(PAGE).split("\n## What a site logs\n", 2)[1].split("\n## ", 2)[0];
        Matcher row = Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE).matcher(section);
        return row.results().map(found -> found.group(1)).toList();
    }
}
