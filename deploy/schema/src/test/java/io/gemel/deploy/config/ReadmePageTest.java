package io.gemel.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds README.md to what is true: its file of a site is one. */
class ReadmePageTest {
    @TempDir
    Path folder;

    @Test
    void shows_a_valid_file_of_a_site() throws Exception {
        List<String> files = Pattern.compile("```properties\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("..", "..", "README.md")))
                .results()
                .map(block -> block.group(1))
                .toList();
        assertThat(files).hasSize(1);
        SecretFile.write(folder.resolve("east.password"), "secret");

        SiteConfig config = SiteConfigFile.read(
                Files.writeString(
                        folder.resolve("site.properties"), files.get(0).replace("/etc/gemel/", folder + "/")),
                Map.of());

        assertThat(config.site()).hasToString("east");
        assertThat(config.database().password().text()).isEqualTo("secret");
        assertThat(config.peerKafka()).isNotEqualTo(config.kafka());
    }
}
