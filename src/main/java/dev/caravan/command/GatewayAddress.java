package dev.caravan.command;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** Addresses of gateways as people write them. */
final class GatewayAddress {

    private GatewayAddress() {}

    /** Without slashes at its end; nothing when it is no http(s) address, or more than one. */
    static Optional<URI> of(String written) {
        try {
            URI address = new URI(written.replaceAll("/+$", ""));
            boolean isWeb = isHttps(address) || "http".equalsIgnoreCase(address.getScheme());
            boolean isPlain = address.getHost() != null
                    && address.getRawUserInfo() == null
                    && address.getRawQuery() == null
                    && address.getRawFragment() == null;
            return isWeb && isPlain ? Optional.of(address) : Optional.empty();
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    static boolean isHttps(URI address) {
        return "https".equalsIgnoreCase(address.getScheme());
    }
}
