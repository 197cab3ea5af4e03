package io.gemel.vm.spring;

import io.gemel.vm.VmConfig;
import io.gemel.vm.VmLimits;
import io.gemel.vm.VmRegistration;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The settings below {@code gemel.vm}, validated as a whole.
 *
 * @param name the VM's name, as the routers' files give it: one for each running process. Without it nothing of this is
 *     active
 * @param site the site whose database the application uses
 * @param host the machine it runs on: VMs of one host are suspected together
 * @param submissions prefixes of the paths whose requests are submissions, of whole segments
 * @param dataSource the bean whose connections submissions use; empty for the only or the primary one
 * @param dataSourcesBeside beans of other data sources that may be used inside a submission, although what is written
 *     there is not in it
 * @param heartbeat where heartbeats are answered on dedicated threads
 * @param register routers at which the VM registers, instead of being named in their files
 * @param time longest a submission takes
 * @param requestsMax capacity that is reported to routers: concurrent requests; 0 reports none
 * @param bodyMax longest body of a submission
 * @param answerMax longest answer to a submission
 */
@ConfigurationProperties("gemel.vm")
public record VmProperties(
        @DefaultValue("") String name,
        @DefaultValue("") String site,
        @DefaultValue("") String host,
        @DefaultValue List<String> submissions,
        @DefaultValue("") String dataSource,
        @DefaultValue List<String> dataSourcesBeside,
        @DefaultValue Heartbeat heartbeat,
        @DefaultValue Register register,
        @DefaultValue("1m") Duration time,
        @DefaultValue("0") int requestsMax,
        @DefaultValue("1MB") DataSize bodyMax,
        @DefaultValue("1MB") DataSize answerMax) {
    private static final int PORT_MAX = 65_535;

    /**
     * Where {@link io.gemel.vm.VmHeartbeats} listens.
     *
     * @param address the network address; null for all of them
     * @param port 0 takes a free one; null when there is no listener of its own
     */
    public record Heartbeat(
            @Nullable InetAddress address, @Nullable Integer port) {
        /** Null when heartbeats are only answered where requests are. */
        @Nullable
        InetSocketAddress listen() {
            return port == null ? null : new InetSocketAddress(address, port);
        }
    }

    /**
     * Settings of {@link io.gemel.vm.VmRegistration}.
     *
     * @param routers each router's {@code admin.listen}; none when routers' files name the VM
     * @param token the routers' {@code register.token}
     * @param url where routers reach the application
     * @param heartbeatUrl where they reach the port of heartbeats; null when it has none
     * @param group the application that it is an instance of, as {@code route.<prefix>.group} of the routers names it
     */
    public record Register(
            @DefaultValue List<URI> routers,
            @DefaultValue("") String token,
            @Nullable URI url,
            @Nullable URI heartbeatUrl,
            @DefaultValue("default") String group) {
        public Register {
            routers = List.copyOf(routers);
        }

        /** Does not show the token. */
        @Override
        public String toString() {
            return "Register[" + url + " at " + routers + "]";
        }

        /** Tells the routers from now on; null when none are named. */
        @Nullable
        VmRegistration begin(VmConfig vm) {
            return url == null ? null : new VmRegistration(vm, routers, token, url, heartbeatUrl, group);
        }
    }

    /** @throws IllegalArgumentException naming every setting that is wrong */
    public VmProperties {
        List<String> problems = new ArrayList<>();
        require("gemel.vm.site", !site.isBlank(), "the site whose database this application uses", problems);
        require("gemel.vm.host", !host.isBlank(), "the machine it runs on, as routers' files name it", problems);
        require(
                "gemel.vm.submissions",
                !submissions.isEmpty(),
                "prefixes of the paths whose requests are submissions, for example /orders,/transfers",
                problems);
        submissions = List.copyOf(submissions);
        dataSourcesBeside = List.copyOf(dataSourcesBeside);
        checkSize("gemel.vm.body-max", bodyMax, problems);
        checkSize("gemel.vm.answer-max", answerMax, problems);
        if (heartbeat.address() != null && heartbeat.port() == null) {
            problems.add("gemel.vm.heartbeat.port is missing beside gemel.vm.heartbeat.address");
        }
        checkRegister(register, problems);
        Integer port = heartbeat.port();
        if (port != null && (port < 0 || port > PORT_MAX)) {
            problems.add("gemel.vm.heartbeat.port must be between 0 and " + PORT_MAX + ", not " + port);
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    private static void checkRegister(Register register, List<String> problems) {
        boolean named = !register.routers().isEmpty();
        if (named || !register.token().isEmpty() || register.url() != null || register.heartbeatUrl() != null) {
            require("gemel.vm.register.routers", named, "each router's admin.listen, http://HOST:PORT", problems);
            require("gemel.vm.register.token", !register.token().isBlank(), "the routers' register.token", problems);
            require(
                    "gemel.vm.register.url",
                    register.url() != null,
                    "where routers reach this application, http://HOST:PORT",
                    problems);
        }
    }

    private static void require(String key, boolean there, String what, List<String> problems) {
        if (!there) {
            problems.add(key + " is missing: " + what);
        }
    }

    private static void checkSize(String key, DataSize size, List<String> problems) {
        if (size.isNegative() || size.toBytes() > Integer.MAX_VALUE - 1) {
            problems.add(key + " must be between 0 and 2 GB, not " + size);
        }
    }

    /** @throws IllegalArgumentException naming what is wrong */
    VmConfig config(DataSource pool) {
        try {
            VmLimits limits = new VmLimits(
                    time,
                    VmLimits.DEFAULT.retriesMax(),
                    VmLimits.DEFAULT.heartbeat(),
                    Math.toIntExact(answerMax.toBytes()),
                    Math.toIntExact(bodyMax.toBytes()),
                    requestsMax);
            return new VmConfig(name, site, host, submissions, pool, limits);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("wrong below gemel.vm: " + e.getMessage(), e);
        }
    }
}
