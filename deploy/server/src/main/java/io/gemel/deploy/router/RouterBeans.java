package io.gemel.deploy.router;

import io.gemel.deploy.router.RouterMXBeans.RouterMXBean;
import io.gemel.deploy.router.RouterMXBeans.VmMXBean;
import io.gemel.deploy.status.RegisteredBeans;
import io.gemel.router.Router;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterPart;
import io.gemel.router.api.RouterReport;
import io.gemel.transaction.SiteId;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import javax.management.MBeanServer;

/**
 * A router's figures as management beans: {@code io.gemel:type=Router,site=east,name=east-1} and one {@code io.gemel:type=Vm,site=east,name=e1}
 * for each VM that is named, where the site is the VM's own. Closing takes them away again. Safe to use from several threads.
 */
final class RouterBeans implements AutoCloseable {
    private final MBeanServer server;
    private final Router router;
    private final RegisteredBeans beans;
    private final Map<String, RegisteredBeans> vms = new HashMap<>();

    private RouterBeans(MBeanServer server, Router router) {
        this.server = server;
        this.router = router;
        beans = new RegisteredBeans(server);
    }

    /**
     * Registers the beans of a router.
     *
     * @throws IllegalStateException when beans of these names are registered already
     */
    static RouterBeans register(MBeanServer server, RouterConfig config, Router router) {
        RouterBeans all = new RouterBeans(server, router);
        all.beans.add("type=Router," + named(config.site(), config.name()), new RouterBean(router), RouterMXBean.class);
        all.follow(config);
        return all;
    }

    /** Has a bean for each VM that is named now, and for no other. */
    synchronized void follow(RouterConfig config) {
        Map<String, RouterConfig.Vm> named = new HashMap<>();
        config.vms().forEach(vm -> named.put(named(vm.site(), vm.name()), vm));
        vms.entrySet().removeIf(each -> {
            boolean gone = !named.containsKey(each.getKey());
            if (gone) {
                each.getValue().close();
            }
            return gone;
        });
        named.forEach((name, vm) -> vms.computeIfAbsent(name, unused -> {
            RegisteredBeans bean = new RegisteredBeans(server);
            bean.add("type=Vm," + name, new VmBean(router, vm.name()), VmMXBean.class);
            return bean;
        }));
    }

    private static String named(SiteId site, String name) {
        return "site=" + site + ",name=" + name;
    }

    @Override
    public synchronized void close() {
        beans.close();
        vms.values().forEach(RegisteredBeans::close);
        vms.clear();
    }

    private record RouterBean(Router router) implements RouterMXBean {
        private RouterReport now() {
            return router.report();
        }

        @Override
        public boolean isReady() {
            return now().ready();
        }

        @Override
        public boolean isReloadFailed() {
            return now().reload().failed();
        }

        @Override
        public String getReloadProblem() {
            return now().reload().problem();
        }

        @Override
        public long getReloadSuccessTimestampSeconds() {
            return now().reload().takenSeconds();
        }

        @Override
        public long getRequests() {
            return now().requests();
        }

        @Override
        public long getResubmitted() {
            return now().resubmitted();
        }

        @Override
        public long getRetried() {
            return now().retried();
        }

        @Override
        public long getReplayed() {
            return now().replayed();
        }

        @Override
        public long getInDoubt() {
            return now().inDoubt();
        }

        @Override
        public long getRejected() {
            return now().rejected();
        }

        @Override
        public long getDeclined() {
            return now().declined();
        }

        @Override
        public long getShed() {
            return now().shed();
        }

        @Override
        public long getMalformed() {
            return now().malformed();
        }

        @Override
        public long getHandshakesFailed() {
            return now().handshakesFailed();
        }

        @Override
        public long getQuarantined() {
            return now().quarantined();
        }

        @Override
        public long getDurabilityMissed() {
            return now().durabilityMissed();
        }

        @Override
        public int getInFlight() {
            return now().inFlight();
        }

        @Override
        public int getWaiting() {
            return now().waiting();
        }

        @Override
        public long getBodyBytes() {
            return now().bodyBytes();
        }

        @Override
        public int getConnections() {
            return now().connections();
        }

        @Override
        public int getUpgraded() {
            return now().upgraded();
        }

        @Override
        public double getLatencyMillisP50() {
            return now().latencyMillisP50();
        }

        @Override
        public double getLatencyMillisP99() {
            return now().latencyMillisP99();
        }
    }

    private record VmBean(Router router, String name) implements VmMXBean {
        private RouterReport.Vm now() {
            return router.report().vms().stream()
                    .filter(vm -> vm.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("the router knows no VM " + name));
        }

        @Override
        public String getState() {
            return now().state().name().toLowerCase(Locale.ROOT);
        }

        @Override
        public String getReason() {
            return now().reason();
        }

        @Override
        public String getGroup() {
            return now().group();
        }

        @Override
        public int getWeight() {
            return now().weight();
        }

        @Override
        public int getInFlight() {
            return now().inFlight();
        }

        @Override
        public int getUpgraded() {
            return now().upgraded();
        }

        @Override
        public double getLatencyMillis() {
            return now().latencyMillis();
        }

        @Override
        public long getDeaths() {
            return now().deaths();
        }

        @Override
        public String drain() {
            return said(router.drain(new RouterPart(RouterPart.Kind.VM, name), false));
        }

        @Override
        public String undrain() {
            return said(router.undrain(new RouterPart(RouterPart.Kind.VM, name)));
        }

        /** A refusal's own words: who calls may not have the exception's class. */
        private static String said(CompletionStage<String> done) {
            try {
                return done.toCompletableFuture().join();
            } catch (CompletionException e) {
                Throwable cause = e.getCause();
                throw new IllegalStateException(cause == null ? e.getMessage() : cause.getMessage());
            }
        }
    }
}
