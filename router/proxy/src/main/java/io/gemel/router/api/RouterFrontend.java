package io.gemel.router.api;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How clients connect and are identified, and what VMs learn of it.
 *
 * @param trustedProxies {@code trusted.proxies}: addresses and networks, such as {@code 10.0.0.0/8}, whose {@code
 *     X-Forwarded-*} and {@code Forwarded} are trusted and passed on
 * @param proxyProtocol {@code listen.proxy.protocol}: whether each connection begins with a PROXY protocol header,
 *     version 1 or 2
 * @param hostPreserve {@code host.preserve}: whether VMs see the client's Host instead of their own address
 * @param keyScope {@code key.scope.headers}: headers whose values belong to an Idempotency-Key: a client with other
 *     values does not get the first client's answer
 * @param keyScopeCertificate {@code key.scope.certificate}: whether the identity in a client's verified certificate
 *     belongs to the key as well
 * @param clientTls TLS towards clients
 * @param protocols protocols with clients other than HTTP/1.1
 * @param traces whether the router takes part in traces
 */
public record RouterFrontend(
        List<String> trustedProxies,
        boolean proxyProtocol,
        boolean hostPreserve,
        List<String> keyScope,
        boolean keyScopeCertificate,
        RouterClientTls clientTls,
        RouterProtocols protocols,
        RouterTraces traces) {
    private static final Pattern NETWORK = Pattern.compile("([0-9a-fA-F.:]+)(?:/(\\d{1,3}))?");
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    public RouterFrontend {
        trustedProxies = List.copyOf(trustedProxies);
        keyScope = List.copyOf(keyScope);
    }

    /** The defaults. */
    public static RouterFrontend defaults() {
        return new RouterFrontend(
                List.of(),
                false,
                true,
                List.of("Authorization"),
                true,
                RouterClientTls.defaults(),
                RouterProtocols.defaults(),
                RouterTraces.defaults());
    }

    void check(List<String> problems) {
        traces.check(problems);
        protocols.check(problems);
        for (String network : trustedProxies) {
            try {
                rule(network);
            } catch (IllegalArgumentException e) {
                problems.add("trusted.proxies has " + network
                        + ", which is neither an address nor a network such as 10.0.0.0/8");
            }
        }
    }

    /** The networks that are trusted. */
    public List<IpSubnetFilterRule> trusted() {
        List<IpSubnetFilterRule> policy = new ArrayList<>();
        trustedProxies.forEach(network -> policy.add(rule(network)));
        return policy;
    }

    private static IpSubnetFilterRule rule(String network) {
        Matcher matcher = NETWORK.matcher(network);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(network);
        }
        String address = matcher.group(1);
        String given = matcher.group(2);
        int bits = given != null ? Integer.parseInt(given) : address.contains(":") ? IPV6_BITS : IPV4_BITS;
        return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
    }

    /** Whether a peer is one of them. */
    public static boolean matches(List<IpSubnetFilterRule> trusted, String address) {
        if (trusted.isEmpty()) {
            return false;
        }
        InetSocketAddress peer = new InetSocketAddress(address, 0); // a numeric address: nothing is looked up
        return !peer.isUnresolved() && trusted.stream().anyMatch(rule -> rule.matches(peer));
    }
}
