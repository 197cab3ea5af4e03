package io.gemel.vm.servlet;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The content type and the character encoding of an answer while it is written. For one thread. */
final class CapturedType {
    private static final String CHARSET = "charset=";

    private final String standard;
    private @Nullable String type;
    private @Nullable String charset;

    /** @param standard the encoding of an answer that names none */
    CapturedType(String standard) {
        this.standard = standard;
    }

    /** As it was set. */
    @Nullable
    String type() {
        return type;
    }

    void setType(@Nullable String value) {
        type = value;
    }

    void setCharset(@Nullable String value) {
        charset = value;
    }

    /** With the encoding, when one was set or the answer is written as text. */
    @Nullable
    String withCharset(boolean text) {
        String told = type;
        boolean without = told != null && at(told) < 0;
        return without && (charset != null || text) ? told + ";" + CHARSET + charset() : told;
    }

    String charset() {
        String told = type == null ? "" : type;
        if (charset != null || at(told) < 0) {
            return charset == null ? standard : charset;
        }
        return told.substring(at(told) + CHARSET.length())
                .split(";", 2)[0]
                .replace("\"", "")
                .strip();
    }

    void clear() {
        type = null;
        charset = null;
    }

    private static int at(String type) {
        return type.toLowerCase(Locale.ROOT).indexOf(CHARSET);
    }
}
