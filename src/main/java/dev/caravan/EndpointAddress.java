package dev.caravan;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The URI of a Camel endpoint as far as it says where something goes, which a new password does not change. */
public final class EndpointAddress {

    private static final Pattern USER_INFO = Pattern.compile("^([^:/?]+://)[^/?]*@");

    /** A value in {@code RAW(…)} or {@code RAW{…}} may contain an ampersand. */
    private static final Pattern PARAMETER =
            Pattern.compile("([^&=]*)(?:=(?:RAW\\(.*?\\)(?=&|$)|RAW\\{.*?}(?=&|$)|[^&]*))?(?:&|$)", Pattern.DOTALL);

    /** By words in their names: there are too many components for a list of them. */
    private static final Pattern CREDENTIAL = Pattern.compile(
            "pass-?(word|phrase|code)|secret|token|credential|signature|(api|access|account|auth|shared|private)[-_]?key"
                    + "|user[-_]?name$|^user$|saslJaasConfig|connectionString",
            Pattern.CASE_INSENSITIVE);

    private EndpointAddress() {}

    /** The URI without the user, the password, and the parameters that are called like a credential. */
    public static String withoutCredentials(String uri) {
        String address = USER_INFO.matcher(uri).replaceFirst("$1");
        int query = address.indexOf('?');
        if (query < 0) {
            return address;
        }
        String kept = PARAMETER
                .matcher(address.substring(query + 1))
                .results()
                .filter(parameter -> !CREDENTIAL.matcher(parameter.group(1)).find())
                .map(parameter -> parameter.group().replaceFirst("&$", ""))
                .filter(parameter -> !parameter.isEmpty())
                .collect(Collectors.joining("&"));
        return address.substring(0, query) + (kept.isEmpty() ? "" : '?' + kept);
    }
}
