package dev.caravan.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.caravan.account.RoutingRule.Failover;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Recipient;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountsTest {

    private static final Account FIRST = account("first");
    private static final Account SECOND = account("second");
    private static final Account THIRD = account("third");
    private static final Recipient TURKISH = new Recipient("+905301234567");
    private static final Recipient GERMAN = new Recipient("+4915112345678");
    private static final Recipient GROUP = new Recipient("905301234567-1412@g.us");

    private final Accounts accounts = new Accounts(
            List.of(FIRST, SECOND, THIRD), List.of(rule("+90530", THIRD, FIRST), rule("+90", SECOND)), FIRST);

    @Test
    void givenAccountServesWhateverTheRoutingSays() {
        assertThat(accounts.choose("first", TURKISH)).isSameAs(FIRST);
    }

    @Test
    void firstAccountOfTheFirstMatchingRuleServes() {
        assertThat(accounts.choose(null, TURKISH)).isSameAs(THIRD);
        assertThat(accounts.choose(null, new Recipient("+905401234567"))).isSameAs(SECOND);
    }

    @Test
    void defaultAccountServesWhatNoRuleMatches() {
        assertThat(accounts.choose(null, GERMAN)).isSameAs(FIRST);
    }

    @Test
    void theFirstRuleThatMatchesSaysWhoMayTakeOver() {
        Accounts failing = new Accounts(
                List.of(FIRST, SECOND, THIRD),
                List.of(
                        new RoutingRule("+90", List.of(SECOND, FIRST), Failover.DEFINITE_REFUSAL),
                        new RoutingRule("+49", List.of(THIRD, FIRST), Failover.NEVER)),
                THIRD);

        assertThat(failing.choose(null, TURKISH)).isSameAs(SECOND);
        assertThat(failing.rule(TURKISH).orElseThrow().accounts()).containsExactly(SECOND, FIRST);
        assertThat(failing.rule(GERMAN).orElseThrow().failover()).isEqualTo(Failover.NEVER);
        assertThat(failing.rule(GROUP)).isEmpty();
        assertThat(failing.inRules(Failover.DEFINITE_REFUSAL)).containsExactlyInAnyOrder(FIRST, SECOND);
        assertThat(failing.inRules(Failover.DOWN)).isEmpty();
    }

    @Test
    void providersOwnIdMatchesNoRule() {
        assertThat(accounts.choose(null, GROUP)).isSameAs(FIRST);
        assertThat(rule("+", SECOND).matches(GROUP)).isFalse();
        assertThat(rule("+", SECOND).matches(GERMAN)).isTrue();
    }

    @Test
    void unknownAccountIsRefusedWithoutRepeatingItsName() {
        assertThatExceptionOfType(InvalidSendException.class)
                .isThrownBy(() -> accounts.choose("Dear customer", TURKISH))
                .withMessageContaining("first, second, third")
                .withMessageNotContaining("Dear")
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("unknown-account"))
                .satisfies(refused -> assertThat(refused.field()).isEqualTo("account"));
    }

    @Test
    void sendThatNothingDecidesIsRefused() {
        Accounts undecided = new Accounts(List.of(FIRST, SECOND), List.of(rule("+90", SECOND)), null);

        assertThatExceptionOfType(InvalidSendException.class)
                .isThrownBy(() -> undecided.choose(null, GERMAN))
                .withMessageContaining("first, second")
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("no-route"))
                .satisfies(refused -> assertThat(refused.field()).isEqualTo("account"));
    }

    @Test
    void withoutAnyAccountEvenAGivenNameIsNoAccount() {
        Accounts none = new Accounts(List.of(), List.of(), null);

        assertThat(none.isEmpty()).isTrue();
        assertThatExceptionOfType(InvalidSendException.class)
                .isThrownBy(() -> none.choose("first", TURKISH))
                .satisfies(refused -> assertThat(refused.code()).isEqualTo("no-route"));
    }

    @Test
    void accountsAreFoundByNameAndListedInOrder() {
        assertThat(accounts.all()).containsExactly(FIRST, SECOND, THIRD);
        assertThat(accounts.find("second")).containsSame(SECOND);
        assertThat(accounts.find("other")).isEmpty();
        assertThat(accounts.get("third")).isSameAs(THIRD);
        assertThatExceptionOfType(NoSuchElementException.class)
                .isThrownBy(() -> accounts.get("other"))
                .withMessageContaining("other");
    }

    @Test
    void twoAccountsOfOneNameAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Accounts(List.of(FIRST, account("first")), List.of(), null))
                .withMessageContaining("first");
    }

    @ParameterizedTest
    @ValueSource(strings = {"90", "", "+90 530", "++90", "+90*"})
    void whatIsNoPrefixIsRefused(String to) {
        assertThatIllegalArgumentException().isThrownBy(() -> rule(to, FIRST)).withMessageContaining("to:");
    }

    private static RoutingRule rule(String to, Account... serving) {
        return new RoutingRule(to, List.of(serving), Failover.NEVER);
    }

    private static Account account(String name) {
        return AccountDraft.named(name).at("https://pigeon.example").account();
    }
}
