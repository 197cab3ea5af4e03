package io.gemel.deploy.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gemel.conflict.LastWriterWins;
import io.gemel.conflict.PolicyTable;
import io.gemel.conflict.TablePolicy;
import io.gemel.conflict.window.InFlightWindow;
import io.gemel.conflict.window.LocalChanges;
import io.gemel.conflict.window.WindowMemory;
import io.gemel.conflict.window.WindowSpill;
import io.gemel.conflict.window.WindowTransaction;
import io.gemel.transaction.Change;
import io.gemel.transaction.RowImage;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.StampedChange;
import io.gemel.transaction.TableId;
import io.gemel.transaction.TableShape;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The window gives the same answers whether all of it is in memory or nearly nothing. */
class DiskSpillTest {
    private static final long SEED = Long.getLong("gemel.test.seed", System.nanoTime());
    private static final int KEYS = 3000;
    private static final SiteId EAST = new SiteId("east");
    private static final TableShape ITEM = new TableShape(new TableId("public", "item"), List.of("id"), List.of(0));

    @TempDir
    Path folder;

    @Test
    void a_window_that_spills_answers_as_one_that_is_all_in_memory() throws Exception {
        Random random = new Random(SEED);
        try (WindowSpill spill = new DiskSpill(folder)) {
            InFlightWindow memory = window(WindowMemory.unbounded());
            InFlightWindow spilling = window(new WindowMemory(spill, 256, 2_000));
            long mostKeys = 0;
            long mostBytes = 0;
            for (long position = 1; position <= 400; position++) {
                List<Change> changes = IntStream.range(0, 1 + random.nextInt(50))
                        .mapToObj(i -> insert(random.nextInt(KEYS)))
                        .toList();
                for (InFlightWindow window : List.of(memory, spilling)) {
                    window.register(header(position), 0, changes);
                }
                if (random.nextInt(20) == 0) {
                    long seen = position - random.nextInt(200);
                    memory.acknowledge(seen);
                    spilling.acknowledge(seen);
                }
                checkEqual(memory, spilling, position - random.nextInt(100));
                mostKeys = Math.max(mostKeys, spilling.spilledKeys());
                mostBytes = Math.max(mostBytes, spilling.spilledBytes());
            }
            // At the end all of it may just have been acknowledged.
            assertThat(mostKeys).as("seed " + SEED).isPositive();
            assertThat(mostBytes).isPositive();

            spilling.acknowledge(400);
            assertThat(spilling.keys()).isZero();
            assertThat(spilling.spilledBytes()).isZero();
        }
    }

    private static void checkEqual(InFlightWindow memory, InFlightWindow spilling, long seen) {
        WindowTransaction expected = new WindowTransaction(memory);
        WindowTransaction actual = new WindowTransaction(spilling);
        for (int id = 0; id < KEYS; id += 7) {
            RowKey key = insert(id).key();
            assertThat(actual.contested(key, seen)).as("seed " + SEED).isEqualTo(expected.contested(key, seen));
        }
    }

    @Test
    void leaves_no_file_behind_that_has_a_name() throws Exception {
        try (WindowSpill spill = new DiskSpill(folder)) {
            WindowSpill.Run run =
                    spill.store(LongStream.range(0, 200_000).toArray(), hash -> new long[] {hash + 1, hash + 5});
            assertThat(Files.list(folder)).isEmpty();
            assertThat(spill.bytes()).isGreaterThan(1_000_000);
            assertThat(run.positions(199_999)).containsExactly(200_000, 200_004);
            assertThat(run.positions(200_000)).isEmpty();

            WindowSpill.Run second = spill.store(new long[] {7}, hash -> new long[] {9});
            run.delete();
            assertThat(second.positions(7)).containsExactly(9);
            second.delete();
            assertThat(spill.bytes()).isZero();
        }
    }

    @Test
    void takes_no_more_disk_when_runs_come_and_go() {
        try (WindowSpill spill = new DiskSpill(folder)) {
            long[] hashes = LongStream.range(0, 100_000).toArray();
            WindowSpill.Run last = spill.store(hashes, hash -> new long[] {1});
            long one = spill.bytes();
            for (int i = 0; i < 20; i++) {
                WindowSpill.Run next = spill.store(hashes, hash -> new long[] {1});
                last.delete();
                last = next;
            }
            assertThat(spill.bytes()).isLessThan(6 * one);
        }
    }

    @Test
    void names_the_directory_that_cannot_be_written_and_the_setting() {
        Path missing = folder.resolve("missing");
        try (WindowSpill spill = new DiskSpill(missing)) {
            assertThatThrownBy(() -> spill.store(new long[] {1}, hash -> new long[] {1}))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContainingAll(missing.toString(), "window.spill.dir");
        }
    }

    private static InFlightWindow window(WindowMemory memory) {
        return new InFlightWindow(
                EAST,
                PolicyTable.of(new TablePolicy(new LastWriterWins(), Set.of())),
                new NoImages(),
                Integer.MAX_VALUE,
                memory);
    }

    private static Change insert(int id) {
        return new Change.Insert(RowImage.of(ITEM, String.valueOf(id)));
    }

    private static TransactionHeader header(long position) {
        return new TransactionHeader(EAST, position, 100 + position, new Version(position, EAST), 0);
    }

    private static final class NoImages implements LocalChanges {
        @Override
        public Map<RowKey, List<StampedChange>> read(Map<RowKey, List<Long>> positions) {
            throw new IllegalStateException("no test here looks a change up");
        }

        @Override
        public List<StampedChange> transaction(long position, long bytesMax) {
            return List.of();
        }

        @Override
        public Set<RowKey> keysAfter(TableId table, long position, int most) {
            return Set.of();
        }
    }
}
