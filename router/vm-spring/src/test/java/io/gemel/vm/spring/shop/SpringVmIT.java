package io.gemel.vm.spring.shop;

import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.context.annotation.Bean;

/** On Tomcat, Spring Boot's own. */
final class SpringVmIT extends SpringVmContract {
    /** No part of other tests' applications. */
    static final class Server {
        @Bean
        TomcatServletWebServerFactory server() {
            return new TomcatServletWebServerFactory();
        }
    }

    @Override
    Running start(String... settings) {
        return embedded(Server.class, settings);
    }
}
