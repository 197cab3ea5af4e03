package io.gemel.deploy.vm;

/** On Tomcat. */
final class ServletVmIT extends ServletVmContract {
    ServletVmIT() {
        super(ServletServer::tomcat, "Tomcat", "failed");
    }
}
