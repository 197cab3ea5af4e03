package io.gemel.vm.spring;

import com.zaxxer.hikari.HikariDataSource;
import io.gemel.vm.Vm;
import java.lang.reflect.Modifier;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.util.ClassUtils;

/**
 * Makes the application's data sources and transaction managers those of a VM, as they are created. The data source of submissions lends the
 * submission's own connection to a thread that carries one out; every other data source is refused there. Each keeps its class.
 */
final class JoinedDataSources implements BeanPostProcessor {
    private static final Logger LOG = LoggerFactory.getLogger(JoinedDataSources.class);
    private static final String SCOPED_TARGET = "scopedTarget.";
    private static final boolean HIKARI =
            ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource", JoinedDataSources.class.getClassLoader());

    private final ConfigurableListableBeanFactory beans;
    private final AfterTheSubmission afterTheSubmission = new AfterTheSubmission();
    private volatile @Nullable Vm vm;

    JoinedDataSources(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /** The VM of the data source of submissions, which is created if it is not there yet. */
    Vm vm(String dependent) {
        String name = submissionsName();
        beans.getBean(name, DataSource.class);
        beans.registerDependentBean(name, dependent);
        return Objects.requireNonNull(vm, name + " was created before gemel-vm-spring could take part");
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof ConfigurableTransactionManager manager) {
            manager.addListener(afterTheSubmission);
        }
        if (!(bean instanceof DataSource pool)) {
            return bean;
        }
        String submissions = submissionsName();
        return name.equals(submissions) ? joined(pool) : besides(pool, name, submissions);
    }

    private Object joined(DataSource pool) {
        VmProperties properties = beans.getBean(VmProperties.class);
        Vm created = new Vm(properties.config(pool));
        tag(pool, Vm.sessionProperties(properties.name(), created.config().limits()));
        vm = created;
        return intercepted(pool, invocation -> {
            Object[] arguments = invocation.getArguments();
            return arguments.length == 0
                    ? created.dataSource().getConnection()
                    : created.dataSource().getConnection((String) arguments[0], (String) arguments[1]);
        });
    }

    private Object besides(DataSource pool, String name, String submissions) {
        if (name.startsWith(SCOPED_TARGET)
                || beans.getBean(VmProperties.class).dataSourcesBeside().contains(name)) {
            return pool;
        }
        return intercepted(pool, invocation -> {
            Vm joined = vm;
            if (joined != null && joined.isInSubmission()) {
                throw joined.refusal(
                        "the data source '" + name + "' is used inside a submission, whose own is '" + submissions
                                + "': what is written there is not part of the submission, and would be written"
                                + " again when it is resubmitted. Use it after the submission, or name it in"
                                + " gemel.vm.data-sources-beside if it only reads");
            }
            return invocation.proceed();
        });
    }

    private Object intercepted(DataSource pool, MethodInterceptor getConnection) {
        ProxyFactory proxy = new ProxyFactory(pool);
        proxy.setProxyTargetClass(!Modifier.isFinal(pool.getClass().getModifiers()));
        proxy.addAdvice((MethodInterceptor)
                invocation -> invocation.getMethod().getName().equals("getConnection")
                        ? getConnection.invoke(invocation)
                        : invocation.proceed());
        return proxy.getProxy(beans.getBeanClassLoader());
    }

    /** The bean that submissions use: the one that is named, the only one, or the primary one. */
    private String submissionsName() {
        String named = beans.getBean(VmProperties.class).dataSource();
        List<String> names = Arrays.stream(beans.getBeanNamesForType(DataSource.class, true, false))
                .filter(name -> !name.startsWith(SCOPED_TARGET))
                .toList();
        if (!named.isEmpty()) {
            if (!names.contains(named)) {
                throw new IllegalStateException("gemel.vm.data-source names no data source: there are " + names);
            }
            return named;
        }
        List<String> candidates = only(
                names,
                definition -> definition.isAutowireCandidate()
                        && !(definition instanceof AbstractBeanDefinition more && !more.isDefaultCandidate()));
        if (candidates.size() > 1) {
            candidates = only(candidates, BeanDefinition::isPrimary);
        }
        if (candidates.size() != 1) {
            throw new IllegalStateException("gemel.vm.data-source must name the data source of submissions: there are "
                    + names + ", and not one of them is the primary one");
        }
        return candidates.get(0);
    }

    private List<String> only(List<String> names, Predicate<BeanDefinition> test) {
        return names.stream()
                .filter(name -> !beans.containsBeanDefinition(name) || test.test(beans.getMergedBeanDefinition(name)))
                .toList();
    }

    private static void tag(DataSource pool, Map<String, String> properties) {
        if (!HIKARI || !Hikari.tag(pool, properties)) {
            LOG.warn(
                    "the connections of {} could not be tagged: give them the driver's properties {} before the"
                            + " first one is made, so that those of a dead VM are terminated immediately",
                    pool.getClass().getName(),
                    properties);
        }
    }

    /** Where the pool is HikariCP's. */
    private static final class Hikari {
        private static final String OPTIONS = "options";
        private static final String NAME = "ApplicationName";

        /** False when it is no such pool, or has made connections already. */
        static boolean tag(DataSource pool, Map<String, String> properties) {
            try {
                if (!pool.isWrapperFor(HikariDataSource.class)) {
                    return false;
                }
                HikariDataSource hikari = pool.unwrap(HikariDataSource.class);
                if (hikari.isRunning()) {
                    return false;
                }
                properties.forEach((key, value) -> put(hikari, key, value));
                return true;
            } catch (SQLException | RuntimeException e) {
                return false;
            }
        }

        /** The application's own settings stay, but for the name that tells the VM's sessions. */
        private static void put(HikariDataSource hikari, String key, String value) {
            Object own = hikari.getDataSourceProperties().get(key);
            if (own == null || key.equals(NAME)) {
                hikari.addDataSourceProperty(key, value);
            } else if (key.equals(OPTIONS)) {
                hikari.addDataSourceProperty(key, own + " " + value);
            }
        }
    }
}
