package io.gemel.deploy.router;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Brings the bank on Spring Boot to {@link FaultInjection}: it is started with this as a further source ({@code spring.main.sources}). */
@Configuration(proxyBeanMethods = false)
class SpringGrief {
    /** The setting that names the folder of orders. */
    static final String ORDERS = "gemel.test.orders";

    @Bean
    static FaultInjection grief(@Value("${gemel.vm.name}") String vm, @Value("${" + ORDERS + "}") Path orders) {
        return new FaultInjection(vm, orders);
    }

    /** The pool itself, before Gemel's own processor sees it. */
    @Bean
    static Pools griefOfPools(FaultInjection grief) {
        return new Pools(grief);
    }

    @Bean
    WebMvcConfigurer griefOfHandlers(FaultInjection grief) {
        return new WebMvcConfigurer() {
            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new Handlers(grief));
            }
        };
    }

    private record Pools(FaultInjection grief) implements BeanPostProcessor, PriorityOrdered {
        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            return bean instanceof DataSource pool ? grief.around(pool) : bean;
        }

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }
    }

    /** The handling begins: the key is claimed, nothing is written. */
    private record Handlers(FaultInjection grief) implements HandlerInterceptor {
        @Override
        public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
            String key = request.getHeader("Idempotency-Key");
            if (key != null) {
                grief.begin(key);
            }
            return true;
        }
    }
}
