package io.gemel.deploy.demo;

import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.bank.BankLoad;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What clients see, second by second, and the longest wait that each event brought them. Used by one thread. */
final class Timeline {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    /** An event is felt by those who wanted to send something shortly before it, too: they may be under way. */
    private static final Duration LOOK_BACK = Duration.ofMillis(200);

    private final Screen screen;
    private final BankLoad load;
    private final long started = System.nanoTime();
    private final List<String> waits = new ArrayList<>();
    private int answeredBefore;

    Timeline(Screen screen, BankLoad load) {
        this.screen = screen;
        this.load = load;
    }

    /** Something done to the running system. */
    @FunctionalInterface
    interface Event {
        void happen() throws Exception;
    }

    /** Lets seconds pass and says what clients saw in each. */
    void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            long from = System.nanoTime();
            Pause.of(PERIOD);
            List<BankExchange> log = load.log();
            long longest = log.stream()
                    .filter(each -> each.ended() >= from)
                    .map(each -> each.latency().toMillis())
                    .max(Long::compare)
                    .orElse(0L);
            screen.say(String.format(
                    Locale.ROOT,
                    "  %3d s   %4d answers   longest wait %,6d ms   under way %d",
                    Duration.ofNanos(System.nanoTime() - started).toSeconds(),
                    log.size() - answeredBefore,
                    longest,
                    load.underWay()));
            answeredBefore = log.size();
        }
    }

    /** Lets something happen, and so many seconds pass after it; notes the longest wait of those that wanted to send something then. */
    void event(String what, Event event, int seconds) throws Exception {
        screen.say(what);
        long happened = System.nanoTime();
        event.happen();
        pass(seconds);
        Duration longest = load.slowest(happened - LOOK_BACK.toNanos(), System.nanoTime())
                .map(BankExchange::latency)
                .orElse(Duration.ZERO);
        waits.add(String.format(Locale.ROOT, "  %-58s %,6d ms", what, longest.toMillis()));
    }

    /** One line for each event. */
    List<String> waits() {
        return waits;
    }
}
