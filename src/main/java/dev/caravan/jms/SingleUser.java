package dev.caravan.jms;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Set;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager;

/** Lets in one user with a password, and nobody without. */
final class SingleUser implements ActiveMQSecurityManager {

    private static final String ROLE = "caravan";

    private final byte[] user;
    private final byte[] password;

    SingleUser(String user, String password) {
        this.user = user.getBytes(UTF_8);
        this.password = password.getBytes(UTF_8);
    }

    /** Sends, receives, and makes queues for replies; does not manage the broker. */
    static Role role() {
        return new Role(ROLE, true, true, true, true, true, true, false, true, true, true, false, false);
    }

    @Override
    public boolean validateUser(String givenUser, String givenPassword) {
        return givenUser != null
                && givenPassword != null
                && MessageDigest.isEqual(user, givenUser.getBytes(UTF_8))
                        & MessageDigest.isEqual(password, givenPassword.getBytes(UTF_8));
    }

    @Override
    public boolean validateUserAndRole(String givenUser, String givenPassword, Set<Role> roles, CheckType checkType) {
        return validateUser(givenUser, givenPassword)
                && roles.stream().anyMatch(role -> role.getName().equals(ROLE) && checkType.hasRole(role));
    }
}
