package io.gemel.apply.simulation;

import io.gemel.apply.target.ParkedStore;
import io.gemel.transaction.RowKey;
import io.gemel.transaction.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** No policy of a simulation leaves anything to a person. */
final class NothingParked implements ParkedStore {
    @Override
    public Map<Long, Set<RowKey>> rows() {
        return Map.of();
    }

    @Override
    public List<Transaction> transactions(Set<Long> ids) {
        return List.of();
    }

    @Override
    public Map<Long, Decision> decisions() {
        return Map.of();
    }

    @Override
    public void refuse(long id, String problem) {
        throw new Violation("nothing is parked, " + id + " cannot be refused: " + problem);
    }
}
