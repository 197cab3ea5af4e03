package io.gemel.conflict;

import io.gemel.transaction.RowImage;
import org.jspecify.annotations.Nullable;

/**
 * An application's custom rule for two concurrent versions of a row, chosen per table as {@code custom(name)}. Gemel
 * finds implementations with {@link java.util.ServiceLoader}; both sites need the same ones.
 *
 * <p>Both sites process the same changes in the same order and call the rule for each change that meets a row which it
 * had not seen. So a rule need not be symmetric, but it must be a pure function: equal arguments give equal results,
 * whatever the time, the site and the rest of the database. It is not called for deletes: the later of a delete and an
 * update wins.
 *
 * <p>Used by the applying thread; may be called again for the same conflict.
 */
public interface ConflictResolver {
    /** By which a configuration chooses it: lower-case letters, digits and hyphens. */
    String name();

    /**
     * The row that results from a change which had not seen the row that it meets. Values are texts, as PostgreSQL
     * prints them.
     *
     * @param row as the changes before have left it
     * @param before what the change was made to, or null when it is an insert
     * @param after what it made of that
     * @return a row of {@code after}'s shape and key
     */
    RowImage resolve(RowImage row, @Nullable RowImage before, RowImage after);
}
