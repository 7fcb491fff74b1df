package dev.caravan.provider;

import java.util.Map;

/**
 * A provider simulated for the sandbox: checks a request as strictly as the provider's documentation allows and answers
 * in the provider's shapes. Found by its type, in the {@code sandbox} profile only.
 */
public interface Simulator {

    /** The simulated provider's name. */
    String provider();

    Answer answer(Call call);

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
