package io.gemel.conflict.window;

import io.gemel.transaction.RowKey;
import io.gemel.transaction.SiteId;
import java.util.Set;

/**
 * A superseded transaction: it takes part in no fold, and is left out when the window is rebuilt.
 *
 * @param origin site whose log holds it
 * @param position its position there
 * @param localPosition position in this site's log of the one of the two transactions that originated here. Once the
 *     peer is known to have applied that, both sites agree, and the note can be deleted
 * @param keys rows of an incoming one: until then the peer's changes may depend on what it had done to them
 */
public record SupersededNote(SiteId origin, long position, long localPosition, Set<RowKey> keys) {
    public SupersededNote {
        keys = Set.copyOf(keys);
    }
}
