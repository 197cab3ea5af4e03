package io.gemel.router.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.Route;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.request.Affinity;
import io.gemel.router.request.RequestTarget;
import io.gemel.router.request.Routes;
import io.gemel.transaction.SiteId;
import io.vertx.core.MultiMap;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AffinitiesTest {
    private static final Route ROOT = route("/", null, "VM");
    private static final Route SHOP = route("/shop", "shop", null);
    private static final Route PLAIN = route("/plain", null, "");

    private final Routes routes = new Routes(List.of(ROOT, SHOP, PLAIN));
    private final Affinities affinities =
            new Affinities(routes, List.of(vm("e1", "default"), vm("e2", "default"), vm("s1", "shop")));

    private static Route route(String prefix, String group, String sticky) {
        return new Route("", prefix, null, true, null, null, null, group, sticky);
    }

    private static RouterConfig.Vm vm(String name, String group) {
        URI url = URI.create("http://127.0.0.1:1");
        return new RouterConfig.Vm(name, url, new SiteId("east"), "h", 0, null, group, 100);
    }

    private Affinity of(String path, String... cookies) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (String cookie : cookies) {
            headers.add("cookie", cookie);
        }
        return affinities.of(routes.of("", RequestTarget.parse(path)), headers);
    }

    @Test
    void a_cookie_names_a_vm_of_its_group_and_what_is_unknown_names_none() {
        String e2 = Affinity.value("VM", "e2");
        assertThat(of("/", "VM=" + e2)).isEqualTo(new Affinity("VM", "e2"));
        assertThat(of("/a", "x=1; VM=\"" + e2 + "\"; y=2").vm()).isEqualTo("e2");
        assertThat(of("/a", "x=1", "VM=nobody;VM=" + e2).vm()).isEqualTo("e2");
        assertThat(of("/a", "vm=" + e2, "VM", "VM=", "=" + e2, "").vm()).isNull();
        assertThat(of("/a", "VM=" + Affinity.value("VM", "gone")).vm()).isNull();
        assertThat(of("/a", "VM=" + Affinity.value("VM", "s1")).vm()).isNull();
        assertThat(of("/plain", "VM=" + e2)).isNull();
    }

    @Test
    void groups_that_share_a_host_have_cookies_of_their_own() {
        String s1 = Affinity.value("VM-shop", "s1");
        assertThat(of("/shop/1", "VM=" + Affinity.value("VM", "e1") + "; VM-shop=" + s1))
                .isEqualTo(new Affinity("VM-shop", "s1"));
        assertThat(of("/shop/1", "VM=" + s1).vm()).isNull();
    }

    @Test
    void no_vm_gets_these_cookies_and_each_gets_all_others_as_they_came() {
        assertThat(affinities.without(List.of(
                        Map.entry("Cookie", "a=\"1;\" ; VM=x; b"),
                        Map.entry("COOKIE", "VM-shop=1"),
                        Map.entry("cookie", "c= 1;d;"),
                        Map.entry("X", "VM=1"))))
                .containsExactly(
                        Map.entry("Cookie", "a=\"1;\" ; b"), Map.entry("cookie", "c= 1;d;"), Map.entry("X", "VM=1"));
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Cookie", "a=1; VM=x");
        assertThat(affinities.without(headers).get("cookie")).isEqualTo("a=1");
        Affinities none = new Affinities(new Routes(List.of()), List.of());
        assertThat(none.without(headers)).isSameAs(headers);
    }

    @Test
    void a_cookie_is_set_when_another_vm_answers_and_says_only_what_it_must() {
        Affinity affinity = new Affinity("VM", "e1");
        assertThat(affinity.setCookie("e1", true)).isNull();
        assertThat(affinity.setCookie(null, true)).isNull();
        assertThat(affinity.setCookie("e2", false))
                .isEqualTo("VM=" + Affinity.value("VM", "e2") + "; Path=/; HttpOnly; SameSite=Lax");
        assertThat(affinity.setCookie("e2", true))
                .endsWith("; SameSite=Lax; Secure")
                .doesNotContain("e2;");
        assertThat(Affinity.value("VM", "e2")).matches("[0-9a-f]{16}").isNotEqualTo(Affinity.value("X", "e2"));
    }
}
