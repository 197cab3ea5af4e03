package io.gemel.conflict.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.transaction.codec.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PositionIndexTest {
    @Test
    void answers_as_a_plain_list_of_changes_would() {
        Seeds.forEach(60, random -> {
            PositionIndex index = new PositionIndex();
            Model model = new Model();
            long[] hashes = hashes(random);
            int steps = 1 + random.nextInt(6000);
            int pruneEvery = 1 + random.nextInt(3000);
            long position = 0;
            for (int step = 0; step < steps; step++) {
                position += random.nextInt(3);
                long hash = hashes[random.nextInt(hashes.length)];
                index.add(hash, position);
                model.add(hash, position);
                if (random.nextInt(pruneEvery) == 0) {
                    long acknowledged = position - random.nextInt(2000);
                    index.prune(acknowledged);
                    model.prune(acknowledged);
                }
                if (step % 500 == 0) {
                    model.checkEqual(index, hashes);
                }
            }
            model.checkEqual(index, hashes);
            index.prune(position);
            model.prune(position);
            model.checkEqual(index, hashes);
        });
    }

    @Test
    void is_empty_again_after_everything_was_acknowledged() {
        PositionIndex index = new PositionIndex();
        for (long position = 1; position <= 100_000; position++) {
            index.add(position * 0x9E3779B97F4A7C15L, position);
            index.prune(position - 10);
        }
        index.prune(100_000);
        assertThat(index.size()).isZero();
        assertThat(index.keys()).isZero();
    }

    @Test
    void does_not_grow_while_the_peer_keeps_up() {
        PositionIndex index = new PositionIndex();
        long afterAWhile = 0;
        for (long position = 1; position <= 100_000; position++) {
            index.add(position * 0x9E3779B97F4A7C15L, position);
            index.prune(position - 500);
            afterAWhile = position == 1_000 ? index.bytes() : afterAWhile;
        }
        assertThat(index.bytes()).isEqualTo(afterAWhile);
    }

    @Test
    void names_a_position_once_though_it_changed_the_key_often() {
        PositionIndex index = new PositionIndex();
        for (int i = 0; i < 5; i++) {
            index.add(7, 3);
        }
        index.add(7, 4);
        assertThat(index.positions(7)).containsExactly(3L, 4L);
    }

    /** Few or many, some spread, some that all want the same slot. */
    private static long[] hashes(Random random) {
        long[] hashes = new long[1 + random.nextInt(random.nextBoolean() ? 10 : 3000)];
        boolean crowded = random.nextBoolean();
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = crowded ? ((long) i << 40) + random.nextInt(4) : random.nextLong();
        }
        return hashes;
    }

    /** What the index means, without its cleverness. */
    private static final class Model {
        private final List<long[]> changes = new ArrayList<>();

        void add(long hash, long position) {
            changes.add(new long[] {hash, position});
        }

        void prune(long acknowledged) {
            changes.removeIf(change -> change[1] <= acknowledged);
        }

        void checkEqual(PositionIndex index, long[] hashes) {
            assertThat(index.size()).isEqualTo(changes.size());
            assertThat(index.keys())
                    .isEqualTo(
                            changes.stream().map(change -> change[0]).distinct().count());
            for (int i = 0; i < hashes.length; i += 1 + hashes.length / 40) {
                long hash = hashes[i];
                List<Long> positions = changes.stream()
                        .filter(change -> change[0] == hash)
                        .map(change -> change[1])
                        .distinct()
                        .toList();
                assertThat(index.positions(hash)).isEqualTo(positions);
                assertThat(index.latest(hash)).isEqualTo(positions.isEmpty() ? 0 : positions.get(positions.size() - 1));
            }
        }
    }
}
