package io.gemel.router.fleet;

import io.gemel.router.api.RouterDiscovery;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.dns.DnsClient;
import io.vertx.core.dns.DnsClientOptions;
import io.vertx.core.dns.DnsException;
import io.vertx.core.dns.DnsResponseCode;
import io.vertx.core.dns.SrvRecord;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks DNS for what a name stands for, each time anew. Confined to one event loop. */
final class DnsQuestion {
    private static final long TIMEOUT_MILLIS = 2000;

    private DnsQuestion() {}

    /**
     * Where something can be reached.
     *
     * @param host an address, or a name when DNS says no more
     */
    record Endpoint(String host, int port) {}

    /**
     * Asks.
     *
     * @param server null for those that the machine uses
     * @return the same for the same records, whatever their order; empty when there is no such name, or it stands for nothing
     */
    static Future<List<Endpoint>> ask(Vertx vertx, RouterDiscovery.Name name, @Nullable InetSocketAddress server) {
        DnsClientOptions options = new DnsClientOptions().setQueryTimeout(TIMEOUT_MILLIS);
        if (server != null) {
            options.setHost(server.getHostString()).setPort(server.getPort());
        }
        DnsClient client = vertx.createDnsClient(options); // a new one remembers no answer
        return ask(client, name)
                .map(found -> found.stream()
                        .distinct()
                        .sorted(Comparator.comparing(Endpoint::host).thenComparing(Endpoint::port))
                        .toList())
                .eventually(client::close);
    }

    private static Future<List<Endpoint>> ask(DnsClient client, RouterDiscovery.Name name) {
        if (name.port() == 0) {
            return known(client.resolveSRV(name.dns()))
                    .map(records -> records.stream().map(DnsQuestion::service).toList());
        }
        Future<List<String>> short4 = known(client.resolveA(name.dns()));
        Future<List<String>> long6 = known(client.resolveAAAA(name.dns()));
        return Future.all(short4, long6)
                .map(both -> Stream.concat(short4.result().stream(), long6.result().stream())
                        .map(address -> new Endpoint(address, name.port()))
                        .toList());
    }

    /** That there is no such name is an answer, too. */
    private static <T> Future<List<T>> known(Future<List<T>> answer) {
        return answer.recover(why -> why instanceof DnsException no && no.code() == DnsResponseCode.NXDOMAIN
                ? Future.succeededFuture(List.of())
                : Future.failedFuture(why));
    }

    /** Priority and weight are for clients that choose by themselves. */
    private static Endpoint service(SrvRecord record) {
        String target = String.valueOf(record.target()).toLowerCase(Locale.ROOT);
        return new Endpoint(target.endsWith(".") ? target.substring(0, target.length() - 1) : target, record.port());
    }
}
