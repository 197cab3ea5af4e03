package io.gemel.apply;

import io.gemel.apply.api.ApplyListener;
import io.gemel.conflict.Conflict;
import java.util.List;

/** Makes nothing of what it hears. */
class SilentListener implements ApplyListener {
    @Override
    public void applied(int transactions, int changes, List<Conflict> conflicts) {}

    @Override
    public void seen(long position) {}

    @Override
    public void outdated() {}

    @Override
    public void retried(String reason) {}

    @Override
    public void blockerEnded() {}

    @Override
    public void failed(String reason) {}
}
