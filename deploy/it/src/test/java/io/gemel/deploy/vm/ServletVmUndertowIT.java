package io.gemel.deploy.vm;

/** On Undertow. */
final class ServletVmUndertowIT extends ServletVmContract {
    ServletVmUndertowIT() {
        super(ServletServer::undertow, "<title>Error", "");
    }
}
