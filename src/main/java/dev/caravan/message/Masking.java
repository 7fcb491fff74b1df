package dev.caravan.message;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.regex.Pattern;

/** Hides recipients in logs. */
public final class Masking {

    private static final int VISIBLE_END = 2;

    /** Seven digits and more, as people group them: a phone number in somebody's words. */
    private static final Pattern NUMBER = Pattern.compile("\\+?\\d(?:[ ().-]{0,2}\\d){6,}");

    private static final String CLOUD = "wamid.";

    /** An id of the Cloud API, which holds the recipient's number in base64. */
    public static final Pattern CLOUD_ID = Pattern.compile(Pattern.quote(CLOUD) + "[A-Za-z0-9+/=_-]+");

    private Masking() {}

    /**
     * A text without the phone numbers in it, for logs; nor those in ids of messages.
     *
     * @param text may be null, which stays null
     */
    public static String blot(String text) {
        return text == null ? null : NUMBER.matcher(withoutCloudIds(text)).replaceAll("***");
    }

    /** A text without the ids of the Cloud API in it; null stays null. */
    public static String withoutCloudIds(String text) {
        return text == null || !text.contains(CLOUD)
                ? text
                : CLOUD_ID.matcher(text).replaceAll(CLOUD + "***");
    }

    /**
     * A phone number with a plus sign keeps its country code and last two digits ({@code +90********67}); anything else
     * keeps its last two characters.
     *
     * @param address may be null, which stays null
     */
    public static String mask(String address) {
        if (address == null) {
            return null;
        }
        int shown = address.startsWith("+") ? 1 + countryCodeLength(address) : 0;
        int hidden = Math.max(0, address.length() - shown - VISIBLE_END);
        return address.substring(0, shown)
                + "*".repeat(hidden)
                + address.substring(Math.min(address.length(), shown + hidden));
    }

    private static int countryCodeLength(String number) {
        for (int length = 1; length <= 3 && length < number.length(); length++) {
            String prefix = number.substring(1, 1 + length);
            if (prefix.chars().allMatch(Character::isDigit)
                    && !"ZZ"
                            .equals(PhoneNumberUtil.getInstance()
                                    .getRegionCodeForCountryCode(Integer.parseInt(prefix)))) {
                return length;
            }
        }
        return 0;
    }
}
