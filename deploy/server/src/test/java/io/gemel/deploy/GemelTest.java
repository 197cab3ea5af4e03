package io.gemel.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.config.SecretFile;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class GemelTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void tells_its_version() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("gemel ").doesNotContain("$");
    }

    @Test
    void ends_with_bad_usage_when_no_command_is_named() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("name a command");
    }

    @Test
    void ends_with_bad_usage_for_an_unknown_command() {
        assertThat(run("replicate")).isEqualTo(2);
        assertThat(err.toString()).contains("replicate").doesNotContain("Exception");
    }

    @Test
    void every_command_has_help_and_version() {
        for (String name : Gemel.commandLine().getSubcommands().keySet()) {
            assertThat(run(name, "--help")).as(name).isZero();
            assertThat(out.toString()).as(name).contains("Usage: gemel " + name);
            if (!name.equals("help")) {
                assertThat(run(name, "--version")).as(name).isZero();
            }
        }
    }

    @Test
    void ends_with_bad_configuration_and_every_problem_on_a_line() throws Exception {
        Path file = Files.writeString(folder.resolve("east.properties"), "site=east\nsites=west\n");

        for (String command : new String[] {"prepare", "check", "status"}) {
            assertThat(run(command, file.toString())).as(command).isEqualTo(2);
        }
        assertThat(err.toString().lines().filter(line -> line.contains(":2: unknown key sites: did you mean site?")))
                .hasSize(3);
        assertThat(err.toString()).contains("the key peer is missing").doesNotContain("Exception");
    }

    @Test
    void a_router_whose_certificate_cannot_be_read_does_not_start_and_says_how_to_mend_it() throws Exception {
        Path file = folder.resolve("router.properties");
        SecretFile.write(file, """
                router=east-1
                site=east
                vm.e1.url=http://127.0.0.1:9001
                vm.e1.site=east
                vm.e1.host=host-1
                site.east.status=http://127.0.0.1:7070
                tls.certificate=nowhere.pem
                tls.key=router.properties
                """);

        assertThat(run("router", file.toString())).isEqualTo(2);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("router.properties:7: tls.certificate is", "nowhere.pem", "name a PEM file");

        Files.writeString(folder.resolve("nowhere.pem"), "no certificate");
        assertThat(run("router", file.toString())).isEqualTo(2);
        assertThat(err.toString())
                .contains("router.properties:7: tls.certificate holds no certificate in PEM form", "openssl x509")
                .contains("router.properties:8: tls.key holds no private key in PEM form")
                .doesNotContain("Exception");
    }

    @Test
    void shows_a_stack_trace_only_on_request() {
        assertThat(run("check", "nowhere.properties", "--verbose")).isEqualTo(2);
        assertThat(err.toString()).contains("nowhere.properties: no such file").contains("ConfigException");
    }

    private int run(String... arguments) {
        CommandLine command = Gemel.commandLine();
        return command.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
