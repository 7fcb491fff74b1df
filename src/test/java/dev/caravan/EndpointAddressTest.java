package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointAddressTest {

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            textBlock =
                    """
            https://me:hush@hub.example/in => https://hub.example/in
            https://hush@hub.example:8443/in?a=b => https://hub.example:8443/in?a=b
            https://me:hu@sh@hub.example => https://hub.example
            https://hub.example/in?authUsername=me&authPassword=hush => https://hub.example/in
            https://hub.example/in?authPassword=hush&copyHeaders=false => https://hub.example/in?copyHeaders=false
            https://hub.example/in?a=1&access_token=hush&b=2 => https://hub.example/in?a=1&b=2
            https://hub.example/in?a=1&api-key=hush&b => https://hub.example/in?a=1&b
            sftp://hub.example/in?password=RAW(hu&sh)&passiveMode=true => sftp://hub.example/in?passiveMode=true
            sftp://hub.example/in?password=RAW{hu)&sh}&privateKeyPassphrase=hush => sftp://hub.example/in
            kafka:outcomes?brokers=a:9092&saslJaasConfig=RAW(a="b";) => kafka:outcomes?brokers=a:9092
            """)
    void credentialsAreNoPartOfIt(String written, String address) {
        assertThat(EndpointAddress.withoutCredentials(written)).isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource({
        "log:caravan.outcome",
        "jms:queue:a@b",
        "file:data/out?fileName=a@b.jsonl&fileExist=Append&appendChars=%0A",
        "https://hub.example/a@b?userAgent=caravan&to=a@b",
        "https://hub.example/in?filter=RAW(a&b)&c=",
    })
    void whatHasNoneIsLeftAsItIs(String written) {
        assertThat(EndpointAddress.withoutCredentials(written)).isEqualTo(written);
    }
}
