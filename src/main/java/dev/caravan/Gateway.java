package dev.caravan;

import com.github.f4b6a3.ulid.UlidCreator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * This gateway among those that share a ledger.
 *
 * @param id written into the rows it is sending; the same after every restart
 */
public record Gateway(String id) {

    private static final String FILE = "gateway";

    /** The configured id, or the one kept in home, which is made at the first start. */
    static Gateway of(CaravanProperties properties) {
        if (properties.gateway() != null) {
            return new Gateway(properties.gateway());
        }
        Path file = properties.home().resolve(FILE);
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(properties.home());
                Files.writeString(file, UlidCreator.getUlid().toLowerCase() + '\n');
            }
            return new Gateway(Files.readString(file).trim());
        } catch (IOException failed) {
            throw new ConfigurationException(
                    "caravan.home",
                    file + " cannot be used: " + failed,
                    "Name a directory on a local disk that this user may write to.");
        }
    }
}
