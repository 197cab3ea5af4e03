package io.gemel.conflict.window;

/**
 * How far this site's log was registered. The index keeps every change in log order and once, so capture must not add what it
 * reads again, however that is cut into parts. Not thread-safe.
 */
final class RegisteredChanges {
    private long position;
    private int index = -1; // of the last change registered at that position

    /** Returns whether a change was not registered yet. */
    boolean isNew(long changePosition, int changeIndex) {
        return changePosition > position || (changePosition == position && changeIndex > index);
    }

    /** Everything up to this change is registered; nothing happens if more was. */
    void advance(long changePosition, int changeIndex) {
        if (isNew(changePosition, changeIndex)) {
            position = changePosition;
            index = changeIndex;
        }
    }

    /** Greatest position registered so far; 0 before the first. */
    long position() {
        return position;
    }
}
