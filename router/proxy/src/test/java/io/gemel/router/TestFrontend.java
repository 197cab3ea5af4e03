package io.gemel.router;

import io.gemel.router.api.RouterClientTls;
import io.gemel.router.api.RouterFrontend;
import io.gemel.router.api.RouterProtocols;
import io.gemel.router.api.RouterTraces;
import java.util.List;
import java.util.function.Consumer;

/** How clients come in a configuration, some of which a test changes. */
public final class TestFrontend {
    List<String> trustedProxies;
    boolean proxyProtocol;
    boolean hostPreserve;
    List<String> keyScope;
    boolean keyScopeCertificate;
    RouterClientTls clientTls;
    public RouterProtocols protocols;
    RouterTraces traces;

    private TestFrontend(RouterFrontend usual) {
        trustedProxies = usual.trustedProxies();
        proxyProtocol = usual.proxyProtocol();
        hostPreserve = usual.hostPreserve();
        keyScope = usual.keyScope();
        keyScopeCertificate = usual.keyScopeCertificate();
        clientTls = usual.clientTls();
        protocols = usual.protocols();
        traces = usual.traces();
    }

    static RouterFrontend changed(RouterFrontend usual, Consumer<TestFrontend> change) {
        TestFrontend frontend = new TestFrontend(usual);
        change.accept(frontend);
        return new RouterFrontend(
                frontend.trustedProxies,
                frontend.proxyProtocol,
                frontend.hostPreserve,
                frontend.keyScope,
                frontend.keyScopeCertificate,
                frontend.clientTls,
                frontend.protocols,
                frontend.traces);
    }

    /** The default, but for what is changed. */
    public static RouterFrontend with(Consumer<TestFrontend> change) {
        return changed(RouterFrontend.defaults(), change);
    }

    /** The default, but that each connection begins with a head of the PROXY protocol. */
    public static RouterFrontend behindProxy() {
        return with(frontend -> frontend.proxyProtocol = true);
    }

    /** The default, but that these proxies are believed. */
    public static RouterFrontend trusting(String... proxies) {
        return with(frontend -> frontend.trustedProxies = List.of(proxies));
    }
}
