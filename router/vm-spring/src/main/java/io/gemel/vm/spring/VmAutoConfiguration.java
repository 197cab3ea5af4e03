package io.gemel.vm.spring;

import io.gemel.vm.Vm;
import io.gemel.vm.VmFilter;
import jakarta.servlet.Filter;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.ErrorPageRegistrar;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.error.ErrorAttributes;
import org.springframework.boot.web.servlet.support.ErrorPageFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Makes a servlet application a VM when {@code gemel.vm.name} is set. The data sources and transaction managers join submissions as they are
 * created, one filter answers routers before any other filter, and another one carries requests out as submissions after all others.
 */
@AutoConfiguration
@ConditionalOnProperty("gemel.vm.name")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({DataSource.class, TransactionExecutionListener.class})
@EnableConfigurationProperties(VmProperties.class)
public final class VmAutoConfiguration {
    private static final String VM = "gemelVm";

    @Bean
    static JoinedDataSources gemelDataSources(ConfigurableListableBeanFactory beans) {
        return new JoinedDataSources(beans);
    }

    /** For what the application submits without HTTP. */
    @Bean(name = VM, destroyMethod = "close")
    Vm vm(JoinedDataSources dataSources) {
        return dataSources.vm(VM);
    }

    @Bean
    VmLifecycle gemelLifecycle(Vm vm, VmProperties properties) {
        return new VmLifecycle(vm, properties.heartbeat().listen());
    }

    /** First: routers show no credentials. They ask below the root, whatever the application's paths begin with. */
    @Bean
    FilterRegistrationBean<VmFilter> gemelEndpoints(
            Vm vm, @Value("${server.servlet.context-path:}") String contextPath) {
        if (contextPath.length() > 1) {
            throw new IllegalStateException("server.servlet.context-path is '" + contextPath
                    + "': routers ask a VM below /gemel/, so it must be empty beside gemel.vm.name. spring.mvc.servlet.path may begin the"
                    + " paths of controllers instead");
        }
        FilterRegistrationBean<VmFilter> endpoints = new FilterRegistrationBean<>(new VmFilter(vm));
        endpoints.addUrlPatterns("/gemel/*");
        endpoints.setName("gemelEndpoints");
        endpoints.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return endpoints;
    }

    @Bean
    FilterRegistrationBean<FailedOutcome> gemelFailures() {
        FilterRegistrationBean<FailedOutcome> failures = new FilterRegistrationBean<>(new FailedOutcome());
        failures.setName("gemelFailures");
        failures.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return failures;
    }

    /** By the servlet's name: containers ask such filters after all those of a path. */
    @Bean
    FilterRegistrationBean<Filter> gemelSubmissions(
            Vm vm, ObjectProvider<ErrorPageRegistrar> pages, ObjectProvider<ErrorAttributes> errors) {
        ErrorPageFilter errorPages = new ErrorPageFilter();
        pages.orderedStream().forEach(registrar -> registrar.registerErrorPages(errorPages));
        FilterRegistrationBean<Filter> submissions =
                new FilterRegistrationBean<>(new SubmissionFilter(vm, errorPages, errors.getIfAvailable()));
        submissions.addServletNames("*");
        submissions.setName("gemelSubmissions");
        submissions.setOrder(Ordered.LOWEST_PRECEDENCE);
        return submissions;
    }
}
