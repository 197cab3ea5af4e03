package io.gemel.conflict.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.transaction.Marker;
import io.gemel.transaction.SiteId;
import io.gemel.transaction.TransactionHeader;
import io.gemel.transaction.Version;
import io.gemel.transaction.codec.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogStamperTest {
    private static final SiteId EAST = new SiteId("east");
    private static final SiteId WEST = new SiteId("west");

    @Test
    void counts_positions_from_one_without_holes() {
        LogStamper stamper = new LogStamper(EAST);
        assertThat(stamper.transaction(100).position()).isEqualTo(1);
        stamper.marker(marker(5, 200));
        stamper.heartbeat(10);
        assertThat(stamper.transaction(300).position()).isEqualTo(2);
    }

    @Test
    void gives_growing_versions_though_the_wall_clock_stands_or_steps_back() {
        LogStamper stamper = new LogStamper(EAST);
        assertThat(stamper.transaction(100).version().micros()).isEqualTo(100);
        assertThat(stamper.transaction(100).version().micros()).isEqualTo(101);
        assertThat(stamper.transaction(40).version().micros()).isEqualTo(102);
        assertThat(stamper.transaction(500).version().micros()).isEqualTo(500);
    }

    @Test
    void gives_a_greater_version_than_anything_that_was_applied_before() {
        LogStamper stamper = new LogStamper(EAST);
        stamper.marker(marker(3, 9_000));
        assertThat(stamper.transaction(100).version()).isGreaterThan(new Version(9_000, WEST));
    }

    @Test
    void says_how_far_the_peer_had_been_applied() {
        LogStamper stamper = new LogStamper(EAST);
        assertThat(stamper.transaction(1).seen()).isZero();
        stamper.marker(marker(3, 1));
        assertThat(stamper.transaction(2).seen()).isEqualTo(3);
        assertThat(stamper.heartbeat(5).seen()).isEqualTo(3);
    }

    @Test
    void does_not_fall_back_when_an_old_marker_is_read_again() {
        LogStamper stamper = new LogStamper(EAST);
        stamper.marker(marker(9, 900));
        stamper.marker(marker(3, 300));
        TransactionHeader header = stamper.transaction(1);
        assertThat(header.seen()).isEqualTo(9);
        assertThat(header.version().micros()).isEqualTo(901);
    }

    @Test
    void knows_what_its_log_already_holds() {
        LogStamper stamper = new LogStamper(new TransactionHeader(EAST, 4, 70, new Version(100, EAST), 2));
        assertThat(stamper.alreadyPublished(70)).isTrue();
        assertThat(stamper.alreadyPublished(71)).isFalse();
    }

    @Test
    void gives_the_same_stamps_when_it_reads_a_stretch_again_behind_any_record() {
        Seeds.forEach(300, random -> {
            List<Commit> stretch = stretch(random);
            List<TransactionHeader> tails = new ArrayList<>();
            List<TransactionHeader> stamps = new ArrayList<>();
            LogStamper first = new LogStamper(EAST);
            for (Commit commit : stretch) {
                TransactionHeader tail = read(first, commit, stamps);
                tails.add(tail);
            }
            int crash = random.nextInt(stretch.size());
            TransactionHeader tail = tails.get(crash);
            List<TransactionHeader> again = new ArrayList<>(stamps.subList(0, (int) tail.position()));
            LogStamper second = new LogStamper(tail);
            for (Commit commit : stretch.subList(random.nextInt(crash + 1), stretch.size())) {
                read(second, commit, again);
            }
            assertThat(again).isEqualTo(stamps);
        });
    }

    /** Reads one commit of the database's log; returns what would then be the tail of the site's own log. */
    private static TransactionHeader read(LogStamper stamper, Commit commit, List<TransactionHeader> published) {
        Marker marker = commit.marker();
        if (marker != null) {
            stamper.marker(marker);
            return stamper.heartbeat(commit.position());
        }
        if (!stamper.alreadyPublished(commit.position())) {
            TransactionHeader header = stamper.transaction(commit.micros());
            published.add(new TransactionHeader(
                    header.origin(), header.position(), commit.position(), header.version(), header.seen()));
        }
        return published.get(published.size() - 1);
    }

    /** One commit of the database's log: a marker of the applier's, or a local transaction. */
    private record Commit(
            long position, long micros, @Nullable Marker marker) {}

    private static List<Commit> stretch(Random random) {
        List<Commit> commits = new ArrayList<>();
        long wall = 1_000;
        long peer = 0;
        long peerClock = 1_000;
        int count = 1 + random.nextInt(60);
        for (int i = 1; i <= count; i++) {
            wall += random.nextInt(40) - 10;
            peerClock += random.nextInt(60);
            peer += 1 + random.nextInt(3);
            commits.add(new Commit(i * 8L, wall, random.nextBoolean() ? marker(peer, peerClock) : null));
        }
        return commits;
    }

    private static Marker marker(long position, long micros) {
        return new Marker(position, 1, new Version(micros, WEST), 0, position * 10);
    }
}
