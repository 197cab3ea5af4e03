package io.gemel.vm.servlet;

/** On Jetty. */
final class ServletVmJettyIT extends ServletVmContract {
    ServletVmJettyIT() {
        super(ServletServer::jetty, "Jetty", "failed");
    }
}
