package io.gemel.deploy.faults;

import io.gemel.deploy.fixture.SiteFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Writers and an observer at each site, from {@link #start} until {@link #stop}. The thread that pauses the writers is the one
 * that lets them go on.
 */
final class Workload implements AutoCloseable {
    private static final int WRITERS_PER_SITE = 2;

    private final History history = new History();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ReentrantReadWriteLock turns = new ReentrantReadWriteLock(true);
    private final List<Writer> writers = new ArrayList<>();
    private final List<Observer> observers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<Void>> running = new ArrayList<>();

    Workload(List<SiteFixture> sites, String name, Random random) throws Exception {
        for (SiteFixture site : sites) {
            observers.add(new Observer(site, site.config().site().name(), stopped::get));
        }
        for (int place = 0; place < sites.size(); place++) {
            char siteName = sites.get(place).config().site().name().charAt(0);
            Observer other = observers.get(sites.size() - 1 - place);
            for (int i = 0; i < WRITERS_PER_SITE; i++) {
                writers.add(new Writer(
                        sites.get(place),
                        siteName + name + i,
                        new Random(random.nextLong()),
                        history,
                        turns.readLock(),
                        other::stepsOf,
                        stopped::get));
            }
        }
    }

    Workload start() {
        List<Callable<Void>> all = new ArrayList<>(writers);
        all.addAll(observers);
        all.forEach(each -> running.add(threads.submit(each)));
        return this;
    }

    /** Lets no writer begin another transaction and returns when none is under way. */
    void pause() {
        turns.writeLock().lock();
    }

    void resume() {
        turns.writeLock().unlock();
    }

    /** Ends all threads; a failure of one of them comes up here. */
    void stop() throws Exception {
        stopped.set(true);
        for (Future<Void> each : running) {
            each.get();
        }
    }

    History history() {
        return history;
    }

    List<Observer> observers() {
        return observers;
    }

    @Override
    public void close() {
        stopped.set(true);
        threads.shutdownNow();
    }
}
