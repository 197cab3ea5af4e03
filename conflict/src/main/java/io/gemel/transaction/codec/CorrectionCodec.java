package io.gemel.transaction.codec;

import io.gemel.transaction.Change;

/**
 * Turns a change that an applier decided on into bytes for the table {@code gemel.emit}, where capture finds it, and
 * back. Exact, checksummed and versioned like the records of a log. Pure; any thread.
 */
public final class CorrectionCodec {
    private CorrectionCodec() {}

    /** The change's bytes. */
    public static byte[] encode(Change change) {
        WireOutput output = new WireOutput();
        Frame.start(output);
        int section = output.open();
        new ChangeEncoder(output).change(change);
        output.close(section);
        return Frame.finish(output, Frame.CORRECTION);
    }

    /**
     * The change that these bytes are.
     *
     * @throws BadRecordException when the bytes are foreign, truncated, corrupt, of a newer major version or no correction;
     *     nothing else is ever thrown, whatever the bytes are
     */
    public static Change decode(byte[] bytes) throws BadRecordException {
        WireInput input = Frame.open(bytes);
        if (input.kind() != Frame.CORRECTION) {
            throw BadRecordException.unknownKind(input.kind(), "a correction");
        }
        int outer = input.enter();
        Change change = new ChangeDecoder().change(input);
        input.leave(outer);
        input.end();
        return change;
    }
}
