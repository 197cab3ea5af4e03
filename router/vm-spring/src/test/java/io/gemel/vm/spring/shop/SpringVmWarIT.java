package io.gemel.vm.spring.shop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.WebApplicationContextUtils;

/** In a Tomcat that was there before, as a WAR is. */
final class SpringVmWarIT extends SpringVmContract {
    @TempDir
    static Path folder;

    /** What a WAR of the shop would begin with. */
    private static final class War extends SpringBootServletInitializer {
        private final String[] settings;

        private War(String... settings) {
            this.settings = settings;
        }

        @Override
        protected SpringApplicationBuilder configure(SpringApplicationBuilder shop) {
            System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
            // The shop's classes are not this Tomcat's, as those of a WAR would be.
            return shop.resourceLoader(new DefaultResourceLoader(ShopApplication.class.getClassLoader()))
                    .sources(ShopApplication.class)
                    .properties(Arrays.stream(settings)
                            .map(each -> each.substring("--".length()))
                            .toArray(String[]::new));
        }
    }

    /** A Tomcat with the application at a path. */
    private record Server(Tomcat tomcat, Context application) {
        static Server start(String path, String... settings) throws Exception {
            Tomcat tomcat = new Tomcat();
            Path base = Files.createTempDirectory(folder, "tomcat");
            tomcat.setBaseDir(base.toString());
            tomcat.setPort(0);
            Context application = tomcat.addContext(path, base.toString());
            application.addServletContainerInitializer(
                    (types, servlets) -> new War(settings).onStartup(servlets), Set.of());
            Server server = new Server(tomcat, application);
            try {
                tomcat.start();
                return server;
            } catch (LifecycleException e) {
                server.stop();
                throw e;
            }
        }

        void stop() throws LifecycleException {
            tomcat.stop();
            tomcat.destroy();
        }
    }

    @Override
    Running start(String... settings) throws Exception {
        Server server = Server.start("", settings);
        ServletContext servlets = server.application().getServletContext();
        WebApplicationContext context = WebApplicationContextUtils.getRequiredWebApplicationContext(servlets);
        return new Running(context, server.tomcat().getConnector().getLocalPort(), server::stop);
    }

    @Test
    void an_application_below_a_path_does_not_start() {
        assertThatThrownBy(() -> Server.start("/shop-1.0", settings("e2")))
                .rootCause()
                .hasMessageContainingAll("'/shop-1.0'", "/gemel/", "ROOT.war");
    }
}
