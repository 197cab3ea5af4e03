package io.gemel.deploy.bank;

import java.net.http.HttpResponse;

/**
 * The answer to a client of the bank.
 *
 * @param status the HTTP status
 * @param outcome the submission's outcome as the router reports it; empty when it reports none
 * @param durability the durability that it has reached as the router reports it; empty when it reports none
 * @param body the application's answer, or the router's explanation
 * @param attempts VMs that the router tried
 * @param site where it was executed; empty when unknown
 * @param vm who executed it; empty when unknown
 */
public record BankReply(
        int status, String outcome, String durability, String body, int attempts, String site, String vm) {
    private static final int FIRST_CLIENT_ERROR = 400;

    static BankReply of(HttpResponse<String> response) {
        return new BankReply(
                response.statusCode(),
                header(response, "Gemel-Outcome"),
                header(response, "Gemel-Durability"),
                response.body(),
                response.headers()
                        .firstValue("Gemel-Attempts")
                        .map(Integer::parseInt)
                        .orElse(0),
                header(response, "Gemel-Site"),
                header(response, "Gemel-Vm"));
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** It has been done, says the answer. */
    public boolean isAcknowledged() {
        return status < FIRST_CLIENT_ERROR && (outcome.equals("executed") || outcome.equals("replayed"));
    }

    /** It will never be done, says the answer. */
    public boolean isRefused() {
        return outcome.equals("rejected") || outcome.equals("fenced");
    }

    /** Whether there is no point in sending it again. */
    public boolean isFinal() {
        return isAcknowledged() || isRefused();
    }
}
