package dev.caravan.intake;

/**
 * What to do about an input that cannot be read, each as the end of a sentence: it differs between a file, which a person
 * dropped, and a body, which a program sent.
 *
 * @param onEncoding when its bytes are no text in the encoding it should have
 * @param onJsonEncoding the same for JSON
 * @param onArray when lines of objects were expected, and it begins with an array
 * @param onLines when an array or an object was expected, and something follows it
 * @param onRecipients when no column tells where to send to
 */
record Advice(String onEncoding, String onJsonEncoding, String onArray, String onLines, String onRecipients) {

    static final Advice ON_BODIES = new Advice(
            "send it as UTF-8, or name its encoding in the Content-Type, as text/csv; charset=windows-1254",
            "send it as UTF-8, as JSON always is",
            "send it as application/json",
            "one object per line is sent as application/x-ndjson",
            "add it");

    /** @param charsetKey the configuration key of their encoding */
    static Advice onFiles(String charsetKey) {
        return new Advice(
                "save it as UTF-8, or set " + charsetKey + " to the encoding it has, as windows-1254",
                "save it as UTF-8, as JSON always is",
                "rename it to .json",
                "a file of one object per line is named .jsonl",
                "add it, or say under the folder's columns which one holds the phone numbers");
    }
}
