package dev.caravan.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import dev.caravan.account.Account;
import dev.caravan.message.Masking;
import dev.caravan.message.Recipient;
import dev.caravan.provider.Credentials;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Setting;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Takes out of an exchange with a provider what is nobody else's business: credentials, the recipient, what names the
 * customer. What stands in for it is the same everywhere, so that the exchange still fits together. It knows neither the
 * names of people nor the texts of others.
 */
final class Redaction {

    /** Shorter ones are found in everything. */
    private static final int SHORTEST_REPLACED = 6;

    private static final Pattern DIGIT = Pattern.compile("\\d");

    private final Credentials credentials;
    private final Map<String, String> samples = new LinkedHashMap<>();
    private final Map<String, String> cloudIds = new LinkedHashMap<>();
    private final Number recipient;
    private final Number stranger;

    /**
     * @param found what was looked up for the send, or null
     * @param id the send's
     * @param to to whom
     * @param sample the number that stands in for a phone number, in E.164
     */
    Redaction(
            Provider provider,
            Account account,
            GoldenCases cases,
            String found,
            String id,
            Recipient to,
            String sample) {
        credentials = Credentials.of(provider, account);
        if (!to.isPhone()) {
            samples.put(to.address(), DIGIT.matcher(to.address()).replaceAll("1"));
        }
        if (found != null && !found.isEmpty()) {
            samples.putIfAbsent(found, "found");
        }
        samples.put(id, "send");
        for (Setting setting : provider.settings()) {
            String value = account.setting(setting.name(), "");
            if (!setting.secret() && !value.equals(setting.otherwise()) && value.length() >= SHORTEST_REPLACED) {
                String known = cases.setting(setting.name());
                samples.put(value, known == null ? "sample-" + setting.name() : known);
            }
        }
        recipient = to.isPhone() ? Number.of(to.address()) : null;
        stranger = Number.of(sample);
    }

    /** A phone number in its parts. */
    private record Number(String countryCode, String national) {

        static Number of(String e164) {
            try {
                PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
                PhoneNumber number = numbers.parse(e164, null);
                return new Number(
                        String.valueOf(number.getCountryCode()), numbers.getNationalSignificantNumber(number));
            } catch (NumberParseException noNumber) {
                throw new IllegalArgumentException("this is no phone number in E.164", noNumber);
            }
        }

        /** With or without the country code, and with whatever people write between digits. */
        Pattern pattern() {
            String gap = "[\\s().-]*";
            String digits = national.chars()
                    .mapToObj(digit -> String.valueOf((char) digit))
                    .collect(Collectors.joining(gap));
            return Pattern.compile("(" + countryCode + gap + ")?" + digits);
        }
    }

    String text(String text) {
        String clean = text;
        for (Map.Entry<String, String> sample : samples.entrySet()) {
            clean = clean.replace(sample.getKey(), sample.getValue());
        }
        clean = credentials.blotted(clean);
        if (recipient != null) {
            clean = recipient.pattern().matcher(clean).replaceAll(this::stranger);
        }
        return Masking.CLOUD_ID.matcher(clean).replaceAll(this::cloudId);
    }

    private String stranger(MatchResult number) {
        return (number.group(1) == null ? "" : stranger.countryCode()) + stranger.national();
    }

    private String cloudId(MatchResult id) {
        String known = cloudIds.computeIfAbsent(id.group(), unknown -> "wamid.SAMPLE" + (cloudIds.size() + 1));
        return Matcher.quoteReplacement(known);
    }

    /** The same of every text, number and field name. */
    JsonNode json(JsonNode node) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (node.isObject()) {
            ObjectNode clean = nodes.objectNode();
            node.properties().forEach(field -> clean.set(text(field.getKey()), json(field.getValue())));
            return clean;
        }
        if (node.isArray()) {
            ArrayNode clean = nodes.arrayNode();
            node.forEach(entry -> clean.add(json(entry)));
            return clean;
        }
        if (node.isTextual()) {
            return nodes.textNode(text(node.textValue()));
        }
        if (node.isIntegralNumber()) {
            String clean = text(node.asText());
            boolean isNumber = !clean.isEmpty() && clean.chars().allMatch(digit -> digit >= '0' && digit <= '9');
            return clean.equals(node.asText())
                    ? node
                    : isNumber ? nodes.numberNode(new BigInteger(clean)) : nodes.textNode(clean);
        }
        return node;
    }

    /** The settings of the account: credentials blotted out, what names the customer by its sample. */
    ObjectNode settings(Account account) {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        account.settings().forEach((name, value) -> settings.put(name, text(value)));
        return settings;
    }
}
