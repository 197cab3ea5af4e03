package io.gemel.router.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gemel.router.TestConfig;
import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterConfigException;
import io.gemel.router.http.Requests;
import io.gemel.transaction.SiteId;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RoutesTest {
    private static Route route(String host, String prefix, List<String> methods) {
        return new Route(host, prefix, null, true, null, null, methods, null, null);
    }

    private static String found(Routes routes, String host, String path) {
        return routes.of(Requests.host(HostAndPort.parseAuthority(host, -1)), RequestTarget.parse(path))
                .name();
    }

    @Test
    void the_host_decides_before_the_path() {
        Routes routes = new Routes(List.of(
                route("", "/a/b/c", null),
                route("*.example.com", "/", null),
                route("*.b.example.com", "/x", null),
                route("SHOP.example.com", "/a", null)));

        assertThat(found(routes, "shop.example.com", "/a/b/c")).isEqualTo("shop.example.com/a");
        assertThat(found(routes, "Shop.Example.com.:8080", "/a")).isEqualTo("shop.example.com/a");
        assertThat(found(routes, "shop.example.com", "/b")).isEqualTo("*.example.com/");
        assertThat(found(routes, "a.b.example.com", "/x/1")).isEqualTo("*.b.example.com/x");
        assertThat(found(routes, "a.b.example.com", "/y")).isEqualTo("*.example.com/");
        assertThat(found(routes, "example.com", "/a/b/c")).isEqualTo("/a/b/c");
        assertThat(found(routes, "notexample.com", "/")).isEqualTo("/");
        assertThat(found(routes, "[::1]:8080", "/a/b/c/d")).isEqualTo("/a/b/c");
        assertThat(Requests.host(null)).isEmpty();
    }

    @Test
    void a_route_has_the_methods_of_the_next_shorter_one_that_covers_it_unless_it_says_its_own() {
        Routes routes = new Routes(List.of(
                route("", "/a", List.of("GET", "POST")),
                route("", "/a/b", null),
                route("", "/a/all", List.of()),
                route("h", "/a/b/c", null),
                route("h", "/z", null)));

        Route inherited = routes.of("", RequestTarget.parse("/a/b/9"));
        assertThat(Routes.allowed(inherited)).isEqualTo("GET, HEAD, POST");
        assertThat(Routes.allows(inherited, "HEAD")).isTrue();
        assertThat(Routes.allows(inherited, "DELETE")).isFalse();
        assertThat(Routes.allows(routes.of("h", RequestTarget.parse("/a/b/c")), "DELETE"))
                .isFalse();
        assertThat(Routes.allows(routes.of("", RequestTarget.parse("/a/all")), "DELETE"))
                .isTrue();
        assertThat(Routes.allows(routes.of("h", RequestTarget.parse("/z")), "DELETE"))
                .isTrue();
        assertThat(Routes.allows(Routes.DEFAULT, "DELETE")).isTrue();
    }

    @Test
    void what_is_wrong_with_routes_is_named() {
        RouterConfig.Vm vm = new RouterConfig.Vm("e1", URI.create("http://127.0.0.1:1"), new SiteId("east"), "host-1");
        RouterConfigException refused = catchThrowableOfType(
                RouterConfigException.class,
                () -> TestConfig.changed(
                        TestConfig.of(vm),
                        config -> config.routes.addAll(List.of(
                                route("", "a", null),
                                route("a:80", "/", null),
                                route("a.*", "/", null),
                                route("", "/m", List.of("TRACE")),
                                route("h", "/", null),
                                route("H", "/", null)))));

        assertThat(refused.problems())
                .containsExactly(
                        "route.a must begin with /, or with a host and /",
                        "route.a:80/ has the host a:80: write a name without a port, such as shop.example.com or *.example.com",
                        "route.a.*/ has the host a.*: write a name without a port, such as shop.example.com or *.example.com",
                        "route./m.methods has TRACE, which is not passed on: write some of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
                        "route.h/ is there twice");
    }
}
