package io.gemel.apply.postgres;

import io.gemel.transaction.LargeText;
import io.gemel.transaction.RowImage;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** An array literal of a column in which values are large: written while it is read, so that it is nowhere as a whole. Pure. */
final class LargeArrayLiteral {
    private final List<RowImage> rows;
    private final int column;

    LargeArrayLiteral(List<RowImage> rows, int column) {
        this.rows = rows;
        this.column = column;
    }

    /** The literal's characters, from the beginning. */
    Reader reader() {
        Queue<Reader> pieces = new ArrayDeque<>();
        String before = "{";
        for (RowImage row : rows) {
            LargeText large = row.large(column);
            if (large == null) {
                String alone = ArrayLiteral.of(List.of(row), each -> each.value(column));
                before += alone.substring(1, alone.length() - 1) + ",";
            } else {
                pieces.add(new StringReader(before + '"'));
                pieces.add(new Escaped(large.reader()));
                before = "\",";
            }
        }
        pieces.add(new StringReader(before.substring(0, before.length() - 1) + "}"));
        return new InTurn(pieces);
    }

    private static final class InTurn extends Reader {
        private final Queue<Reader> pieces;

        InTurn(Queue<Reader> pieces) {
            this.pieces = pieces;
        }

        @Override
        public int read(char[] target, int from, int length) throws IOException {
            while (!pieces.isEmpty()) {
                int count = pieces.element().read(target, from, length);
                if (count >= 0) {
                    return count;
                }
                pieces.remove();
            }
            return -1;
        }

        @Override
        public void close() {}
    }

    /** Characters as they are inside of quotes. */
    private static final class Escaped extends Reader {
        private static final int PIECE = 1 << 13;

        private final Reader text;
        private final char[] piece = new char[PIECE];
        private int at;
        private int end;
        private boolean escaping; // the character at hand has its backslash

        Escaped(Reader text) {
            this.text = text;
        }

        @Override
        public int read(char[] target, int from, int length) throws IOException {
            if (at == end) {
                at = 0;
                end = text.read(piece, 0, PIECE);
                if (end < 0) {
                    end = 0;
                    return -1;
                }
            }
            int to = from;
            while (at < end && to < from + length) {
                char c = piece[at];
                boolean special = (c == '"' || c == '\\') && !escaping;
                target[to++] = special ? '\\' : c;
                escaping = special;
                at += special ? 0 : 1;
            }
            return to - from;
        }

        @Override
        public void close() {}
    }
}
