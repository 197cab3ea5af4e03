package io.gemel.conflict.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.transaction.codec.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowPositionsTest {
    private final MapSpill spill = new MapSpill();

    @Test
    void answers_as_if_all_were_in_memory() {
        Seeds.forEach(60, random -> {
            PositionIndex memory = new PositionIndex();
            int filterBytes = random.nextInt(3) * 200;
            WindowPositions spilling = new WindowPositions(new MapSpill(), 1 + random.nextInt(300), filterBytes);
            long[] hashes = hashes(random);
            long position = 1;
            for (int step = 0; step < 3000; step++) {
                position += random.nextInt(3);
                long hash = hashes[random.nextInt(hashes.length)];
                memory.add(hash, position);
                spilling.add(hash, position);
                if (random.nextInt(500) == 0) {
                    long acknowledged = Math.max(0, position - random.nextInt(2000));
                    memory.prune(acknowledged);
                    spilling.prune(acknowledged);
                }
                checkEqual(memory, spilling, hash);
            }
            for (long hash : hashes) {
                checkEqual(memory, spilling, hash);
            }
            assertThat(spilling.size()).isGreaterThanOrEqualTo(memory.size());
        });
    }

    private static long[] hashes(Random random) {
        return random.longs(1 + random.nextInt(500)).toArray();
    }

    private static void checkEqual(PositionIndex memory, WindowPositions spilling, long hash) {
        assertThat(spilling.latest(hash)).isEqualTo(memory.latest(hash));
        assertThat(spilling.positions(hash)).isEqualTo(memory.positions(hash));
    }

    @Test
    void keeps_its_memory_small_and_gives_back_every_run_that_is_acknowledged() {
        WindowPositions positions = new WindowPositions(spill, 1024, 1 << 20);
        for (long position = 1; position <= 100_000; position++) {
            positions.add(position * 0x9E3779B97F4A7C15L, position);
        }
        assertThat(positions.size()).isEqualTo(100_000);
        assertThat(positions.keys()).isEqualTo(100_000);
        assertThat(positions.bytes()).isLessThan(1024 * 40 + 100_000 * 2);
        assertThat(spill.runs).hasSize(97);

        positions.prune(50_000);
        assertThat(spill.runs).hasSize(49);

        positions.prune(100_000);
        assertThat(spill.runs).isEmpty();
        assertThat(positions.size()).isZero();
        assertThat(positions.keys()).isZero();
        assertThat(positions.spilledKeys()).isZero();
        assertThat(positions.bytes()).isLessThanOrEqualTo(1024 * 40);
    }

    @Test
    void says_of_few_absent_hashes_that_they_may_be_there_and_of_every_present_one() {
        Random random = new Random(1);
        KeyFilter filter = new KeyFilter(10_000);
        long[] present = random.longs(10_000).toArray();
        for (long hash : present) {
            filter.add(hash);
        }
        for (long hash : present) {
            assertThat(filter.mayContain(hash)).isTrue();
        }
        assertThat(random.longs(10_000).filter(filter::mayContain).count()).isLessThan(200);
    }
}
