package io.gemel.deploy.bank;

import java.net.http.HttpResponse;

/**
 * What a client of the bank got.
 *
 * @param status the HTTP status
 * @param outcome what the router says became of the submission; empty when it says nothing
 * @param durability how far it has certainly got, says the router; empty when it says nothing
 * @param body the application's answer, or the router's explanation
 * @param attempts VMs that the router tried
 * @param site where it was carried out; empty when nobody knows
 * @param vm who carried it out; empty when nobody knows
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
