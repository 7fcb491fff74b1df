package dev.caravan.message;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.regex.Pattern;

/** Phone numbers as people and spreadsheets write them, to E.164. Safe for concurrent use. */
public final class PhoneNumbers {

    /** More than any number with its prefixes: E.164 allows 15 digits. */
    private static final String UNKNOWN_REGION = "ZZ";

    private static final int LONGEST_COUNTRY_CODE = 3;

    /** Digits of a number with its country code (ITU-T E.164). */
    private static final int LONGEST_NUMBER = 15;

    private static final int MOST_DIGITS = 24;

    private static final int FEWEST_SHOWN = 7;

    private static final String NO_REGION = "ZZ";

    /** What a spreadsheet shows of a number too wide for its column: {@code 9,05321E+11}. */
    private static final Pattern SHORTENED = Pattern.compile("\\s*\\+?\\d+([.,]\\d+)?[eE]\\+?\\d{1,3}\\s*");

    private final PhoneNumberUtil library = PhoneNumberUtil.getInstance();
    private final String region;
    private final int countryCode;

    /**
     * @param region where numbers without a country code belong: two capital letters, ISO 3166 ({@code TR})
     * @throws IllegalArgumentException when there is no such region
     */
    public PhoneNumbers(String region) {
        if (!library.getSupportedRegions().contains(region)) {
            throw new IllegalArgumentException(
                    "region: '" + region + "' is no region; write two capital letters, as TR");
        }
        this.region = region;
        this.countryCode = library.getCountryCodeForRegion(region);
    }

    /**
     * The number in E.164 form. With {@code +} or {@code 00} first it is taken as international; otherwise as a national
     * number of the region, and if it is not a valid one as an international number that lacks its plus sign. Spaces,
     * dashes, dots, parentheses and invisible characters are passed over; digits may be of any script.
     *
     * @throws InvalidSendException with the code {@code shortened-number} when a spreadsheet has cut digits off, else
     *     {@code invalid-number}; the reason shows the number masked
     */
    public Recipient normalise(String raw) {
        String dialled = dialled(raw);
        if (dialled.startsWith("+")) {
            return international(dialled);
        }
        if (dialled.startsWith("00")) {
            return international("+" + dialled.substring(2));
        }
        PhoneNumber national = parse(dialled, region);
        if (national != null && national.getCountryCode() == countryCode && library.isValidNumber(national)) {
            return recipient(national);
        }
        PhoneNumber withPlus = parse("+" + dialled, NO_REGION);
        if (withPlus != null && library.isValidNumber(withPlus)) {
            return recipient(withPlus);
        }
        throw invalid(shown(dialled) + " is neither a number of " + region
                + " nor one with its country code" + fault(national)
                + "; write it with a plus sign and the country code");
    }

    private Recipient international(String dialled) {
        if (isValidAsWritten(dialled)) {
            return new Recipient(dialled);
        }
        PhoneNumber number = parse(dialled, NO_REGION);
        if (number == null) {
            throw invalid(shown(dialled) + " does not begin with the code of a country after its plus sign or 00");
        }
        if (!library.isValidNumber(number)) {
            throw invalid(shown(dialled) + " is no number of the country its code names" + fault(number));
        }
        return recipient(number);
    }

    /**
     * Most numbers are written as they are dialled: then the library's parser, which looks for extensions, prefixes and
     * punctuation, would only take two thirds of the time of reading a row.
     */
    private boolean isValidAsWritten(String dialled) {
        if (dialled.length() > LONGEST_NUMBER + 1) {
            return false;
        }
        for (int end = 2; end <= LONGEST_COUNTRY_CODE + 1 && end < dialled.length(); end++) {
            int countryCode = Integer.parseInt(dialled, 1, end, 10);
            if (!UNKNOWN_REGION.equals(library.getRegionCodeForCountryCode(countryCode))) {
                return dialled.charAt(end) != '0'
                        && dialled.charAt(0) == '+'
                        && library.isValidNumber(new PhoneNumber()
                                .setCountryCode(countryCode)
                                .setNationalNumber(Long.parseLong(dialled, end, dialled.length(), 10)));
            }
        }
        return false;
    }

    private Recipient recipient(PhoneNumber number) {
        return new Recipient(library.format(number, PhoneNumberFormat.E164));
    }

    private PhoneNumber parse(String dialled, String defaultRegion) {
        try {
            return library.parse(dialled, defaultRegion);
        } catch (NumberParseException noNumber) {
            return null;
        }
    }

    private String fault(PhoneNumber number) {
        if (number == null) {
            return "";
        }
        return switch (library.isPossibleNumberWithReason(number)) {
            case TOO_SHORT -> ": it has too few digits";
            case TOO_LONG -> ": it has too many digits";
            case INVALID_LENGTH -> ": it has too few or too many digits";
            default -> "";
        };
    }

    /** The digits, in ASCII, after the plus sign if there is one. */
    private static String dialled(String raw) {
        StringBuilder dialled = new StringBuilder(MOST_DIGITS);
        for (int index = 0; index < raw.length(); index++) {
            char character = raw.charAt(index);
            int digit = Character.digit(character, 10);
            if (digit >= 0) {
                dialled.append((char) ('0' + digit));
            } else if ((character == '+' || character == '\uFF0B') && dialled.isEmpty()) {
                dialled.append('+');
            } else if (!isPassedOver(character)) {
                throw unexpectedCharacter(raw);
            }
            if (dialled.length() > MOST_DIGITS) {
                throw invalid("this has more digits than any phone number");
            }
        }
        if (dialled.isEmpty() || "+".contentEquals(dialled)) {
            throw invalid("there are no digits here; write a phone number with a plus sign and the country code");
        }
        if (raw.strip().endsWith(".0")) {
            throw invalid(shown(dialled.toString())
                    + " ends in .0, as numbers do that a program took for an amount; write the number as text");
        }
        return dialled.toString();
    }

    private static InvalidSendException unexpectedCharacter(String raw) {
        if (raw.length() <= 2 * MOST_DIGITS && SHORTENED.matcher(raw).matches()) {
            return new InvalidSendException(
                    "to",
                    "shortened-number",
                    "a spreadsheet has shortened this number and its last digits are lost; format the column as text "
                            + "and enter the number again");
        }
        return invalid("this holds characters that no phone number has; write digits, with a plus sign and the "
                + "country code before them");
    }

    /** Masked; nothing at all of what is so short that its visible ends would be the whole. */
    private static String shown(String dialled) {
        return dialled.length() < FEWEST_SHOWN ? "this" : Masking.mask(dialled);
    }

    private static boolean isPassedOver(char character) {
        return switch (Character.getType(character)) {
            case Character.SPACE_SEPARATOR, Character.DASH_PUNCTUATION, Character.FORMAT -> true;
            default -> ".()\t\r\n\u2212".indexOf(character) >= 0;
        };
    }

    private static InvalidSendException invalid(String reason) {
        return new InvalidSendException("to", "invalid-number", reason);
    }
}
