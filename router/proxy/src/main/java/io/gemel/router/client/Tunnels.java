package io.gemel.router.client;

import io.gemel.router.api.Settings;
import io.gemel.router.report.RouterCounters;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Long-lived streams of one event loop: connections that were upgraded to another protocol, and streamed answers.
 * Confined to it.
 */
public final class Tunnels {
    private static final int UNAVAILABLE = 503;

    private final RouterCounters counters;
    private final Settings settings;
    private final Set<Tunnel> open = new LinkedHashSet<>();
    private final Set<Rest> rests = new LinkedHashSet<>();
    private boolean closed;

    public Tunnels(RouterCounters counters, Settings settings) {
        this.counters = counters;
        this.settings = settings;
    }

    /** Lets a client speak with a VM that has switched to the protocol for which it was asked. */
    public void open(Client client, VmAnswer answer, Upgraded upgraded, ResponseInfo info) {
        int max = settings.now().frontend().protocols().upgradesMax();
        if (counters.upgraded.incrementAndGet() > max) {
            counters.upgraded.decrementAndGet();
            counters.shed.increment();
            upgraded.close();
            client.say(UNAVAILABLE, tooMany(max), info);
            return;
        }
        client.switches(answer, info)
                .onSuccess(channel -> start(client, channel, upgraded, info))
                .onFailure(why -> {
                    counters.upgraded.decrementAndGet();
                    upgraded.close();
                    client.record().left(info);
                });
    }

    static String tooMany(int max) {
        return "as many connections as upgrades.max allows (" + max + ") are upgraded; send it again later";
    }

    private void start(Client client, Channel channel, Upgraded upgraded, ResponseInfo info) {
        Tunnel made = new Tunnel(channel, upgraded, tunnel -> {
            open.remove(tunnel);
            counters.upgraded.decrementAndGet();
            client.record().ended(tunnel.bytes(), info);
        });
        open.add(made);
        made.start();
        if (closed || !channel.isActive()) {
            made.close();
        }
    }

    /** Time passes. */
    public void tick(long nowMillis) {
        if (open.isEmpty() && rests.isEmpty()) {
            return;
        }
        // As long again is left to whoever waits for the drain.
        long drainMillis = settings.now().times().drainTimeout().toMillis() / 2;
        for (Tunnel tunnel : new ArrayList<>(open)) {
            tunnel.tick(nowMillis, drainMillis);
        }
        rests.removeIf(rest -> rest.tick(nowMillis, drainMillis));
    }

    /** Ends an answer that would keep its VM from being drained. */
    public void watch(Rest rest) {
        rests.add(rest);
    }

    /** Ends upgraded connections, and those that are still to be opened as soon as they are. */
    public void close() {
        closed = true;
        new ArrayList<>(open).forEach(Tunnel::close);
    }
}
