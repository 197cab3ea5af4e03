package io.gemel.reason;

/** Notified of each reason twice: when it begins to hold and when it clears. Must return quickly and must not throw. */
public interface ReasonListener {
    /** Hears of them and does nothing. */
    ReasonListener NONE = new ReasonListener() {
        @Override
        public void appeared(Reason reason) {}

        @Override
        public void gone(Reason reason) {}
    };

    void appeared(Reason reason);

    /** The reason no longer holds; it is passed as it was last reported. */
    void gone(Reason reason);
}
