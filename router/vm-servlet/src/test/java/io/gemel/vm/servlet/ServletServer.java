package io.gemel.vm.servlet;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.ServletContainerInitializer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.IntSupplier;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

/**
 * A servlet container with one application.
 *
 * @param port what it listens on
 */
record ServletServer(int port, AutoCloseable container) implements AutoCloseable {
    /** Where applications show an {@link IllegalStateException}; the container shows every other error. */
    static final String ERROR_PAGE = "/sorry";

    @FunctionalInterface
    private interface Start {
        void run() throws Exception;
    }

    /** The kinds of containers. */
    @FunctionalInterface
    interface Kind {
        /**
         * Starts one.
         *
         * @param path of the application; empty for the root
         * @param application sets itself up
         * @param folder for the container's own files
         */
        ServletServer start(String path, ServletContainerInitializer application, Path folder) throws Exception;
    }

    static ServletServer tomcat(String path, ServletContainerInitializer application, Path folder) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext(path, folder.toString());
        context.addServletContainerInitializer(application, Set.of());
        ErrorPage page = new ErrorPage();
        page.setExceptionType(IllegalStateException.class.getName());
        page.setLocation(ERROR_PAGE);
        context.addErrorPage(page);
        AutoCloseable end = () -> {
            tomcat.stop();
            tomcat.destroy();
        };
        return started(tomcat::start, () -> tomcat.getConnector().getLocalPort(), end);
    }

    static ServletServer jetty(String path, ServletContainerInitializer application, Path folder) throws Exception {
        Server jetty = new Server(loopback());
        ServletContextHandler context = new ServletContextHandler(path.isEmpty() ? "/" : path);
        context.addServletContainerInitializer(application);
        ErrorPageErrorHandler pages = new ErrorPageErrorHandler();
        pages.addErrorPage(IllegalStateException.class, ERROR_PAGE);
        context.setErrorHandler(pages);
        jetty.setHandler(context);
        return started(jetty::start, () -> jetty.getURI().getPort(), jetty::stop);
    }

    static ServletServer undertow(String path, ServletContainerInitializer application, Path folder) throws Exception {
        DeploymentInfo deployment = Servlets.deployment()
                .setClassLoader(ServletServer.class.getClassLoader())
                .setDeploymentName("application")
                .setContextPath(path.isEmpty() ? "/" : path)
                .addErrorPage(new io.undertow.servlet.api.ErrorPage(ERROR_PAGE, IllegalStateException.class))
                .addServletContainerInitializer(new ServletContainerInitializerInfo(
                        application.getClass(), new ImmediateInstanceFactory<>(application), Set.of()));
        DeploymentManager manager = Servlets.newContainer().addDeployment(deployment);
        manager.deploy();
        Undertow undertow = Undertow.builder()
                .addHttpListener(0, loopback().getHostString())
                .setHandler(Handlers.path().addPrefixPath(deployment.getContextPath(), manager.start()))
                .build();
        AutoCloseable end = () -> {
            undertow.stop();
            manager.stop();
            manager.undeploy();
        };
        return started(
                undertow::start,
                () -> ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort(),
                end);
    }

    /** Starts a container, or ends what has been started of it. */
    private static ServletServer started(Start container, IntSupplier port, AutoCloseable end) throws Exception {
        try {
            container.run();
        } catch (Exception e) {
            end.close();
            throw e;
        }
        return new ServletServer(port.getAsInt(), end);
    }

    @Override
    public void close() {
        try {
            container.close();
        } catch (Exception e) {
            throw new IllegalStateException("the container does not stop", e);
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
