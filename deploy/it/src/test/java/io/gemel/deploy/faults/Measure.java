package io.gemel.deploy.faults;

/** A figure that was measured, and the most that it may be. */
record Measure(String what, long value, long most) {
    boolean isTooMuch() {
        return value > most;
    }

    @Override
    public String toString() {
        return what + ": " + value + " of at most " + most;
    }
}
