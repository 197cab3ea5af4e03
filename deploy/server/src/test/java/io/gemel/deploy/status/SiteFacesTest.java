package io.gemel.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.config.HostPort;
import io.gemel.deploy.config.Secret;
import io.gemel.reason.ReasonCode;
import io.gemel.transaction.SiteId;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What operators' dashboards, scripts and eyes are used to: every figure of a site, on each of its four faces, in full. */
class SiteFacesTest {
    private static final StatusReport REPORT = StatusReport.of(
            "east",
            true,
            new StatusReport.Capture(SideState.PAUSED, "capture is paused", 1, 2, 3, 4, 5),
            new StatusReport.Apply(SideState.RUNNING, "", 1_006, 7, 8, 9, 21_000, 10.5, 11, 25, 12, 22),
            new StatusReport.Window(13, 14, 15, 16, 23, 24_000_000),
            new StatusReport.Gate(false, "the peer's log is not applied up to its end"),
            new StatusReport.Conflicts(
                    17, Map.of("UPDATE_UPDATE", 18L, "INSERT_INSERT", 26L), Map.of("incoming_wins", 19L)),
            new StatusReport.Clock(-20),
            List.of(
                    reason(ReasonCode.TABLE_REFUSED, "public.t", "table public.t has no primary key"),
                    reason(ReasonCode.TABLE_REFUSED, "public.u", "table public.u has no primary key"),
                    reason(ReasonCode.TABLE_UNPREPARED, "public.v", "table public.v is not in the publication"),
                    reason(ReasonCode.APPLY_PEER_SILENT, "", "nothing comes")));

    private static StatusReport.Reason reason(ReasonCode code, String subject, String text) {
        return new StatusReport.Reason(code.code(), subject, text, "2026-01-01T00:00:00Z", code.stops());
    }

    @Test
    void json() throws Exception {
        assertThat(StatusJson.tree(answer("/status"))).isEqualTo(StatusJson.tree(Faces.expected("site.json")));
    }

    @Test
    void prometheus() throws Exception {
        assertThat(Faces.families(answer("/metrics"))).isEqualTo(Faces.families(Faces.expected("site.prom")));
    }

    @Test
    void management() throws Exception {
        ApplyControl control = new ApplyControl() {
            @Override
            public void pause() {}

            @Override
            public void resume() {}
        };
        assertThat(Faces.beans(server -> SiteBeans.register(server, new SiteId("east"), () -> REPORT, control)))
                .isEqualTo(Faces.expected("site.jmx"));
    }

    @Test
    void command() throws Exception {
        assertThat(String.join("\n", StatusTable.lines(List.of(REPORT, Reports.running()))) + "\n")
                .isEqualTo(Faces.expected("site.txt"));
    }

    private static String answer(String path) throws Exception {
        try (StatusServer server =
                StatusServer.start(new HostPort("127.0.0.1", 0), () -> REPORT, new WaitingDesk(), new Secret(""))) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                    .build();
            return HttpClient.newHttpClient()
                    .send(request, BodyHandlers.ofString())
                    .body();
        }
    }
}
