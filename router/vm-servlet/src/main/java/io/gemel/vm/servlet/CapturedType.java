package io.gemel.vm.servlet;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The content type and the character encoding of an answer while it is written. Of the encodings that are named, wherever that is, the latest
 * counts; none does once text is written. For one thread.
 */
final class CapturedType {
    private static final Pattern CHARSET =
            Pattern.compile(";\\s*charset\\s*=\\s*(?:\"([^\"]*)\"|([^;\\s]*))\\s*", Pattern.CASE_INSENSITIVE);

    private final String standard;
    private @Nullable String type;
    private @Nullable String charset;
    private boolean text;

    /** @param standard the encoding of an answer that names none */
    CapturedType(String standard) {
        this.standard = standard;
    }

    /** @param value may name the encoding, too; null takes both out */
    void setType(@Nullable String value) {
        Matcher named = CHARSET.matcher(value == null ? "" : value);
        if (named.find()) {
            setCharset(named.group(1) == null ? named.group(2) : named.group(1));
        } else if (value == null) {
            setCharset(null);
        }
        type = value == null ? null : named.replaceAll("").strip();
    }

    /** @param value null for the standard one */
    void setCharset(@Nullable String value) {
        if (!text) {
            charset = value;
        }
    }

    /** Text is written from now on: its encoding is what it is. */
    void fix() {
        text = true;
    }

    /** With the encoding, when one was named or the answer is written as text. */
    @Nullable
    String withCharset() {
        return type != null && (charset != null || text) ? type + ";charset=" + charset() : type;
    }

    String charset() {
        return charset == null ? standard : charset;
    }

    void clear() {
        type = null;
        charset = null;
        text = false;
    }
}
