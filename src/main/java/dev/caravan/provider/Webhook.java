package dev.caravan.provider;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import java.util.List;

/** What a provider posts to {@code /webhooks/<account>/<token>}. */
public interface Webhook {

    /**
     * What a body says.
     *
     * @return every notice in it, in its order; something that is valid but no concern of ours is {@link Notice.Ignored}
     * @throws IllegalArgumentException naming what is wrong with a body that is none of the provider's; without its
     *     content
     */
    List<Notice> read(JsonNode body);

    /**
     * Whether what is told to one account's address may be about another's messages: they share what the provider has
     * one address for (a company, a product, a project), and the line is the other's if one is named.
     *
     * @param told the account whose address the notice came to
     * @param line the line that the notice names, or null
     * @param other an account of the same provider, may be {@code told}
     */
    boolean concerns(Account told, String line, Account other);

    /**
     * What to do at the provider so that its reports arrive: lines of text for a terminal, with the calls to make where
     * there are any; credentials stand as {@code $API_KEY} and the like.
     *
     * @param url the address to register
     */
    List<String> registration(String url, Account account);
}
