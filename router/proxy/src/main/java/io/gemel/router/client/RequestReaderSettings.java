package io.gemel.router.client;

import io.gemel.router.api.RouterConfig;
import io.gemel.router.request.Routes;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * What a request is taken in by, from its head to its body: the settings of the moment at which its head came.
 *
 * @param groups those that VMs have, or may get
 * @param affinities the cookies of routes that are sticky
 * @param trusted networks of proxies that are believed
 */
record RequestReaderSettings(
        RouterConfig config,
        Routes routes,
        Set<String> groups,
        Affinities affinities,
        List<IpSubnetFilterRule> trusted,
        AccessLog accessLog) {
    static RequestReaderSettings of(RouterConfig config, InstantSource clock) {
        Routes routes = new Routes(config.routes());
        return new RequestReaderSettings(
                config,
                routes,
                config.groups(),
                new Affinities(routes, config.vms()),
                config.frontend().trusted(),
                new AccessLog(config.accessLog(), clock));
    }
}
