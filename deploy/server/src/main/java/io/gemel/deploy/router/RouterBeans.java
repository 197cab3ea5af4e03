package io.gemel.deploy.router;

import io.gemel.deploy.status.FigureBean;
import io.gemel.deploy.status.FigureBean.Operation;
import io.gemel.deploy.status.RegisteredBeans;
import io.gemel.router.Router;
import io.gemel.router.api.RouterConfig;
import io.gemel.router.api.RouterFigures;
import io.gemel.router.api.RouterPart;
import io.gemel.router.api.RouterReport;
import io.gemel.transaction.SiteId;
import java.util.HashMap;
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
        all.beans.add(
                "type=Router," + named(config.site(), config.name()),
                new FigureBean<>(RouterFigures.ALL, router::report, Map.of()));
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
            bean.add("type=Vm," + name, bean(vm.name()));
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

    private RouterReport.Vm vm(String name) {
        return router.report().vms().stream()
                .filter(vm -> vm.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the router knows no VM " + name));
    }

    private FigureBean<RouterReport.Vm> bean(String name) {
        RouterPart part = new RouterPart(RouterPart.Kind.VM, name);
        return new FigureBean<>(
                RouterFigures.VM,
                () -> vm(name),
                Map.of(
                        "drain", new Operation(String.class, () -> said(router.drain(part, false))),
                        "undrain", new Operation(String.class, () -> said(router.undrain(part)))));
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
