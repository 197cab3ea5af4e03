package io.gemel.deploy.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.gemel.deploy.bank.BankClient;
import io.gemel.deploy.bank.BankExchange;
import io.gemel.deploy.router.LevelLoad.Told;
import io.gemel.deploy.site.TopicReader;
import io.gemel.transaction.Change;
import io.gemel.transaction.SiteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Networks and site processes fail while clients ask for more than a local commit. Whoever is told that a level is reached is told the truth,
 * whoever is not gets 504, and all that was done is done once.
 */
@Tag("alone")
@ExtendWith(SharedRouters.class)
class DurabilityOutagesIT {
    private static final int PER_SECOND = 10;
    private static final int ENOUGH = Integer.getInteger("gemel.test.fault.trials", 1) > 1 ? 25 : 10;
    private static final int KILLS = 2;

    private final RouterFixture fixture;
    private LevelLoad shipped;
    private LevelLoad applied;

    DurabilityOutagesIT(RouterFixture fixture) {
        this.fixture = fixture;
    }

    @BeforeEach
    void begin(TestInfo test) throws Exception {
        String name = test.getTestMethod().orElseThrow().getName();
        shipped = new LevelLoad(fixture, "east", "shipped", name + "-shipped", PER_SECOND);
        applied = new LevelLoad(fixture, "east", "applied", name + "-applied", PER_SECOND);
        awaitBoth(System.nanoTime());
    }

    /** Everything goes on, nothing false was said, and whatever was told, each submission has one effect at both sites. */
    @AfterEach
    void restore_and_judge() throws Exception {
        fixture.restoreService();
        try (LevelLoad one = shipped;
                LevelLoad two = applied) {
            awaitBoth(System.nanoTime());
            one.finish();
            two.finish();
        }
        List<Told> all =
                Stream.concat(shipped.told().stream(), applied.told().stream()).toList();
        fixture.log(all.stream().map(Told::exchange).toList());
        RunFacts facts = fixture.facts();

        OnceEach.assertKept(facts);
        List<Told> done = all.stream().filter(Told::isDone).toList();
        assertThat(done)
                .filteredOn(each -> facts.sites().stream()
                        .anyMatch(site -> site.effects()
                                        .getOrDefault(each.key(), List.of())
                                        .size()
                                != 1))
                .as("not done once at each site")
                .isEmpty();
        // What a busy site had given to the other one may be in doubt when that is cut off.
        assertThat(all).filteredOn(each -> each.isOf("east")).allMatch(Told::isDone);
        assertThat(applied.told())
                .filteredOn(Told::isAcknowledged)
                .as("at the other site when it was told to be")
                .allMatch(Told::atPeer);
    }

    private void awaitBoth(long since) {
        shipped.awaitAcknowledged(since, ENOUGH);
        applied.awaitAcknowledged(since, ENOUGH);
    }

    @Test
    void sites_that_are_cut_apart_go_on_shipping_and_tell_who_asks_for_more() throws Exception {
        fixture.wires().cutSitesApart();
        long cut = System.nanoTime();
        applied.awaitTold(cut, ENOUGH);
        shipped.awaitAcknowledged(cut, ENOUGH);
        List<Told> missed = applied.toldSince(cut);
        List<Told> reached =
                shipped.toldSince(cut).stream().filter(Told::isAcknowledged).toList();

        assertThat(missed).allMatch(Told::isMissed).noneMatch(Told::atPeer);
        assertThat(missed)
                .extracting(each -> each.reply().body())
                .allMatch(body -> body.contains("not applied within 5000 ms"))
                .anyMatch(body -> body.contains("the peer is not known"))
                .noneMatch(body -> body.contains("it answers 200"));
        assertThat(published()).containsAll(keys(reached)).containsAll(keys(missed));

        fixture.wires().restore();
        awaitBoth(System.nanoTime());
        for (BankExchange again : askAgain(missed)) {
            assertThat(again.reply().orElseThrow().outcome()).isEqualTo("replayed");
            assertThat(again.reply().orElseThrow().durability()).isEqualTo("applied");
        }
    }

    /** As the 504 tells its client to: the answer that was kept back comes, and nothing is done twice. */
    private List<BankExchange> askAgain(List<Told> missed) throws Exception {
        BankClient client = fixture.client("east").asking("applied");
        List<BankExchange> all = new ArrayList<>();
        for (Told each : missed) {
            BankExchange first = each.exchange();
            all.add(client.submit(first.key(), first.path(), first.body(), System.nanoTime())
                    .get());
        }
        fixture.log(all);
        return all;
    }

    @Test
    void while_a_sites_process_is_dead_nothing_is_told_to_be_more_than_committed() throws Exception {
        fixture.siteProcess("east").kill();
        long dead = System.nanoTime();
        shipped.awaitTold(dead, ENOUGH);
        applied.awaitTold(dead, ENOUGH);

        assertThat(shipped.toldSince(dead)).allMatch(Told::isMissed);
        assertThat(applied.toldSince(dead)).allMatch(Told::isMissed).noneMatch(Told::atPeer);
        // Nobody publishes now, so that what was told to be shipped was there before.
        assertThat(published())
                .containsAll(acknowledged(shipped))
                .containsAll(acknowledged(applied))
                .doesNotContainAnyElementsOf(keys(shipped.toldSince(dead)));

        fixture.siteProcess("east").start();
        awaitBoth(System.nanoTime());
    }

    @Test
    void a_sites_process_that_dies_and_starts_again_and_again_says_nothing_false() throws Exception {
        for (int i = 0; i < KILLS; i++) {
            fixture.siteProcess("east").kill();
            List<String> toldBefore = Stream.concat(acknowledged(shipped).stream(), acknowledged(applied).stream())
                    .toList();
            assertThat(published()).containsAll(toldBefore);
            fixture.siteProcess("east").start();
            awaitBoth(System.nanoTime());
        }
    }

    private static List<String> keys(List<Told> all) {
        return all.stream().map(Told::key).toList();
    }

    private static List<String> acknowledged(LevelLoad load) {
        return keys(load.toldSince(Long.MIN_VALUE).stream()
                .filter(Told::isAcknowledged)
                .toList());
    }

    /** Keys of all submissions whose effect is in east's log, as the other site would read it. */
    private Set<String> published() throws Exception {
        return TopicReader.changes(
                        fixture.sites().kafka().bootstrapServers(),
                        fixture.sites().east().config().logTopic(),
                        new SiteId("east"))
                .stream()
                .filter(change -> change.table().name().equals("effect"))
                .map(Change::after)
                .filter(Objects::nonNull)
                .map(row -> row.value("key"))
                .collect(Collectors.toSet());
    }
}
