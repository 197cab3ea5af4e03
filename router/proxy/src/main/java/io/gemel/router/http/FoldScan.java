package io.gemel.router.http;

import io.netty.buffer.ByteBuf;

/** Looks for a header line that begins with a blank. */
final class FoldScan {
    private enum Place {
        /** Before the first line: empty lines may stand there. */
        BEFORE,
        LINE,
        LINE_START,
        /** Behind the empty line that ends a head. */
        OVER
    }

    private Place place = Place.BEFORE;

    /** What came last was a part of a line, and ended with a carriage return. */
    private boolean returned;

    void restart() {
        place = Place.BEFORE;
    }

    /** Goes on where it was; does not take anything out of the buffer. */
    boolean findsFold(ByteBuf read) {
        int end = read.writerIndex();
        int at = read.readerIndex();
        while (at < end && place != Place.OVER) {
            if (place == Place.LINE) {
                at = afterLine(read, at, end);
                continue;
            }
            byte b = read.getByte(at++);
            if (place == Place.LINE_START && (b == ' ' || b == '\t')) {
                return true;
            }
            place = after(b);
            returned = false;
        }
        return false;
    }

    /** Lines are long: their ends are looked for, and nothing in between is looked at. */
    private int afterLine(ByteBuf read, int from, int end) {
        int feed = read.indexOf(from, end, (byte) '\n');
        if (feed < 0) {
            returned = read.getByte(end - 1) == '\r';
            return end;
        }
        boolean ended = feed == from ? returned : read.getByte(feed - 1) == '\r';
        returned = false;
        if (ended) {
            place = Place.LINE_START;
        }
        return feed + 1;
    }

    private Place after(byte b) {
        return switch (place) {
            case BEFORE -> b == '\r' || b == '\n' ? Place.BEFORE : Place.LINE;
            case LINE_START -> b == '\r' || b == '\n' ? Place.OVER : Place.LINE;
            case LINE, OVER -> place;
        };
    }
}
