package dev.caravan;

/** A configuration Caravan cannot start with. Names the full key, what is wrong with it and what to write instead. */
public final class ConfigurationException extends RuntimeException {

    private final String key;
    private final String problem;
    private final String remedy;

    /**
     * @param key the full key ({@code caravan.inbox.poll})
     * @param problem what is wrong, as a clause without the key and without a credential
     * @param remedy what to write instead, as a clause
     */
    public ConfigurationException(String key, String problem, String remedy) {
        super(key + ": " + problem + "; " + remedy);
        this.key = key;
        this.problem = problem;
        this.remedy = remedy;
    }

    String key() {
        return key;
    }

    String problem() {
        return problem;
    }

    String remedy() {
        return remedy;
    }
}
