package io.gemel.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.router.api.RouterFigures;
import io.gemel.router.api.RouterReport;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What operators' dashboards and scripts are used to: every figure of a router, as JSON and as Prometheus text, in full. */
class RouterFacesTest {
    private static final RouterReport REPORT = new RouterReport(
            "east-1",
            "east",
            "no VM takes requests",
            new RouterReport.Reload("wait.max is 'long': write it with a unit", 1_700_000_000),
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            11,
            12,
            13,
            14,
            15,
            16,
            17,
            18,
            19.5,
            20.25,
            List.of(
                    new RouterReport.Vm(
                            "e1",
                            "east",
                            "h1",
                            "shop",
                            21,
                            RouterReport.VmState.UNFIT,
                            "its gate \"is\" closed",
                            22,
                            23,
                            24.5,
                            25),
                    new RouterReport.Vm("w1", "west", "h2", "crm", 26, RouterReport.VmState.ALIVE, "", 27, 28, 29, 30)),
            List.of(
                    new RouterReport.Site("east", RouterReport.SiteState.STRANDED, "its VMs are gone", 31, 32, 33),
                    new RouterReport.Site("west", RouterReport.SiteState.UP, "", 34, 35, -1)),
            List.of(
                    new RouterReport.Group(
                            "shop",
                            "",
                            36,
                            37,
                            List.of(
                                    new RouterReport.Place("east", 38, 39, 40),
                                    new RouterReport.Place("west", 41, 42, 43))),
                    new RouterReport.Group("crm", "no VM takes requests", 44, 45, List.of())),
            List.of(
                    new RouterReport.Discovery("pods", "shop.svc", 46, ""),
                    new RouterReport.Discovery("more", "crm.svc", 47, "the name does not exist")),
            48,
            List.of(new RouterReport.Answers(
                    "/orders",
                    "e1",
                    "2xx",
                    List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L),
                    1_500_000)),
            List.of(new RouterReport.Answers(
                    "-", "w1", "answered", List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 49L), 50)));

    @Test
    void json() throws Exception {
        assertThat(new JsonObject(RouterFigures.ALL.json(REPORT))).isEqualTo(new JsonObject(expected("router.json")));
    }

    @Test
    void prometheus() throws Exception {
        assertThat(RouterFigures.ALL.prometheus(REPORT, "router", REPORT.router()))
                .isEqualTo(expected("router.prom"));
    }

    private static String expected(String face) throws Exception {
        try (InputStream text = RouterFacesTest.class.getResourceAsStream(face)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
