package io.gemel.deploy.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One key of a properties file whose name is fixed.
 *
 * @param name as written in the file
 * @param defaultText what is read when the file does not set it; null when the file must
 * @param parser reads its text
 * @param type what the parser gives
 */
record Key<T>(String name, @Nullable String defaultText, Parser<T> parser, Class<T> type) {
    /** Reads a setting's text, or says what is wrong with it. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(String text) throws BadValueException;
    }

    static <T> Key<T> required(String name, Parser<T> parser, Class<T> type) {
        return new Key<>(name, null, parser, type);
    }

    static <T> Key<T> key(String name, String defaultText, Parser<T> parser, Class<T> type) {
        return new Key<>(name, defaultText, parser, type);
    }

    static Key<Duration> duration(String name, String defaultText, Duration least, Duration most) {
        return key(name, defaultText, text -> Values.duration(text, least, most), Duration.class);
    }

    /** A size in bytes. */
    static Key<Long> size(String name, String defaultText, long least, long most) {
        return key(name, defaultText, text -> Values.size(text, least, most), Long.class);
    }

    static Key<Integer> count(String name, String defaultText, int least, int most) {
        return key(name, defaultText, text -> Values.count(text, least, most), Integer.class);
    }
}
