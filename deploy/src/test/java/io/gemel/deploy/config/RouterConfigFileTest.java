package io.gemel.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gemel.deploy.config.RouterSettings.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterConfigFileTest {
    private static final String SMALLEST = """
            router=east-1
            site=east
            vm.e1.url=http://127.0.0.1:9001
            vm.e1.site=east
            vm.e1.host=host-1
            site.east.status=http://127.0.0.1:7070
            """;

    @TempDir
    Path folder;

    @Test
    void reads_the_smallest_file_with_every_default() throws Exception {
        RouterSettings router = read(SMALLEST);

        assertThat(router.router()).isEqualTo("east-1");
        assertThat(router.listen()).hasToString("127.0.0.1:8080");
        assertThat(router.adminListen()).hasToString("127.0.0.1:8081");
        assertThat(router.tls()).isEmpty();
        assertThat(router.durability()).isEqualTo(Durability.LOCAL);
        assertThat(router.vms()).singleElement().satisfies(vm -> {
            assertThat(vm.name()).isEqualTo("e1");
            assertThat(vm.url()).hasToString("http://127.0.0.1:9001");
            assertThat(vm.site()).hasToString("east");
            assertThat(vm.host()).isEqualTo("host-1");
        });
        assertThat(router.sites())
                .singleElement()
                .hasToString("Site[name=east, status=http://127.0.0.1:7070, token=******]");
        assertThat(router.times().siteDown()).isEqualTo(Duration.ofMillis(2500));
        assertThat(router.intake().bodyMax()).isEqualTo(1 << 20);
    }

    @Test
    void reads_routes_with_the_longest_prefix_first() throws Exception {
        RouterSettings router = read(SMALLEST
                + "route./a.durability=applied\nroute./a/uploads.resubmit=false\nroute./a/v1.2.durability=shipped\n");

        assertThat(router.routes())
                .containsExactly(
                        new RouterSettings.Route("/a/uploads", Optional.empty(), false),
                        new RouterSettings.Route("/a/v1.2", Optional.of(Durability.SHIPPED), true),
                        new RouterSettings.Route("/a", Optional.of(Durability.APPLIED), true));
    }

    @Test
    void reports_every_problem_together_with_line_and_mend() {
        ConfigException refused = refuse("""
                router=east 1
                siite=east
                vm.e1.url=127.0.0.1:9001
                vm.e1.site=west
                vm.e2.url=http://127.0.0.1:9002
                vm.e2.site=east
                vm.e2.host=host-1
                vm.e3.url=http://127.0.0.1:9002
                vm.e3.site=east
                vm.e3.host=host-1
                vm.e3.port=9002
                site.east.status=http://127.0.0.1:7070/status
                durability=remote
                route.transfers.durability=applied
                access.log=yes
                tls.key=nowhere.pem
                verdict.avoid=1
                """);

        assertThat(refused.problems().stream().map(problem -> problem.line() + " " + problem.problem()))
                .containsExactly(
                        "0 the key site is missing",
                        "0 tls.certificate is not set",
                        "1 router has the name 'east 1'",
                        "2 unknown key siite",
                        "3 vm.e1.url is '127.0.0.1:9001', which is no server's address",
                        "3 the key vm.e1.host is missing",
                        "4 vm.e1.site names west, whose process is not named",
                        "8 vm.e3.url is that of the VM e2, too",
                        "11 vm.e3.port is not known",
                        "12 site.east.status is 'http://127.0.0.1:7070/status', which is no server's address",
                        "13 durability is 'remote'",
                        "14 route.transfers.durability has the path 'transfers'",
                        "15 access.log is 'yes'",
                        "16 tls.key is " + folder.resolve("nowhere.pem") + ", which cannot be read",
                        "17 verdict.avoid is '1'");
        assertThat(refused)
                .hasMessageContaining("did you mean site?")
                .hasMessageContaining("write one of local, shipped, applied")
                .hasMessageContaining("add a line site.west.status=http://HOST:PORT");
    }

    @Test
    void takes_tokens_from_files_and_shows_them_nowhere() throws Exception {
        Files.writeString(folder.resolve("token"), "s3cret\n");

        RouterSettings router = read(SMALLEST + "admin.token=${file:token}\nsite.east.token=${file:token}\n");

        assertThat(router.adminToken().text()).isEqualTo("s3cret");
        assertThat(router.sites().get(0).token().text()).isEqualTo("s3cret");
        assertThat(router.toString()).doesNotContain("s3cret");
    }

    @Test
    void tells_a_routers_file_from_a_sites() throws Exception {
        assertThat(RouterConfigFile.describesRouter(write(SMALLEST))).isTrue();
        assertThat(RouterConfigFile.describesRouter(write("site=east\npeer=west\n")))
                .isFalse();
        assertThat(RouterConfigFile.describesRouter(folder.resolve("nowhere"))).isFalse();
    }

    private RouterSettings read(String text) throws ConfigException, IOException {
        return RouterConfigFile.read(write(text), Map.of());
    }

    private ConfigException refuse(String text) {
        return catchThrowableOfType(ConfigException.class, () -> read(text));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("router.properties"), text);
    }
}
