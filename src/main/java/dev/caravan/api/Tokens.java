package dev.caravan.api;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.jwt.JwtException;

/**
 * JSON web tokens of an issuer that the gateway trusts. {@code scope} or {@code scp} says what a caller may do, as one text
 * or a list; {@code caravan_accounts}, a list, which accounts it may use, and {@code caravan_namespace} the namespace of
 * its references.
 */
final class Tokens {

    private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);

    private static final String CALLER = "jwt:";
    private static final String ACCOUNTS = "caravan_accounts";
    private static final String NAMESPACE = "caravan_namespace";

    private final JwtDecoder decoder;
    private final Seldom telling;

    Tokens(JwtDecoder decoder, Seldom telling) {
        this.decoder = decoder;
        this.telling = telling;
    }

    /** Whether a credential has the shape of a signed token: three parts with dots between them. */
    static boolean isToken(String credential) {
        return credential.chars().filter(character -> character == '.').count() == 2;
    }

    /** Whose token it is. That the issuer's keys cannot be had is no fault of the caller, and has another status. */
    Identity identify(String token) {
        try {
            return caller(decoder.decode(token));
        } catch (BadJwtException refused) {
            return invalid("This token is not valid: look at its issuer, its audience, its times and its signature.");
        } catch (JwtException | JwtDecoderInitializationException unreachable) {
            if (telling.isTime()) {
                LOG.warn("Tokens cannot be checked: the issuer's keys cannot be read; look at"
                        + " spring.security.oauth2.resourceserver.jwt and whether its address answers");
            }
            return new Identity.Unproven(
                    Problem.of(503, "issuer-unavailable", "Tokens cannot be checked now. Try again later."));
        }
    }

    private static Identity caller(Jwt token) {
        String subject = token.getClaimAsString("sub");
        if (subject == null || subject.isBlank()) {
            return invalid("This token names no subject; it needs the claim sub.");
        }
        // An empty list would stand for all accounts, so a claim that restricts nothing is no claim.
        Set<String> accounts = Set.of();
        if (token.hasClaim(ACCOUNTS)) {
            accounts = words(token.getClaim(ACCOUNTS)).orElse(Set.of());
            if (accounts.isEmpty()) {
                return invalid("The claim " + ACCOUNTS + " is no list of names; leave it out to allow all accounts.");
            }
        }
        String namespace = Identity.NAMESPACE;
        if (token.hasClaim(NAMESPACE)) {
            if (!(token.getClaim(NAMESPACE) instanceof String named)
                    || named.isBlank()
                    || named.chars().anyMatch(Character::isWhitespace)) {
                return invalid("The claim " + NAMESPACE + " is no name; leave it out for the default one.");
            }
            namespace = named;
        }
        return new Identity.Proven(new Caller(CALLER + subject, scopes(token), accounts, namespace));
    }

    private static Set<Scope> scopes(Jwt token) {
        Object claimed = token.hasClaim("scope") ? token.getClaim("scope") : token.getClaim("scp");
        Set<String> words = claimed instanceof String text
                ? Set.copyOf(Arrays.asList(text.split(" ")))
                : words(claimed).orElse(Set.of());
        return Arrays.stream(Scope.values())
                .filter(scope -> words.contains(scope.word()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The elements of a list of texts; nothing for anything else. */
    private static Optional<Set<String>> words(Object claim) {
        if (!(claim instanceof Collection<?> list) || !list.stream().allMatch(String.class::isInstance)) {
            return Optional.empty();
        }
        return Optional.of(list.stream().map(String.class::cast).collect(Collectors.toUnmodifiableSet()));
    }

    private static Identity invalid(String detail) {
        return new Identity.Unproven(Problem.of(401, "invalid-key", detail));
    }
}
