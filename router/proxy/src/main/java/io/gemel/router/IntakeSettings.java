package io.gemel.router;

import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * What a request is taken in by, from its head to its body: the settings of the moment at which its head came.
 *
 * @param groups those that VMs have, or may get
 * @param trusted networks of proxies that are believed
 */
record IntakeSettings(
        RouterConfig config, Routes routes, Set<String> groups, List<IpSubnetFilterRule> trusted, AccessLog accessLog) {
    static IntakeSettings of(RouterConfig config, InstantSource clock) {
        return new IntakeSettings(
                config,
                new Routes(config.routes()),
                config.groups(),
                config.frontend().trusted(),
                new AccessLog(config.accessLog(), clock));
    }
}
