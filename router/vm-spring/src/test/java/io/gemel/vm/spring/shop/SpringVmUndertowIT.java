package io.gemel.vm.spring.shop;

import org.springframework.boot.web.embedded.undertow.UndertowServletWebServerFactory;
import org.springframework.context.annotation.Bean;

/** On Undertow. */
final class SpringVmUndertowIT extends SpringVmContract {
    /** No part of other tests' applications. */
    static final class Server {
        @Bean
        UndertowServletWebServerFactory server() {
            return new UndertowServletWebServerFactory();
        }
    }

    @Override
    Running start(String... settings) {
        return embedded(Server.class, settings);
    }
}
