package io.gemel.deploy.spill;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** How ascending positions are stored: their number, the first one, and the steps from one to the next. */
final class PositionsType extends BasicDataType<long[]> {
    static final PositionsType INSTANCE = new PositionsType();

    private static final int ARRAY_BYTES = 24;

    private PositionsType() {}

    @Override
    public int getMemory(long[] positions) {
        return ARRAY_BYTES + Long.BYTES * positions.length;
    }

    @Override
    public void write(WriteBuffer buffer, long[] positions) {
        buffer.putVarInt(positions.length);
        long last = 0;
        for (long position : positions) {
            buffer.putVarLong(position - last);
            last = position;
        }
    }

    @Override
    public long[] read(ByteBuffer buffer) {
        long[] positions = new long[DataUtils.readVarInt(buffer)];
        long last = 0;
        for (int i = 0; i < positions.length; i++) {
            last += DataUtils.readVarLong(buffer);
            positions[i] = last;
        }
        return positions;
    }

    @Override
    public long[][] createStorage(int size) {
        return new long[size][];
    }

    @Override
    public int compare(long[] one, long[] other) {
        return Arrays.compare(one, other);
    }
}
