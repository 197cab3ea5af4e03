package io.gemel.router;

import java.util.List;
import java.util.function.Consumer;

/** How clients come in a configuration, some of which a test changes. */
final class TestFrontend {
    List<String> trustedProxies;
    boolean proxyProtocol;
    boolean hostPreserve;
    List<String> keyScope;
    boolean keyScopeCertificate;
    RouterClientTls clientTls;
    RouterProtocols protocols;
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
    static RouterFrontend with(Consumer<TestFrontend> change) {
        return changed(RouterFrontend.defaults(), change);
    }

    /** The default, but that each connection begins with a head of the PROXY protocol. */
    static RouterFrontend behindProxy() {
        return with(frontend -> frontend.proxyProtocol = true);
    }

    /** The default, but that these proxies are believed. */
    static RouterFrontend trusting(String... proxies) {
        return with(frontend -> frontend.trustedProxies = List.of(proxies));
    }
}
