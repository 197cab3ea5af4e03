package io.gemel.router;

import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.time.InstantSource;
import java.util.List;

/**
 * What a request is taken in by, from its head to its body: the settings of the moment at which its head came.
 *
 * @param trusted networks of proxies that are believed
 */
record IntakeSettings(RouterConfig config, Routes routes, List<IpSubnetFilterRule> trusted, AccessLog accessLog) {
    static IntakeSettings of(RouterConfig config, InstantSource clock) {
        return new IntakeSettings(
                config,
                new Routes(config.routes()),
                config.frontend().trusted(),
                new AccessLog(config.accessLog(), clock));
    }
}
