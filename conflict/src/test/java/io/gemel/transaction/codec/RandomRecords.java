package io.gemel.transaction.codec;

import io.gemel.transaction.Change;
import io.gemel.transaction.LogOwner;
import io.gemel.transaction.LogRecord;
import io.gemel.transaction.LogRecord.Heartbeat;
import io.gemel.transaction.LogRecord.Opened;
import io.gemel.transaction.LogRecord.Part;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Valid records of every kind, drawn from a seeded source. */
public final class RandomRecords {
    private static final List<SiteId> SITES = List.of(new SiteId("east"), new SiteId("west"), new SiteId("n_3"));
    private static final String[] TEXTS = {
        "",
        "0",
        "-17.50",
        "true",
        "2026-11-01 12:00:00.123456+00",
        "naïve",
        "Größe",
        "日本語",
        "a\u0000b",
        "\uFFFD",
        "🜚 ring",
        "\n\\'"
    };

    private final Random random;
    private final List<TableShape> shapes;

    public RandomRecords(Random random) {
        this.random = random;
        shapes = IntStream.range(0, 1 + random.nextInt(4)).mapToObj(this::shape).toList();
    }

    public LogRecord record() {
        return switch (random.nextInt(10)) {
            case 0 -> new Opened(number(), text(), random.nextBoolean() ? null : owner());
            case 1 -> new Heartbeat(number(), header());
            default -> part();
        };
    }

    private LogOwner owner() {
        return new LogOwner(random.nextLong(), number(), number(), text());
    }

    public Part part() {
        List<Change> changes =
                IntStream.range(0, random.nextInt(12)).mapToObj(i -> change()).toList();
        return new Part(number(), header(), count(), random.nextBoolean(), count(), changes);
    }

    public TransactionHeader header() {
        SiteId origin = site();
        SiteId versionSite = random.nextInt(4) == 0 ? site() : origin;
        return new TransactionHeader(origin, number(), number(), new Version(number(), versionSite), number());
    }

    public SiteId site() {
        return SITES.get(random.nextInt(SITES.size()));
    }

    public Change change() {
        TableShape shape = shapes.get(random.nextInt(shapes.size()));
        RowImage image = image(shape);
        return switch (random.nextInt(10)) {
            case 0, 1 -> new Change.Insert(image);
            case 2, 3, 4 -> new Change.Update(image, updated(image));
            case 5 -> new Change.Delete(image);
            case 6 -> new Change.Release(image, random.nextBoolean() ? null : updated(image), columns(image));
            case 7 ->
                new Change.Settle(
                        image, random.nextBoolean(), random.nextBoolean(), random.nextBoolean() ? 0 : number());
            case 8 -> new Change.Park(image, number());
            default -> new Change.Truncate(shape);
        };
    }

    private List<Integer> columns(RowImage image) {
        return IntStream.range(0, image.size())
                .filter(i -> random.nextInt(3) == 0)
                .boxed()
                .toList();
    }

    public RowImage image() {
        return image(shapes.get(random.nextInt(shapes.size())));
    }

    private RowImage image(TableShape shape) {
        String[] texts = shape.columns().stream().map(column -> text()).toArray(String[]::new);
        RowImage image = RowImage.owning(shape, texts);
        for (int i = 0; i < texts.length; i++) {
            if (!shape.key().contains(i) && random.nextInt(4) == 0) {
                image = image.with(i, null);
            }
        }
        return image;
    }

    private RowImage updated(RowImage before) {
        RowImage after = before;
        for (int i = 0; i < before.size(); i++) {
            if (!before.shape().key().contains(i) && random.nextInt(3) == 0) {
                after = after.with(i, random.nextInt(4) == 0 ? null : text());
            }
        }
        return after;
    }

    /** Number {@code n} in its name: no two shapes are equal. */
    private TableShape shape(int n) {
        int columns = 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 9);
        List<Integer> key = new ArrayList<>(List.of(random.nextInt(columns)));
        int second = random.nextInt(columns);
        if (!key.contains(second)) {
            key.add(second);
        }
        return new TableShape(
                new TableId("public", "table" + n),
                IntStream.range(0, columns).mapToObj(i -> "c" + i).toList(),
                key);
    }

    private String text() {
        String text = TEXTS[random.nextInt(TEXTS.length)];
        return random.nextInt(20) == 0 ? text.repeat(random.nextInt(300)) : text;
    }

    private int count() {
        return random.nextInt() >>> (1 + random.nextInt(31));
    }

    /** Any long, small ones more often. */
    private long number() {
        return random.nextLong() >> random.nextInt(64);
    }
}
