package io.gemel.vm.servlet;

/** On Undertow. */
final class ServletVmUndertowIT extends ServletVmContract {
    ServletVmUndertowIT() {
        super(ServletServer::undertow, "<title>Error", "");
    }
}
