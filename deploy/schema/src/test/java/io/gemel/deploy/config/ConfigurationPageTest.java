package io.gemel.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holds docs/configuration.md to the keys that exist, both ways, and to their defaults. */
class ConfigurationPageTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "configuration.md");
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\| ([^|]*) \\|", Pattern.MULTILINE);

    private static final String ROUTER_PART = "# Configuration: `router.properties`";

    @Test
    void describes_exactly_the_keys_of_a_site_with_their_defaults() throws IOException {
        List<String> expected = new ArrayList<>(keys(SiteKeys.ALL));
        expected.add("kafka.* ");
        expected.add("peer.kafka.* those of `kafka.*`");
        expected.add("conflict.policy.<pattern> ");

        assertThat(documented(part(0))).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void lists_exactly_the_ids_of_findings() throws IOException {
        Matcher ids = Pattern.compile("^\\| ([a-z-]+) \\|", Pattern.MULTILINE)
                .matcher(part(0).split("## What `gemel check` finds|## Conflict policies", -1)[1]);
        List<String> listed = new ArrayList<>();
        while (ids.find()) {
            listed.add(ids.group(1));
        }

        assertThat(listed)
                .filteredOn(id -> !id.equals("id") && !id.startsWith("---"))
                .isEqualTo(Cause.ids());
    }

    @Test
    void describes_exactly_the_keys_of_a_router_with_their_defaults() throws IOException {
        List<String> expected = new ArrayList<>(keys(RouterKeys.ALL));
        expected.addAll(List.of(
                "vm.<name>.url required",
                "vm.<name>.site required",
                "vm.<name>.host required",
                "tls.sni.<name>.certificate required",
                "tls.sni.<name>.key required",
                "site.<name>.status required",
                "site.<name>.token empty",
                "route.<prefix>.durability that of `durability`",
                "route.<prefix>.resubmit `true`",
                "vm.<name>.heartbeat.url that of `vm.<name>.url`",
                "vm.<name>.requests.max that of `vm.requests.max`",
                "route.<prefix>.submission what the VM says",
                "route.<prefix>.timeout that of `request.timeout`",
                "vm.<name>.weight `100`",
                "route.<prefix>.methods all",
                "vm.<name>.group `default`",
                "route.<prefix>.group `default`",
                "discover.<name>.dns required",
                "discover.<name>.site required",
                "discover.<name>.heartbeat.port none",
                "discover.<name>.requests.max that of `vm.requests.max`",
                "discover.<name>.group `default`",
                "route.<prefix>.sticky empty"));

        assertThat(documented(part(1))).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static List<String> keys(List<Key<?>> keys) {
        return keys.stream()
                .map(key -> key.name() + " " + shown(key.defaultText()))
                .toList();
    }

    /** The part about sites, then the one about routers. */
    private static String part(int index) throws IOException {
        String[] parts = Files.readString(PAGE).split(Pattern.quote(ROUTER_PART), -1);
        assertThat(parts).hasSize(2);
        return parts[index];
    }

    private static List<String> documented(String part) {
        List<String> documented = new ArrayList<>();
        Matcher row = ROW.matcher(part);
        while (row.find()) {
            documented.add(row.group(1) + " " + row.group(2).strip());
        }
        return documented;
    }

    private static String shown(@Nullable String defaultText) {
        if (defaultText == null) {
            return "required";
        }
        return defaultText.isEmpty() ? "empty" : "`" + defaultText + "`";
    }
}
