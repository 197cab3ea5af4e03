package io.gemel.router.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.router.TestFrontend;
import io.gemel.router.TestTimes;
import io.gemel.router.api.Durability;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterAccessLog;
import io.gemel.router.api.RouterBackendTls;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfig.Address;
import io.gemel.router.api.RouterConfigException;
import io.gemel.router.api.RouterDiscovery;
import io.gemel.router.api.RouterLimits;
import io.gemel.router.api.RouterTimes;
import io.gemel.router.request.Fingerprint;
import io.gemel.router.request.HeaderRules;
import io.gemel.router.request.RequestCheck;
import io.gemel.router.request.RequestTarget;
import io.gemel.router.request.Routes;
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
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

final class PureHttpTest {
    @Test
    void a_target_keeps_its_text_and_knows_its_plain_path() {
        assertThat(RequestTarget.parse("/a/./b/../c;x=1/%64?q=/../y"))
                .isEqualTo(new RequestTarget("/a/./b/../c;x=1/%64?q=/../y", "/a/c/d"));
        assertThat(RequestTarget.parse("http://evil.example/x?y").text()).isEqualTo("/x?y");
        assertThat(RequestTarget.parse("http://evil.example").text()).isEqualTo("/");
        assertThat(RequestTarget.parse("*")).isNull();
        assertThat(RequestTarget.parse("/a\u00e9")).isNull();
    }

    @Test
    void the_one_proper_spelling_of_an_outcome_query_is_understood() {
        assertThat(RequestTarget.parse("/gemel/outcome/k%201?fence=true").outcomeKey())
                .isEqualTo("k 1");
        assertThat(RequestTarget.parse("/gemel/outcome/k1?x&fence=true").fence())
                .isTrue();
        assertThat(RequestTarget.parse("/gemel/outcome/a%2fb").outcomeKey()).isNull();
        assertThat(RequestTarget.parse("/gemel/outcome/").outcomeKey()).isNull();
        assertThat(RequestTarget.parse("//gemel/outcome/k").outcomeKey()).isNull();
    }

    @Test
    void the_longest_prefix_of_whole_segments_decides_the_route() {
        Routes routes = new Routes(
                List.of(new Route("/a", Durability.SHIPPED, true), new Route("/a/b", Durability.APPLIED, false)));
        assertThat(routes.of("", RequestTarget.parse("/a/b/c")).durability()).isEqualTo(Durability.APPLIED);
        assertThat(routes.of("", RequestTarget.parse("/a/bc")).durability()).isEqualTo(Durability.SHIPPED);
        assertThat(routes.of("", RequestTarget.parse("/a/x/../b")).durability()).isEqualTo(Durability.APPLIED);
        assertThat(routes.of("", RequestTarget.parse("/ab")).durability()).isNull();
    }

    @Test
    void headers_of_one_connection_end_at_the_router() {
        List<Entry<String, String>> kept = HeaderRules.towardsVm(
                List.of(
                        Map.entry("Connection", "close, X-Private"),
                        Map.entry("X-Private", "1"),
                        Map.entry("Transfer-Encoding", "chunked"),
                        Map.entry("Gemel-Attempt", "9"),
                        Map.entry("gemel-fingerprint", "9"),
                        Map.entry("Forwarded", "for=9"),
                        Map.entry("Cookie", "a=b")),
                false);
        assertThat(kept).containsExactly(Map.entry("Cookie", "a=b"));
    }

    @Test
    void a_header_in_disguise_is_dropped_like_the_one_it_looks_like() {
        List<Entry<String, String>> kept = HeaderRules.towardsVm(
                List.of(
                        Map.entry("Gemel_Attempt", "9"),
                        Map.entry("Idempotency_Key", "k"),
                        Map.entry("X_Forwarded-For", "1.2.3.4"),
                        Map.entry("Content_Length", "9"),
                        Map.entry("My_Header", "kept")),
                true);
        assertThat(kept).containsExactly(Map.entry("My_Header", "kept"));
    }

    @Test
    void where_a_client_says_it_comes_from_is_believed_of_trusted_proxies_only() {
        List<Entry<String, String>> said = List.of(
                Map.entry("X-Forwarded-For", "1.2.3.4"),
                Map.entry("X-Forwarded-Proto", "https"),
                Map.entry("X-Forwarded-Prefix", "/app"),
                Map.entry("X-Real-IP", "1.2.3.4"),
                Map.entry("True-Client-IP", "1.2.3.4"),
                Map.entry("Forwarded", "for=1.2.3.4"));
        assertThat(HeaderRules.towardsVm(said, false)).isEmpty();
        assertThat(HeaderRules.towardsVm(said, true)).isEqualTo(said);
    }

    @Test
    void a_key_in_quotes_is_the_key() {
        assertThat(RequestCheck.key("q1")).isEqualTo("q1");
        assertThat(RequestCheck.key(" \"q1\" ")).isEqualTo("q1");
        assertThat(RequestCheck.key("\"q1\";p=1")).isEqualTo("q1");
        assertThat(RequestCheck.key("\"a\\\"b\\\\\"")).isEqualTo("a\"b\\");
        assertThat(RequestCheck.key("a\"b")).isEqualTo("a\"b");
        for (String improper : List.of("\"q1", "\"q1\" x", "\"\"", "\"a\\b\"", "\"q1\\", "", " ", "\u00e9")) {
            assertThat(RequestCheck.key(improper)).as(improper).isNull();
        }
        assertThat(RequestTarget.parse("/gemel/outcome/%22q%201%22?fence=true"))
                .isEqualTo(new RequestTarget("/gemel/outcome/q%201?fence=true", "/gemel/outcome/\"q 1\""));
    }

    @Test
    void the_fingerprint_tells_method_target_and_body_apart() {
        Fingerprint fingerprint = new Fingerprint();
        byte[] body = "42".getBytes(StandardCharsets.UTF_8);
        assertThat(fingerprint.of("POST", "/a", List.of(), body))
                .isEqualTo(fingerprint.of("POST", "/a", List.of(), body))
                .isNotEqualTo(fingerprint.of("POST", "/a", List.of("authorization: x"), body))
                .isNotEqualTo(fingerprint.of("PUT", "/a", List.of(), body))
                .isNotEqualTo(fingerprint.of("POST", "/b", List.of(), body))
                .isNotEqualTo(fingerprint.of("POST", "/a", List.of(), new byte[0]));
    }

    @Property
    void a_fold_is_found_wherever_the_network_cuts_a_head(
            @ForAll @IntRange(min = 1, max = 40) int first, @ForAll @IntRange(max = 40) int second) {
        byte[] folded = "\r\nGET / HTTP/1.1\r\nHost: x\r\nFoo: a\r\n b\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] plain =
                "GET / HTTP/1.1\r\nHost: x\r\nFoo: a\r\n\r\n body\r\n of two lines".getBytes(StandardCharsets.US_ASCII);
        assertThat(found(folded, first, first + second)).isTrue();
        assertThat(found(plain, first, first + second)).isFalse();
    }

    private static boolean found(byte[] head, int... cuts) {
        FoldScan scan = new FoldScan();
        boolean found = false;
        int from = 0;
        for (int cut : cuts) {
            int to = Math.min(cut, head.length);
            found |= scan.findsFold(Unpooled.wrappedBuffer(head, from, to - from));
            from = to;
        }
        return found || scan.findsFold(Unpooled.wrappedBuffer(head, from, head.length - from));
    }

    @Property
    void a_path_of_usual_segments_means_what_it_does_when_it_is_taken_apart(
            @ForAll @CharRange(from = '.', to = '/') @Chars({';', 'a', '_'}) @StringLength(max = 12) String rest) {
        RequestTarget usual = RequestTarget.parse("/" + rest);
        RequestTarget taken = RequestTarget.parse("/" + rest + ";x");
        assertThat(usual).isNotNull();
        assertThat(taken).isNotNull();
        assertThat(usual.plainPath()).isEqualTo(taken.plainPath());
    }

    @Test
    void all_that_is_wrong_with_a_configuration_is_said_at_once() {
        RouterTimes times = TestTimes.changed(RouterTimes.defaults(), wrong -> {
            wrong.requestTimeout = Duration.ZERO;
            wrong.verdictAvoid = Duration.ofSeconds(9);
        });
        RouterConfig.Vm vm = new RouterConfig.Vm("e 1", URI.create("http://a:1/x"), new SiteId("north"), "h");

        assertThatThrownBy(() -> new RouterConfig(
                        "r",
                        new SiteId("east"),
                        new Address("a", 1),
                        null,
                        TestFrontend.trusting("10.0.0.0/33", "here"),
                        RouterBackendTls.defaults(),
                        new Address("a", 2),
                        " ",
                        List.of(vm, vm),
                        List.of(),
                        RouterDiscovery.none(),
                        List.of(new Route("x", null, true)),
                        Durability.LOCAL,
                        RouterAccessLog.of(RouterAccessLog.Format.TEXT),
                        times,
                        RouterLimits.defaults()))
                .isInstanceOfSatisfying(
                        RouterConfigException.class,
                        e -> assertThat(e.problems())
                                .hasSizeGreaterThan(8)
                                .anyMatch(problem -> problem.contains("admin.token"))
                                .anyMatch(problem -> problem.contains("trusted.proxies has 10.0.0.0/33"))
                                .anyMatch(problem -> problem.contains("trusted.proxies has here"))
                                .anyMatch(problem -> problem.contains("vm.e 1.url"))
                                .anyMatch(problem -> problem.contains("site.north.status"))
                                .anyMatch(problem -> problem.contains("route.x"))
                                .anyMatch(problem -> problem.contains("request.timeout"))
                                .anyMatch(problem -> problem.contains("verdict.resubmit")));
    }
}
