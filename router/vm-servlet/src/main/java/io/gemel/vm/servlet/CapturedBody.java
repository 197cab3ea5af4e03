package io.gemel.vm.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/** The body of an answer while it is written, up to a limit. For one thread. */
final class CapturedBody extends ServletOutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int limit;
    private boolean streamed;
    private boolean text;
    private @Nullable PrintWriter writer;

    /** @param limit maximum number of stored bytes; the rest is dropped, and the length shows that there was more */
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

    /** Itself, unless it is written as text. */
    ServletOutputStream stream() {
        if (text) {
            throw new IllegalStateException("the answer is written with a writer");
        }
        streamed = true;
        return this;
    }

    /** The same one each time, unless it is written as a stream. */
    PrintWriter writer(Charset charset) {
        PrintWriter current = writer;
        if (streamed) {
            throw new IllegalStateException("the answer is written as a stream");
        }
        if (current == null) {
            current = new PrintWriter(new OutputStreamWriter(this, charset));
            writer = current;
        }
        text = true;
        return current;
    }

    /** Drops what was written. The writer stays usable. */
    void clear() {
        if (writer != null) {
            writer.flush();
        }
        bytes.reset();
        text = false;
        streamed = false;
    }

    /** The same, and the next writer is a new one. */
    void reset() {
        clear();
        writer = null;
    }

    byte[] toByteArray() {
        if (writer != null) {
            writer.flush();
        }
        return bytes.toByteArray();
    }
}
