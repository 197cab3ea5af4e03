package io.gemel.apply.postgres;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** PostgreSQL array literals out of texts: one bind value carries a whole column of a multi-row statement. Pure. */
final class ArrayLiteral {
    private ArrayLiteral() {}

    static <T> String of(List<T> items, Function<T, @Nullable String> text) {
        StringBuilder literal = new StringBuilder(items.size() * 12).append('{');
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                literal.append(',');
            }
            append(literal, text.apply(items.get(i)));
        }
        return literal.append('}').toString();
    }

    private static void append(StringBuilder literal, @Nullable String text) {
        if (text == null) {
            literal.append("NULL");
            return;
        }
        if (isPlain(text)) {
            literal.append(text);
            return;
        }
        literal.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                literal.append('\\');
            }
            literal.append(c);
        }
        literal.append('"');
    }

    /** Letters, digits and a few signs need no quotes, but the word NULL does. */
    private static boolean isPlain(String text) {
        if (text.isEmpty() || text.equalsIgnoreCase("null")) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= '0' && c <= '9')
                    || (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || c == '-'
                    || c == '.'
                    || c == '_'
                    || c == ':'
                    || c == '+';
            if (!plain) {
                return false;
            }
        }
        return true;
    }
}
