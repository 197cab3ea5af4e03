package io.gemel.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.Gemel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void ends_with_equal_databases_after_conflicts_and_a_killed_process() {
        int code = demo(
                "--part",
                "1",
                "--seconds",
                "8",
                "--rate",
                "50",
                "--dir",
                folder.resolve("demo").toString());

        assertThat(code).as(() -> out + "\n" + err).isZero();
        assertThat(out.toString())
                .contains("kill -9", "update origin differs", "Both databases are equal.")
                .doesNotContain("DIFFERENT");
    }

    @Test
    void loses_nothing_and_does_nothing_twice_while_vms_a_host_and_a_site_are_lost() {
        int code = demo(
                "--part", "2", "--rate", "30", "--dir", folder.resolve("demo").toString());

        assertThat(code).as(() -> out + "\n" + err).isZero();
        assertThat(out.toString())
                .contains("The whole site east is lost", "longest that a client had to wait")
                .containsPattern("done twice +0")
                .containsPattern("acknowledged and lost +0")
                .containsPattern("databases +equal");
    }

    @Test
    void deletes_nothing_in_a_folder_that_is_not_its_own() throws Exception {
        Path precious = Files.writeString(folder.resolve("precious"), "mine");

        assertThat(demo("--dir", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("holds files that are not of a demo");
        assertThat(precious).hasContent("mine");
    }

    private int demo(String... options) {
        String[] arguments = new String[options.length + 1];
        arguments[0] = "demo";
        System.arraycopy(options, 0, arguments, 1, options.length);
        return Gemel.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
