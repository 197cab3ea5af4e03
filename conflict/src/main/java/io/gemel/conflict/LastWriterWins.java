package io.gemel.conflict;

/** The whole row of the change with the greater version. */
public final class LastWriterWins implements WholeRowPolicy {
    @Override
    public String name() {
        return "last-writer-wins";
    }
}
