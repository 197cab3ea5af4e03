package io.gemel.vm.servlet;

/** On Tomcat. */
final class ServletVmIT extends ServletVmContract {
    ServletVmIT() {
        super(ServletServer::tomcat, "Tomcat", "failed");
    }
}
