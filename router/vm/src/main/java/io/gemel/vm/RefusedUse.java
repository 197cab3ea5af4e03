package io.gemel.vm;

/** Something that the work of a submission tried, and that would not be in the submission. Its text says what to do instead. */
final class RefusedUse extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    RefusedUse(String text) {
        super(text);
    }
}
