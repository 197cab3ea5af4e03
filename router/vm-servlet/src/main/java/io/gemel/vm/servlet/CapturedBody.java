package io.gemel.vm.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;

/** The body of an answer while it is written, up to a limit. For one thread. */
final class CapturedBody extends ServletOutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int limit;

    /** @param limit most bytes that are kept; what follows is forgotten, and the length tells that there was more than may be */
    CapturedBody(int limit) {
        this.limit = limit;
    }

    @Override
    public void write(int b) {
        if (bytes.size() < limit) {
            bytes.write(b);
        }
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        bytes.write(from, offset, Math.min(length, limit - bytes.size()));
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        throw new IllegalStateException("an answer to a submission is written at once");
    }

    void reset() {
        bytes.reset();
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }
}
