package io.gemel.vm.spring;

import io.gemel.vm.Vm;
import io.gemel.vm.servlet.VmInnerFilter;
import io.gemel.vm.servlet.VmOuterFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletPath;
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
        return new VmLifecycle(vm, properties);
    }

    /** First: routers show no credentials. They ask below the root, whatever the application's paths begin with. */
    @Bean
    FilterRegistrationBean<VmOuterFilter> gemelOuter(
            Vm vm, ServletContext context, ObjectProvider<DispatcherServletPath> dispatchers) {
        dispatchers.forEach(VmAutoConfiguration::requireRoot);
        return outer(new VmOuterFilter(vm, context), "gemelOuter", DispatcherType.ERROR, Ordered.HIGHEST_PRECEDENCE);
    }

    /** A servlet of Gemel's own beside the dispatcher's would change what Spring Security takes the application's patterns for. */
    private static void requireRoot(DispatcherServletPath dispatcher) {
        if (!dispatcher.getPrefix().isEmpty()) {
            throw new IllegalStateException("spring.mvc.servlet.path is '" + dispatcher.getPath()
                    + "': Tomcat asks filters for paths of servlets only, and routers send requests to a VM"
                    + " below /gemel/. Leave it out beside gemel.vm.name,"
                    + " WebMvcConfigurer.configurePathMatch (addPathPrefix) can prefix the paths of"
                    + " controllers instead");
        }
    }

    /** In a WAR a filter of Spring Boot shows the errors that no other filter made an answer of: routers are told inside of it. */
    @Bean
    @ConditionalOnBean(ErrorPageFilter.class)
    FilterRegistrationBean<VmOuterFilter> gemelInsideErrorPages(
            Vm vm, ServletContext context, ErrorPageFilter errorPages) {
        return outer(
                new VmOuterFilter(vm, context),
                "gemelInsideErrorPages",
                DispatcherType.FORWARD,
                errorPages.getOrder() + 1);
    }

    private static FilterRegistrationBean<VmOuterFilter> outer(
            VmOuterFilter filter, String name, DispatcherType errors, int order) {
        FilterRegistrationBean<VmOuterFilter> outer = new FilterRegistrationBean<>(filter);
        outer.setName(name);
        outer.setDispatcherTypes(DispatcherType.REQUEST, errors);
        outer.setOrder(order);
        return outer;
    }

    /** By the servlet's name: containers ask such filters after all those of a path. */
    @Bean
    FilterRegistrationBean<VmInnerFilter> gemelInner(
            Vm vm, ObjectProvider<ErrorPageRegistrar> pages, ObjectProvider<ErrorAttributes> errors) {
        ErrorPageFilter errorPages = new ErrorPageFilter();
        pages.orderedStream().forEach(registrar -> registrar.registerErrorPages(errorPages));
        FilterRegistrationBean<VmInnerFilter> inner = new FilterRegistrationBean<>(
                new VmInnerFilter(vm, () -> new SpringHandling(vm, errorPages, errors.getIfAvailable())));
        inner.addServletNames("*");
        inner.setName("gemelInner");
        inner.setOrder(Ordered.LOWEST_PRECEDENCE);
        return inner;
    }
}
