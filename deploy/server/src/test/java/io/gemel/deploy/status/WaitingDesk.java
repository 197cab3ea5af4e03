package io.gemel.deploy.status;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A desk whose answers a test lets out one by one. */
final class WaitingDesk implements RouterApi {
    /** A permit lets one waiting answer out. */
    final Semaphore answers = new Semaphore(0);

    /** Has a permit for each request that has begun to wait. */
    final Semaphore begun = new Semaphore(0);

    @Override
    public SiteView site() {
        return new SiteView("east", false, "not yet", "up", SideState.RUNNING, SideState.HALTED, 7);
    }

    @Override
    public Optional<String> barrier(String origin, String key, Duration limit) throws InterruptedException {
        return wait(origin + " " + key, limit);
    }

    @Override
    public Optional<String> durable(Level level, Duration limit) throws InterruptedException {
        return wait(level.toString(), limit);
    }

    private Optional<String> wait(String what, Duration limit) throws InterruptedException {
        begun.release();
        return answers.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS)
                ? Optional.empty()
                : Optional.of("not in time: " + what);
    }

    @Override
    public Termination terminate(String vm, Duration age) {
        return new Termination(2, vm.equals("e2") ? "1 session goes on" : "");
    }
}
