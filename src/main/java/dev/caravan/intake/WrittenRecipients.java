package dev.caravan.intake;

import dev.caravan.message.InvalidSendException;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.provider.Provider;
import java.util.List;

/** Recipients as people write them, to what the ledger knows them by. */
public final class WrittenRecipients {

    private final PhoneNumbers phoneNumbers;
    private final List<Provider> providers;

    WrittenRecipients(PhoneNumbers phoneNumbers, List<Provider> providers) {
        this.phoneNumbers = phoneNumbers;
        this.providers = List.copyOf(providers);
    }

    /**
     * A phone number in E.164 form, or a provider's own group or chat id as it is.
     *
     * @throws InvalidSendException when it is neither; the reason shows the number masked
     */
    public String normalise(String written) {
        try {
            return phoneNumbers.normalise(written).address();
        } catch (InvalidSendException noNumber) {
            String id = written.strip();
            if (providers.stream().anyMatch(provider -> provider.isOwnId(id))) {
                return id;
            }
            throw noNumber;
        }
    }

    /** Whether something written is this recipient. */
    public boolean isWritten(String normalised, String written) {
        try {
            return normalise(written).equals(normalised);
        } catch (InvalidSendException nobody) {
            return false;
        }
    }
}
