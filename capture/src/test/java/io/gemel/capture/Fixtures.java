package io.gemel.capture;

import io.gemel.capture.api.CaptureConfig;
import io.gemel.reason.RowRoom;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/** What the tests of this package share. */
public final class Fixtures {
    public static final SiteId EAST = new SiteId("east");
    public static final SiteId WEST = new SiteId("west");
    static final TableShape ACCOUNT =
            new TableShape(new TableId("public", "account"), List.of("id", "balance"), List.of(0));

    private Fixtures() {}

    static Change insert(int id) {
        return new Change.Insert(RowImage.of(ACCOUNT, Integer.toString(id), "0"));
    }

    public static CaptureConfig config(int partBytesMax) {
        return config("jdbc:postgresql://127.0.0.1:5432/bank", partBytesMax, LongUnaryOperator.identity());
    }

    public static CaptureConfig config(String jdbcUrl, int partBytesMax, LongUnaryOperator clock) {
        return new CaptureConfig(
                EAST,
                jdbcUrl,
                "gemel",
                "secret",
                "gemel_east",
                "gemel_west",
                "gemel",
                table -> true,
                Map.of("bootstrap.servers", "127.0.0.1:9092"),
                "gemel.east",
                partBytesMax,
                RowRoom.of(64 << 20),
                1 << 20,
                CaptureConfig.SEND_BUFFER_BYTES,
                Duration.ofMillis(100),
                clock);
    }
}
