package io.gemel.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.router.RouterConfig.Address;
import io.gemel.router.RouterConfig.Durability;
import io.gemel.router.RouterConfig.Route;
import io.gemel.transaction.SiteId;
import io.netty.buffer.Unpooled;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class PureHttpTest {
    @Test
    void a_target_keeps_its_text_and_knows_its_plain_path() {
        assertThat(Target.parse("/a/./b/../c;x=1/%64?q=/../y"))
                .isEqualTo(new Target("/a/./b/../c;x=1/%64?q=/../y", "/a/c/d"));
        assertThat(Target.parse("http://evil.example/x?y").text()).isEqualTo("/x?y");
        assertThat(Target.parse("http://evil.example").text()).isEqualTo("/");
        assertThat(Target.parse("*")).isNull();
        assertThat(Target.parse("/a\u00e9")).isNull();
    }

    @Test
    void the_one_proper_spelling_of_an_outcome_query_is_understood() {
        assertThat(Target.parse("/gemel/outcome/k%201?fence=true").outcomeKey()).isEqualTo("k 1");
        assertThat(Target.parse("/gemel/outcome/k1?x&fence=true").fence()).isTrue();
        assertThat(Target.parse("/gemel/outcome/a%2fb").outcomeKey()).isNull();
        assertThat(Target.parse("/gemel/outcome/").outcomeKey()).isNull();
        assertThat(Target.parse("//gemel/outcome/k").outcomeKey()).isNull();
    }

    @Test
    void the_longest_prefix_of_whole_segments_decides_the_route() {
        Routes routes = new Routes(
                List.of(new Route("/a", Durability.SHIPPED, true), new Route("/a/b", Durability.APPLIED, false)));
        assertThat(routes.of(Target.parse("/a/b/c")).durability()).isEqualTo(Durability.APPLIED);
        assertThat(routes.of(Target.parse("/a/bc")).durability()).isEqualTo(Durability.SHIPPED);
        assertThat(routes.of(Target.parse("/a/x/../b")).durability()).isEqualTo(Durability.APPLIED);
        assertThat(routes.of(Target.parse("/ab")).durability()).isNull();
    }

    @Test
    void headers_of_one_connection_end_at_the_router() {
        List<Entry<String, String>> kept = HeaderRules.towardsVm(List.of(
                Map.entry("Connection", "close, X-Private"),
                Map.entry("X-Private", "1"),
                Map.entry("Transfer-Encoding", "chunked"),
                Map.entry("Gemel-Attempt", "9"),
                Map.entry("gemel-fingerprint", "9"),
                Map.entry("Forwarded", "for=9"),
                Map.entry("Cookie", "a=b")));
        assertThat(kept).containsExactly(Map.entry("Cookie", "a=b"));
    }

    @Test
    void the_fingerprint_tells_method_target_and_body_apart() {
        Fingerprint fingerprint = new Fingerprint();
        byte[] body = "42".getBytes(StandardCharsets.UTF_8);
        assertThat(fingerprint.of("POST", "/a", body))
                .isEqualTo(fingerprint.of("POST", "/a", body))
                .isNotEqualTo(fingerprint.of("PUT", "/a", body))
                .isNotEqualTo(fingerprint.of("POST", "/b", body))
                .isNotEqualTo(fingerprint.of("POST", "/a", new byte[0]));
    }

    @Property
    void a_fold_is_found_wherever_the_network_cuts_a_head(@ForAll @IntRange(min = 1, max = 40) int cut) {
        byte[] folded = "GET / HTTP/1.1\r\nHost: x\r\nFoo: a\r\n b\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] plain = "GET / HTTP/1.1\r\nHost: x\r\nFoo: a\r\n\r\n body".getBytes(StandardCharsets.US_ASCII);
        assertThat(found(folded, cut)).isTrue();
        assertThat(found(plain, cut)).isFalse();
    }

    private static boolean found(byte[] head, int cut) {
        RequestGuard.FoldScan scan = new RequestGuard.FoldScan();
        int at = Math.min(cut, head.length);
        return scan.findsFold(Unpooled.wrappedBuffer(head, 0, at))
                || scan.findsFold(Unpooled.wrappedBuffer(head, at, head.length - at));
    }

    @Test
    void all_that_is_wrong_with_a_configuration_is_said_at_once() {
        RouterTimes usual = RouterTimes.defaults();
        RouterTimes times = new RouterTimes(
                Duration.ZERO,
                usual.idleTimeout(),
                usual.headerTimeout(),
                usual.bodyTimeout(),
                usual.connectTimeout(),
                usual.vmIdleTimeout(),
                usual.heartbeatInterval(),
                usual.heartbeatIntervalRemote(),
                Duration.ofSeconds(9),
                usual.verdictResubmit(),
                usual.verdictSiteDown(),
                usual.durabilityTimeout(),
                usual.slowStart(),
                usual.lagMax(),
                usual.waitMax(),
                usual.drainTimeout());
        RouterConfig.Vm vm = new RouterConfig.Vm("e 1", URI.create("http://a:1/x"), new SiteId("north"), "h");

        assertThatThrownBy(() -> new RouterConfig(
                        "r",
                        new SiteId("east"),
                        new Address("a", 1),
                        null,
                        null,
                        new Address("a", 2),
                        " ",
                        List.of(vm, vm),
                        List.of(),
                        List.of(new Route("x", null, true)),
                        Durability.LOCAL,
                        true,
                        times,
                        RouterLimits.defaults()))
                .isInstanceOfSatisfying(
                        RouterConfigException.class,
                        e -> assertThat(e.problems())
                                .hasSizeGreaterThan(8)
                                .anyMatch(problem -> problem.contains("admin.token"))
                                .anyMatch(problem -> problem.contains("vm.e 1.url"))
                                .anyMatch(problem -> problem.contains("site.north.status"))
                                .anyMatch(problem -> problem.contains("route.x"))
                                .anyMatch(problem -> problem.contains("request.timeout"))
                                .anyMatch(problem -> problem.contains("verdict.resubmit")));
    }
}
