package dev.caravan.provider;

import java.util.List;
import java.util.Map;

/**
 * A provider simulated for the sandbox: checks a request as strictly as the provider's documentation allows and answers
 * in the provider's shapes. Found by its type, in the {@code sandbox} profile only.
 */
public interface Simulator {

    /** The simulated provider's name. */
    String provider();

    Reply reply(Call call);

    /**
     * What the simulator does about a request.
     *
     * @param conduct how the answer travels
     * @param reports bodies for the webhook, in the order in which they are posted, after the answer
     */
    record Reply(Answer answer, Conduct conduct, List<String> reports) {
        public Reply {
            reports = List.copyOf(reports);
        }

        /** An answer, and nothing after it. */
        public static Reply of(Answer answer) {
            return new Reply(answer, Conduct.ANSWERS, List.of());
        }
    }

    /** How an answer travels. */
    enum Conduct {
        ANSWERS,
        /** The request is taken, and the connection stays open without an answer. */
        SILENT,
        /** The request is taken, and the connection is cut in the middle of the answer. */
        CUTS
    }

    /**
     * A request as it arrived.
     *
     * @param method the HTTP method in capitals
     * @param path what follows the base URL, with its leading slash
     * @param query by name, decoded
     * @param headers by name, whatever its case
     * @param body the body as text, empty when there is none
     */
    record Call(String method, String path, Map<String, String> query, Map<String, String> headers, String body) {

        /** The value of a header whatever the case of its name, or null. */
        public String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(null);
        }
    }
}
