package dev.caravan.message;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberToTimeZonesMapper;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** Where recipients are, by their numbers, as libphonenumber's geocoder knows it. Safe for concurrent use. */
public final class RecipientZones {

    private final PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
    private final PhoneNumberToTimeZonesMapper zones = PhoneNumberToTimeZonesMapper.getInstance();
    private final List<ZoneId> otherwise;

    /** @param otherwise where whoever is assumed to be whose number does not tell */
    public RecipientZones(ZoneId otherwise) {
        this.otherwise = List.of(otherwise);
    }

    /**
     * The time zones that a recipient may be in: several for the numbers of large countries.
     *
     * @param recipient in E.164 form, or a provider's own id
     * @return one or more
     */
    public List<ZoneId> of(String recipient) {
        if (!recipient.startsWith("+")) {
            return otherwise;
        }
        try {
            List<ZoneId> found = new ArrayList<>();
            for (String zone : zones.getTimeZonesForNumber(numbers.parse(recipient, null))) {
                if (!zone.equals(PhoneNumberToTimeZonesMapper.getUnknownTimeZone())) {
                    found.add(ZoneId.of(zone));
                }
            }
            return found.isEmpty() ? otherwise : found;
        } catch (NumberParseException | DateTimeException untold) {
            return otherwise;
        }
    }
}
