package io.gemel.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gemel.deploy.embedded.SelfSigned;
import io.gemel.router.api.Durability;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterClientTls;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterTimes;
import io.gemel.router.api.RouterTls;
import io.gemel.transaction.SiteId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
    void reads_the_smallest_file_with_the_modules_own_defaults() throws Exception {
        RouterConfig router = read(SMALLEST);

        assertThat(router.name()).isEqualTo("east-1");
        assertThat(router.listen()).hasToString("127.0.0.1:8080");
        assertThat(router.admin()).hasToString("127.0.0.1:8081");
        assertThat(router.adminToken()).isNull();
        assertThat(router.tls()).isNull();
        assertThat(router.durability()).isEqualTo(Durability.LOCAL);
        assertThat(router.vms())
                .containsExactly(
                        new RouterConfig.Vm("e1", URI.create("http://127.0.0.1:9001"), new SiteId("east"), "host-1"));
        assertThat(router.sites())
                .containsExactly(new RouterConfig.Site(new SiteId("east"), URI.create("http://127.0.0.1:7070"), null));
        assertThat(router.times()).isEqualTo(RouterTimes.defaults());
        assertThat(router.limits()).isEqualTo(RouterLimits.defaults());
    }

    @Test
    void takes_every_documented_key() throws Exception {
        for (Key<?> key : RouterKeys.ALL) {
            String text = key.defaultText();
            if (text != null && !text.isEmpty()) {
                RouterConfig router = read(SMALLEST + key.name() + "=" + text + "\n");
                assertThat(router.limits()).as(key.name()).isEqualTo(RouterLimits.defaults());
                assertThat(router.vms()).as(key.name()).hasSize(1);
            }
        }
        assertThat(read(SMALLEST + "vm.connections.max=20\n").limits().vmConnectionsMax())
                .isEqualTo(20);
    }

    @Test
    void takes_a_vm_whose_name_begins_like_a_key() throws Exception {
        RouterConfig router = read(SMALLEST + "vm.idle.url=http://127.0.0.1:9009\nvm.idle.site=east\nvm.idle.host=h\n"
                + "vm.idle.requests.max=24\n");

        assertThat(router.vms()).extracting(RouterConfig.Vm::name).containsExactly("e1", "idle");
        assertThat(router.vms()).extracting(RouterConfig.Vm::requestsMax).containsExactly(0, 24);
    }

    @Test
    void reads_an_address_for_heartbeats_which_must_be_another_one() throws Exception {
        String line = "vm.e1.heartbeat.url=http://127.0.0.1:";

        assertThat(read(SMALLEST + line + "9101\n").vms())
                .extracting(RouterConfig.Vm::heartbeatUrl)
                .containsExactly(URI.create("http://127.0.0.1:9101"));
        assertThat(refuse(SMALLEST + line + "9001\n")).hasMessageContaining("vm.e1.heartbeat.url");
    }

    @Test
    void reads_names_in_dns_and_needs_no_vm_then() throws Exception {
        String alone = SMALLEST.replaceAll("(?m)^vm\\.e1\\..*\n", "");
        RouterDiscovery discovery = read(alone + "discover.shop.dns=shop.test:8080\ndiscover.shop.site=east\n"
                        + "discover.shop.heartbeat.port=9101\ndiscover.srv.dns=_http._tcp.shop.test\n"
                        + "discover.srv.site=east\ndiscover.server=127.0.0.1:8600\n")
                .discovery();

        assertThat(discovery.names())
                .containsExactly(
                        new RouterDiscovery.Name("shop", new SiteId("east"), "shop.test", 8080, 9101, 0, "default"),
                        new RouterDiscovery.Name(
                                "srv", new SiteId("east"), "_http._tcp.shop.test", 0, 0, 0, "default"));
        assertThat(discovery.server().getPort()).isEqualTo(8600);
        SecretFile.write(folder.resolve("token"), "s3cret\n");
        assertThat(read(alone + "register.token=${file:token}\n").vms()).isEmpty();
        assertThat(refuse(alone)).hasMessageContaining("no VM is named");
        assertThat(refuse(alone + "discover.shop.dns=shop.test:8080\ndiscover.shop.sites=east\n"))
                .hasMessageContaining("discover.shop.sites is not known")
                .hasMessageContaining("discover.shop.site is missing");
        assertThat(refuse(alone + "discover.shop.dns=http://shop\ndiscover.shop.site=east\n"))
                .hasMessageContaining("discover.shop.dns");
        assertThat(refuse(alone + "discover.shop.dns=a b\ndiscover.shop.site=east\n"))
                .hasMessageContaining("write NAME:PORT for addresses");
        assertThat(refuse(alone + "discover.shop.dns=shop.test:8080\ndiscover.shop.site=west\n"))
                .hasMessageContaining("site.west.status");
    }

    @Test
    void takes_entries_from_the_folder_beside_the_file() throws Exception {
        entries("b.properties", "vm.e2.url=http://127.0.0.1:9002\nvm.e2.site=east\nvm.e2.host=host-2\n");
        entries("a.properties", "route./a.submission=true\n");
        entries("notes.txt", "no properties\n");

        RouterConfig router = read(SMALLEST);

        assertThat(router.vms()).extracting(RouterConfig.Vm::name).containsExactly("e1", "e2");
        assertThat(router.routes()).extracting(Route::prefix).containsExactly("/a");
    }

    @Test
    void reports_what_is_wrong_with_entries_with_their_file_and_line() throws Exception {
        Path a = entries("a.properties", "vm.e2.url=http://127.0.0.1:9001\nvm.e2.site=east\n");
        Path b = entries("b.properties", "# more\nvm.e1.host=host-7\nwait.max=1s\nvm.e2.sites=east\n");

        assertThat(refuse(SMALLEST + "wait.max=x\n").problems().stream()
                        .map(problem -> problem.file().getFileName() + ":" + problem.line() + " " + problem.problem()))
                .containsExactly(
                        "router.properties:7 wait.max is 'x'",
                        "a.properties:1 the key vm.e2.host is missing",
                        "a.properties:1 vm.e2.url is that of the VM e1, too",
                        "b.properties:2 vm.e1.host is already set in " + folder.resolve("router.properties")
                                + ", line 5",
                        "b.properties:3 wait.max is already set in " + folder.resolve("router.properties") + ", line 7",
                        "b.properties:4 vm.e2.sites is not known");
        Files.delete(a);
        Files.writeString(b, "wait.max=1s\n");
        assertThat(refuse(SMALLEST))
                .hasMessageContaining("b.properties:1: wait.max is not allowed here: move it into " + folder);
    }

    private Path entries(String name, String text) throws IOException {
        Path entries = Files.createDirectories(folder.resolve("router.properties.d"));
        return Files.writeString(entries.resolve(name), text);
    }

    @Test
    void reads_routes() throws Exception {
        RouterConfig router = read(SMALLEST
                + "route./a.durability=applied\nroute./a/uploads.resubmit=false\nroute./a/v1.2.durability=shipped\n"
                + "route./a/v1.2.submission=true\nroute./a/v1.2.timeout=45s\n");

        assertThat(router.routes())
                .containsExactlyInAnyOrder(
                        new Route("/a/uploads", null, false),
                        new Route("/a/v1.2", Durability.SHIPPED, true, true, Duration.ofSeconds(45)),
                        new Route("/a", Durability.APPLIED, true));
    }

    @Test
    void reads_routes_of_a_host_and_methods_and_weights() throws Exception {
        RouterConfig router = read(SMALLEST
                + "route.Shop.example.com/.timeout=45s\nroute.shop.example.com/v1.2.methods=GET, POST\n"
                + "route.*.example.com/a.methods=\nvm.e1.weight=0\n");

        assertThat(router.routes())
                .containsExactlyInAnyOrder(
                        new Route("shop.example.com", "/", null, true, null, Duration.ofSeconds(45), null, null, null),
                        new Route(
                                "shop.example.com",
                                "/v1.2",
                                null,
                                true,
                                null,
                                null,
                                List.of("GET", "POST"),
                                null,
                                null),
                        new Route("*.example.com", "/a", null, true, null, null, List.of(), null, null));
        assertThat(router.vms()).extracting(RouterConfig.Vm::weight).containsExactly(0);
        assertThat(refuse(SMALLEST + "route./a.methods=get\n"))
                .hasMessageContaining(":7: route./a.methods has get, which is not passed on");
        assertThat(read(SMALLEST + "route./a.sticky=BANKVM\nroute./a/b.sticky=\n")
                        .routes())
                .extracting(Route::sticky)
                .containsExactly("BANKVM", "");
        assertThat(refuse(SMALLEST + "route./a.sticky=a b\n"))
                .hasMessageContaining(":7: route./a.sticky=a b is no name for a cookie");
        assertThat(refuse(SMALLEST + "vm.e1.weight=1001\n")).hasMessageContaining(":7: vm.e1.weight");
    }

    @Test
    void reads_groups_each_of_which_needs_a_route_and_a_vm() throws Exception {
        String second = "vm.e2.url=http://127.0.0.1:9002\nvm.e2.site=east\nvm.e2.host=host-2\n";
        RouterConfig router = read(SMALLEST + second + "vm.e2.group=shop\nroute.shop.example.com/.group=shop\n");

        assertThat(router.vms()).extracting(RouterConfig.Vm::group).containsExactly("default", "shop");
        assertThat(router.routes()).extracting(Route::group).containsExactly("shop");
        assertThat(refuse(SMALLEST + "route./shop.group=shop\n"))
                .hasMessageContaining(
                        ":7: route./shop.group=shop names a group that no VM is of: add vm.<name>.group=shop");
        assertThat(refuse(SMALLEST + "vm.e1.group=shop\n"))
                .hasMessageContaining(
                        ":7: vm.e1.group=shop is a group that no route leads to: add route.<prefix>.group=shop");
        assertThat(refuse(SMALLEST + second + "vm.e2.group=shop\nroute./.group=shop\n"))
                .hasMessageContaining("vm.e1.group=default is a group that no route leads to");
    }

    @Test
    void reports_what_does_not_fit_together_with_its_line() {
        ConfigException refused =
                refuse(SMALLEST + "verdict.avoid=2s\nverdict.resubmit=1s\nidle.timeout=10s\nroute./a.timeout=5m\n");

        assertThat(refused.problems().stream().map(ConfigProblem::line)).containsExactly(8, 9, 9);
        assertThat(refused).hasMessageContaining("verdict.resubmit must not be below verdict.avoid");
    }

    @Test
    void reports_every_problem_together_with_line_and_fix() {
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
                        "3 vm.e1.url is '127.0.0.1:9001', which is not a server's address",
                        "3 the key vm.e1.host is missing",
                        "4 vm.e1.site names west, whose process is not named",
                        "8 vm.e3.url is that of the VM e2, too",
                        "11 vm.e3.port is not known",
                        "12 site.east.status is 'http://127.0.0.1:7070/status', which is not a server's address",
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
    void takes_tokens_and_certificates_from_files_and_shows_them_nowhere() throws Exception {
        SecretFile.write(folder.resolve("token"), "s3cret\n");
        SelfSigned keys = SelfSigned.make(folder, "EC", "dns:east");
        SecretFile.write(folder.resolve("router.pem"), keys.certificate());
        SecretFile.write(folder.resolve("router.key"), keys.key());

        RouterConfig router = read(SMALLEST + "admin.token=${file:token}\nsite.east.token=${file:token}\n"
                + "tls.certificate=router.pem\ntls.key=router.key\ntls.authorities=router.pem\n");

        assertThat(router.adminToken()).isEqualTo("s3cret");
        assertThat(router.sites().get(0).token()).isEqualTo("s3cret");
        assertThat(router.tls()).isEqualTo(new RouterTls(keys.certificate(), keys.key()));
        assertThat(router.backendTls().authorities()).isEqualTo(keys.certificate());
        assertThat(router.toString() + router.sites() + router.tls())
                .doesNotContain("s3cret")
                .doesNotContain("PRIVATE KEY");
    }

    @Test
    void reports_a_certificate_a_key_or_an_authority_that_cannot_be_used_with_its_line_and_fix() throws Exception {
        SelfSigned keys = SelfSigned.make(folder, "EC", "dns:east");
        SecretFile.write(folder.resolve("router.pem"), keys.certificate());
        SecretFile.write(folder.resolve("router.key"), keys.key());
        SecretFile.write(
                folder.resolve("other.key"),
                SelfSigned.make(folder, "EC", "dns:east").key());
        Files.write(folder.resolve("router.der"), new byte[] {0x30, (byte) 0x82, 0, 0});

        assertOneProblem("router.der", "router.key", "", "7 tls.certificate holds no certificate in PEM form");
        assertOneProblem("router.pem", "router.pem", "", "8 tls.key holds no private key in PEM form");
        assertOneProblem("router.pem", "other.key", "", "8 tls.key does not belong to the first certificate");
        assertOneProblem("router.pem", "nowhere.key", "", "8 tls.key is " + folder.resolve("nowhere.key"));
        assertOneProblem("nowhere.pem", "router.key", "", "7 tls.certificate is " + folder.resolve("nowhere.pem"));
        assertOneProblem("router.pem", "router.key", "router.key", "9 tls.authorities holds no certificate");
        assertOneProblem("router.pem", "router.key", "nowhere", "9 tls.authorities is " + folder.resolve("nowhere"));
    }

    @Test
    void refuses_a_key_that_others_may_read_or_write() throws Exception {
        SelfSigned keys = SelfSigned.make(folder, "EC", "dns:east");
        Files.writeString(folder.resolve("router.pem"), keys.certificate());
        Path key = Files.writeString(folder.resolve("router.key"), keys.key());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-rw-rw-"));

        assertOneProblem(
                "router.pem",
                "router.key",
                "",
                "8 tls.key refers to " + key + ", which others than its owner may read or write");

        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        assertThat(read(SMALLEST + "tls.certificate=router.pem\ntls.key=router.key\n")
                        .tls())
                .isNotNull();
    }

    @Test
    void refuses_a_field_of_the_access_log_that_is_none_and_lists_those_that_are() throws Exception {
        assertThat(read(SMALLEST + "access.log.fields=id, trace\n").accessLog().fields())
                .containsExactly("id", "trace");
        assertThat(refuse(SMALLEST + "access.log.fields=id,user\n"))
                .hasMessageContaining(
                        "7: access.log.fields has 'user', which is not a field: the fields are time, address, ");
        assertThat(refuse(SMALLEST + "access.log.fields=id,id\n")).hasMessageContaining("names a field twice");
    }

    @Test
    void reads_certificates_for_some_hosts_also_from_the_folder_and_asks_clients_for_theirs() throws Exception {
        SelfSigned keys = SelfSigned.make(folder, "EC", "dns:shop.example");
        SecretFile.write(folder.resolve("router.pem"), keys.certificate());
        SecretFile.write(folder.resolve("router.key"), keys.key());
        entries("certificates.properties", "tls.sni.b.certificate=own.pem\ntls.sni.b.key=own.key\n");
        SecretFile.write(folder.resolve("router.properties.d/own.pem"), keys.certificate());
        SecretFile.write(folder.resolve("router.properties.d/own.key"), keys.key());

        String first = SMALLEST + "tls.certificate=router.pem\ntls.key=router.key\n";
        RouterConfig router = read(first + "tls.sni.a.certificate=router.pem\ntls.sni.a.key=router.key\n"
                + "tls.client.auth=required\ntls.client.authorities=router.pem\n"
                + "tls.outbound.certificate=router.pem\ntls.outbound.key=router.key\n");

        RouterTls pair = new RouterTls(keys.certificate(), keys.key());
        assertThat(router.frontend().clientTls())
                .isEqualTo(new RouterClientTls(
                        List.of(new RouterClientTls.Named("a", pair), new RouterClientTls.Named("b", pair)),
                        RouterClientTls.Auth.REQUIRED,
                        keys.certificate()));
        assertThat(router.backendTls().identity()).isEqualTo(pair);
        assertThat(refuse(first + "tls.sni.a.certificate=router.pem\n"))
                .hasMessageContaining("tls.sni.a.key is missing");
        assertThat(refuse(first + "tls.sni.a.cert=router.pem\n"))
                .hasMessageContaining("such an entry has the keys certificate and key");
        assertThat(refuse(first + "tls.outbound.key=router.key\n"))
                .hasMessageContaining("tls.outbound.certificate is not set");
        assertThat(refuse(first + "tls.client.auth=required\n"))
                .hasMessageContaining("9: tls.client.auth=required needs tls.client.authorities");
        assertThat(refuse(first + "tls.client.auth=always\n")).hasMessageContaining("none, request, required");
    }

    private void assertOneProblem(String certificate, String key, String authorities, String start) {
        ConfigException refused = refuse(SMALLEST + "tls.certificate=" + certificate + "\ntls.key=" + key
                + "\ntls.authorities=" + authorities + "\n");

        assertThat(refused.problems().stream().map(problem -> problem.line() + " " + problem.problem()))
                .singleElement()
                .asString()
                .startsWith(start);
    }

    @Test
    void tells_a_routers_file_from_a_sites() throws Exception {
        assertThat(RouterConfigFile.describesRouter(write(SMALLEST))).isTrue();
        assertThat(RouterConfigFile.describesRouter(write("site=east\npeer=west\n")))
                .isFalse();
        assertThat(RouterConfigFile.describesRouter(folder.resolve("nowhere"))).isFalse();
    }

    private RouterConfig read(String text) throws ConfigException, IOException {
        return RouterConfigFile.read(write(text), Map.of());
    }

    private ConfigException refuse(String text) {
        return catchThrowableOfType(ConfigException.class, () -> read(text));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("router.properties"), text);
    }
}
