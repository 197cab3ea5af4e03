package io.gemel.reason;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Which reasons hold for one site process. What is {@linkplain #raise raised} is one at once, what is {@linkplain #waiting waited for} becomes
 * one after {@link #waitLimit}; both hold until {@link #over}, however often they are told meanwhile. Thread-safe. Somebody must call
 * {@link #look} about once a second.
 */
public final class Reasons {
    /** The {@link #waitLimit} unless said otherwise. */
    public static final Duration WAIT_LIMIT = Duration.ofSeconds(10);

    /** Those of a site that is halted: a person must fix something, and until then it tries again and again. */
    private static final Set<ReasonCode> HALTS = EnumSet.of(
            ReasonCode.SITE_REFUSED, ReasonCode.SITE_UNPREPARED, ReasonCode.CAPTURE_HALTED, ReasonCode.APPLY_HALTED);

    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Duration waitLimit;
    private final ReasonListener listener;
    private final Set<Source> sources = new CopyOnWriteArraySet<>();
    private final Map<Key, Entry> entries = new HashMap<>();

    /** Checks a condition that no thread waits for. Called at every {@link #look}; must return quickly. */
    @FunctionalInterface
    public interface Source {
        /** Raises and ends what it finds. */
        void look(Reasons reasons);
    }

    private record Key(ReasonCode code, String subject) {}

    private static final class Entry {
        private final Instant since;
        private long dueNanos;
        private Supplier<String> text;
        private boolean told;

        Entry(Instant since, long dueNanos, Supplier<String> text) {
            this.since = since;
            this.dueNanos = dueNanos;
            this.text = text;
        }

        Reason reason(Key key) {
            return new Reason(key.code(), key.subject(), text.get(), since);
        }
    }

    /**
     * Begins without any.
     *
     * @param clock says since when a reason holds
     * @param nanoTime measures how long something is waited for
     * @param listener called on whichever thread finds out
     */
    public Reasons(InstantSource clock, LongSupplier nanoTime, ReasonListener listener) {
        this(clock, nanoTime, WAIT_LIMIT, listener);
    }

    /**
     * {@link #Reasons(InstantSource, LongSupplier, ReasonListener)} with a limit of its own.
     *
     * @param waitLimit what is waited for longer than this is a reason
     */
    public Reasons(InstantSource clock, LongSupplier nanoTime, Duration waitLimit, ReasonListener listener) {
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.waitLimit = waitLimit;
        this.listener = listener;
    }

    /** What is waited for longer than this is a reason. */
    public Duration waitLimit() {
        return waitLimit;
    }

    /** Says that a reason holds; a later text of the same one replaces the text. */
    public void raise(ReasonCode code, String subject, String text) {
        begin(code, subject, () -> text, Duration.ZERO, Duration.ZERO);
        due(code, subject);
        look(nanoTime.getAsLong());
    }

    /** {@link #raise(ReasonCode, String, String)} of the only reason of its kind. */
    public void raise(ReasonCode code, String text) {
        raise(code, "", text);
    }

    /**
     * Reports a wait, unless it was reported before.
     *
     * @param text called when the wait has become a reason, on any thread; must return immediately
     */
    public void waiting(ReasonCode code, String subject, Supplier<String> text) {
        begin(code, subject, text, Duration.ZERO, waitLimit);
    }

    /**
     * {@link #waiting(ReasonCode, String, Supplier)} for something that has been waited for already.
     *
     * @param already for how long; counts only the first time
     */
    public void waiting(ReasonCode code, String subject, Duration already, Supplier<String> text) {
        begin(code, subject, text, already, waitLimit);
    }

    private synchronized void begin(
            ReasonCode code, String subject, Supplier<String> text, Duration already, Duration limit) {
        Entry known = entries.get(new Key(code, subject));
        if (known != null) {
            known.text = text;
            return;
        }
        Instant since = clock.instant().minus(already);
        long due = nanoTime.getAsLong() + limit.minus(already).toNanos();
        entries.put(new Key(code, subject), new Entry(since, due, text));
    }

    /** What was only waited for until now is one at once. */
    private synchronized void due(ReasonCode code, String subject) {
        Entry known = entries.get(new Key(code, subject));
        if (known != null) {
            known.dueNanos = Math.min(known.dueNanos, nanoTime.getAsLong());
        }
    }

    /** Says that a reason no longer holds, or that what was waited for has come. */
    public synchronized void over(ReasonCode code, String subject) {
        Key key = new Key(code, subject);
        Entry entry = entries.remove(key);
        if (entry != null && entry.told) {
            listener.gone(entry.reason(key));
        }
    }

    /** {@link #over(ReasonCode, String)} for the only reason of its kind. */
    public void over(ReasonCode code) {
        over(code, "");
    }

    /** Asks a source at every {@link #look}, until {@link #unwatch}. */
    public void watch(Source source) {
        sources.add(source);
    }

    /** Asks a source no more. What it has raised stays until it is over. */
    public void unwatch(Source source) {
        sources.remove(source);
    }

    /** Asks the sources, and finds waits that have become reasons. */
    public void look() {
        sources.forEach(source -> source.look(this));
        look(nanoTime.getAsLong());
    }

    private synchronized void look(long now) {
        entries.forEach((key, entry) -> {
            if (!entry.told && now - entry.dueNanos >= 0) {
                entry.told = true;
                listener.appeared(entry.reason(key));
            }
        });
    }

    /** Returns whether the site is halted for one of them: then what it does as it tries again is no news. */
    public synchronized boolean isHalted() {
        return entries.keySet().stream().anyMatch(key -> HALTS.contains(key.code()));
    }

    /** All that hold now, by kind and subject. */
    public synchronized List<Reason> present() {
        List<Reason> present = new ArrayList<>();
        entries.forEach((key, entry) -> {
            if (entry.told) {
                present.add(entry.reason(key));
            }
        });
        present.sort(Comparator.comparing(Reason::code).thenComparing(Reason::subject));
        return present;
    }
}
