package io.gemel.apply.target;

import io.gemel.conflict.Conflict;
import io.gemel.transaction.RowImage;
import org.jspecify.annotations.Nullable;

/** A conflict and the resulting row. */
public record JournalEntry(Conflict conflict, @Nullable RowImage outcome) {}
