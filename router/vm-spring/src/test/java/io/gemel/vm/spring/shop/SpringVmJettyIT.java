package io.gemel.vm.spring.shop;

import org.springframework.boot.web.embedded.jetty.JettyServletWebServerFactory;
import org.springframework.context.annotation.Bean;

/** On Jetty. */
final class SpringVmJettyIT extends SpringVmContract {
    /** No part of other tests' applications. */
    static final class Server {
        @Bean
        JettyServletWebServerFactory server() {
            return new JettyServletWebServerFactory();
        }
    }

    @Override
    Running start(String... settings) {
        return embedded(Server.class, settings);
    }
}
