package io.gemel.deploy.vm;

/** On Jetty. */
final class ServletVmJettyIT extends ServletVmContract {
    ServletVmJettyIT() {
        super(ServletServer::jetty, "Jetty", "failed");
    }
}
