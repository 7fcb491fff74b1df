package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.core.client.impl.ClientSessionInternal;
import org.apache.activemq.artemis.core.config.federation.FederationDownstreamConfiguration;
import org.apache.activemq.artemis.core.config.federation.FederationQueuePolicyConfiguration;
import org.apache.activemq.artemis.core.protocol.core.Channel;
import org.apache.activemq.artemis.core.protocol.core.CoreRemotingConnection;
import org.apache.activemq.artemis.core.protocol.core.impl.ChannelImpl.CHANNEL_ID;
import org.apache.activemq.artemis.core.protocol.core.impl.PacketImpl;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.CreateQueueMessage;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.FederationDownstreamConnectMessage;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.ReattachSessionMessage;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.ReattachSessionResponseMessage;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnectorFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The JMS door of a whole gateway, with the broker it starts, talked to over the network. */
class JmsDoorIT {

    private static final String PASSWORD = "hush-hush";
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @TempDir
    private static Path home;

    private static ProviderStub stub;
    private static ConfigurableApplicationContext gateway;
    private static String url;

    private JmsClient client;

    @BeforeAll
    static void start() throws IOException {
        stub = new ProviderStub();
        url = "tcp://127.0.0.1:" + Installation.freePort();
        gateway = new SpringApplicationBuilder(CaravanApplication.class)
                .run(
                        "--server.port=0",
                        "--caravan.home=" + home,
                        "--caravan.default-account=main",
                        "--caravan.accounts.main.provider=maytapi",
                        "--caravan.accounts.main.base-url=" + stub.url(),
                        "--caravan.accounts.main.rate=unlimited",
                        "--caravan.accounts.main.settings.product-id=p",
                        "--caravan.accounts.main.settings.phone-id=1",
                        "--caravan.accounts.main.settings.api-key=k",
                        "--caravan.jms.listen=" + url,
                        "--caravan.jms.user=hub",
                        "--caravan.jms.password=" + PASSWORD,
                        "--caravan.jms.namespace=erp",
                        "--caravan.outcomes=jms:queue:outcomes.all");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        stub.close();
    }

    @BeforeEach
    void connect() throws JMSException {
        client = new JmsClient(url, "hub", PASSWORD);
    }

    @AfterEach
    void disconnect() throws JMSException {
        client.close();
    }

    @Test
    void aSendIsSentAndItsEndIsTheReply() throws Exception {
        TemporaryQueue replies = client.temporaryQueue();
        TextMessage message = client.text(send("The only one"));
        message.setJMSReplyTo(replies);
        String id = client.send(message);

        Message reply = client.take(replies);

        assertThat(reply.getJMSCorrelationID()).isEqualTo(id);
        JsonNode outcome = json(reply);
        assertThat(outcome.path("status").asText()).isEqualTo("sent");
        assertThat(outcome.path("reference").asText()).isEqualTo(id + "#0");
        assertThat(outcome.path("namespace").asText()).isEqualTo("erp");
        assertThat(outcome.path("to").asText()).isEqualTo("+905301234567");
        assertThat(outcome.has("traceparent")).isFalse();
        assertThat(stub.accepted()).containsEntry("The only one", 1);
    }

    @Test
    void ofAnArrayTheValidAreAdmittedAndEachInvalidOneIsSetAsideWithItsReason() throws Exception {
        TemporaryQueue replies = client.temporaryQueue();
        BytesMessage message = client.bytes("[" + send("First") + ", {\"to\": \"123\", \"text\": \"Zweite\"}, 7, "
                + send("Fourth") + ", {\"to\": \"+905301234567\", \"text\": \"a\", \"text\": \"b\"}]");
        message.setJMSReplyTo(replies);
        message.setJMSCorrelationID("call 7");
        message.setStringProperty("department", "sales");
        String id = client.send(message);

        List<Message> invalid =
                List.of(client.take(JmsClient.INVALID), client.take(JmsClient.INVALID), client.take(JmsClient.INVALID));
        List<JsonNode> answers = client.takeJson(replies, 5);

        assertThat(invalid)
                .extracting(one -> one.getIntProperty("caravanIndex"))
                .containsExactly(1, 2, 4);
        assertThat(invalid)
                .extracting(one -> one.getStringProperty("caravanCode"))
                .containsExactly("invalid-number", "invalid-type", "invalid-json");
        assertThat(invalid).allSatisfy(one -> {
            assertThat(one.getStringProperty("caravanReason")).isNotBlank();
            assertThat(one.getStringProperty("caravanMessageId")).isEqualTo(id);
            assertThat(one.getStringProperty("department")).isEqualTo("sales");
            assertThat(one.getJMSCorrelationID()).isEqualTo("call 7");
        });
        assertThat(invalid)
                .extracting(one -> ((TextMessage) one).getText())
                .containsExactly(
                        "{\"to\": \"123\", \"text\": \"Zweite\"}",
                        "7",
                        "{\"to\": \"+905301234567\", \"text\": \"a\", \"text\": \"b\"}");
        assertThat(answers)
                .extracting(one -> one.path("status").asText())
                .containsExactlyInAnyOrder("rejected", "rejected", "rejected", "sent", "sent");
        assertThat(answers)
                .filteredOn(one -> one.path("status").asText().equals("sent"))
                .extracting(one -> one.path("reference").asText())
                .containsExactlyInAnyOrder(id + "#0", id + "#3");
    }

    @Test
    void whatIsNoTextAndNoBytesIsSetAsideUnread() throws Exception {
        MapMessage map = client.session().createMapMessage();
        map.setString("to", "+905301234567");
        StreamMessage stream = client.session().createStreamMessage();
        stream.writeString("to");
        for (Message message : List.of(
                client.session().createObjectMessage(new Gadget()),
                map,
                stream,
                client.session().createMessage())) {
            message.setStringProperty("department", "sales");
            client.send(message);

            Message aside = client.take(JmsClient.INVALID);

            assertThat(aside.getStringProperty("caravanCode")).isEqualTo("unsupported-message");
            assertThat(aside.getStringProperty("department")).isEqualTo("sales");
        }
        assertThat(Gadget.READ).isFalse();
        assertThatTheDoorIsEmpty();
    }

    @Test
    void whatIsNoJsonIsSetAsideAsItIs() throws Exception {
        BytesMessage malformed = client.session().createBytesMessage();
        malformed.writeBytes(new byte[] {'{', (byte) 0xff, '}'});
        Map<Message, String> codes = Map.of(
                client.text("{\"to\": "),
                "invalid-json",
                client.text("[" + send("One") + "] []"),
                "invalid-json",
                client.text("[".repeat(2_000)),
                "invalid-json",
                client.text("[]"),
                "no-send",
                client.text(""),
                "no-send",
                client.text(null),
                "no-send",
                client.text("\"text\""),
                "invalid-type",
                malformed,
                "invalid-encoding");
        for (Map.Entry<Message, String> poison : codes.entrySet()) {
            client.send(poison.getKey());

            Message aside = client.take(JmsClient.INVALID);

            assertThat(aside.getStringProperty("caravanCode")).isEqualTo(poison.getValue());
            if (aside instanceof TextMessage text) {
                assertThat(text.getText()).isEqualTo(((TextMessage) poison.getKey()).getText());
            } else {
                assertThat(((BytesMessage) aside).getBodyLength()).isEqualTo(3);
            }
        }
        assertThatTheDoorIsEmpty();
    }

    @Test
    void bodiesAreMeasuredBeforeTheyAreRead() throws Exception {
        BytesMessage bytes = client.session().createBytesMessage();
        bytes.writeBytes(new byte[50 * 1024 * 1024 + 1]);
        for (Message message :
                List.of(bytes, client.text(" ".repeat(51 * 1024 * 1024)), client.text(" ".repeat(60 * 1024 * 1024)))) {
            client.send(message);

            assertThat(client.take(JmsClient.INVALID).getStringProperty("caravanCode"))
                    .isEqualTo("message-too-large");
        }
        assertThatTheDoorIsEmpty();
    }

    @Test
    void withoutAMessageIdASendNeedsAReference() throws Exception {
        client.sendWithoutId(client.text("[" + send("Unknown again") + ", "
                + "{\"reference\": \"no-id\", \"to\": \"+905301234567\", \"text\": \"Known again\"}]"));

        Message aside = client.take(JmsClient.INVALID);

        assertThat(aside.getStringProperty("caravanCode")).isEqualTo("no-message-id");
        assertThat(aside.getIntProperty("caravanIndex")).isZero();
        await().atMost(LONG).untilAsserted(() -> assertThat(stub.accepted()).containsKey("Known again"));
        assertThat(stub.accepted()).doesNotContainKey("Unknown again");
    }

    @Test
    void propertiesOfAMessageNeverSteer() throws Exception {
        TextMessage message = client.text("{\"to\": \"123\", \"text\": \"a\"}");
        for (String name : List.of(
                "CamelJmsDestinationName",
                "camelJMSDestinationname",
                "CAMELJMSDESTINATIONNAME",
                "CamelJmsDestination",
                "CamelFileName",
                "camelfilename",
                "CamelHttpUri",
                "CamelHTTPuri",
                "CamelBeanMethodName")) {
            message.setStringProperty(name, "elsewhere");
        }
        client.send(message);
        assertThat(client.take(JmsClient.INVALID).getStringProperty("caravanCode"))
                .isEqualTo("invalid-number");

        message.clearBody();
        message.setText(send("On its way"));
        client.send(message);

        await().atMost(LONG).untilAsserted(() -> assertThat(stub.accepted()).containsKey("On its way"));
        assertThat(client.count("elsewhere")).isEqualTo(-1);
    }

    @Test
    void theSameReferenceIsTheSameSendAndARepetitionIsAnsweredWithItsEnd() throws Exception {
        String body = "{\"reference\": \"twice\", \"to\": \"+905301234567\", \"text\": \"Only once\"}";
        TemporaryQueue replies = client.temporaryQueue();
        for (int time = 0; time < 3; time++) {
            TextMessage message = client.text(body);
            message.setJMSReplyTo(replies);
            client.send(message);
            assertThat(client.takeJson(replies, 1))
                    .extracting(reply -> reply.path("status").asText())
                    .containsExactly("sent");
        }
        TextMessage other = client.text(body.replace("Only once", "Something else"));
        other.setJMSReplyTo(replies);
        client.send(other);

        assertThat(client.takeJson(replies, 1)).singleElement().satisfies(reply -> {
            assertThat(reply.path("status").asText()).isEqualTo("rejected");
            assertThat(reply.at("/error/code").asText()).isEqualTo("reference-conflict");
            assertThat(reply.path("id").asText()).isNotBlank();
        });
        assertThat(client.take(JmsClient.INVALID).getStringProperty("caravanReason"))
                .contains("text");
        assertThat(stub.accepted()).containsEntry("Only once", 1);
    }

    @Test
    void acceptanceIsTheReplyWhenTheMessageAsksForIt() throws Exception {
        TemporaryQueue replies = client.temporaryQueue();
        TextMessage message = client.text(send("In the ledger"));
        message.setJMSReplyTo(replies);
        message.setStringProperty("caravanReplyOn", "accepted");
        String id = client.send(message);

        Message reply = client.take(replies);

        assertThat(reply.getJMSCorrelationID()).isEqualTo(id);
        assertThat(json(reply).path("status").asText()).isEqualTo("queued");
        assertThat(json(reply).path("sequence").asInt()).isZero();
    }

    @Test
    void priorityAndTraceOfTheMessageAreThoseOfTheSend() throws Exception {
        TemporaryQueue replies = client.temporaryQueue();
        for (String trace : List.of(TRACE, TRACE.replace("4bf9", "xxxx"))) {
            TextMessage message = client.text(send("Traced " + trace));
            message.setStringProperty("traceparent", trace);
            message.setJMSReplyTo(replies);
            client.send(message, 9);
        }

        assertThat(client.takeJson(replies, 2))
                .extracting(reply -> reply.path("traceparent").asText(null))
                .containsExactlyInAnyOrder(TRACE, null);
        assertThat(ledger().rows("SELECT priority FROM send WHERE content LIKE '%Traced%'"))
                .extracting(row -> row.get("priority"))
                .containsOnly(0);
    }

    @Test
    void outcomesReachAQueue() throws Exception {
        TextMessage message = client.text(send("Told to everybody"));
        message.setStringProperty("traceparent", TRACE.replace("4bf9", "aaaa"));
        String id = client.send(message);

        Message outcome = client.take("outcomes.all");
        while (!json(outcome).path("reference").asText().equals(id + "#0")) {
            outcome = client.take("outcomes.all");
        }

        assertThat(json(outcome).path("status").asText()).isEqualTo("sent");
        assertThat(outcome.getStringProperty("traceparent")).isEqualTo(TRACE.replace("4bf9", "aaaa"));
    }

    @Test
    void aReplyToSomebodyWhoHasGoneIsGivenUpAndKeptForNobody() throws Exception {
        stub.latency(() -> 1_000);
        String queue;
        try (JmsClient gone = new JmsClient(url, "hub", PASSWORD)) {
            TemporaryQueue replies = gone.temporaryQueue();
            queue = replies.getQueueName();
            TextMessage message = gone.text(send("Nobody waits"));
            message.setJMSReplyTo(replies);
            gone.send(message);
            await().atMost(LONG).until(() -> ledger().number("SELECT count(*) FROM reply") == 1);
        } finally {
            stub.latency(() -> 0);
        }
        await().atMost(LONG).untilAsserted(() -> assertThat(stub.accepted()).containsKey("Nobody waits"));

        TemporaryQueue replies = client.temporaryQueue();
        TextMessage message = client.text(send("Somebody waits"));
        message.setJMSReplyTo(replies);
        client.send(message);
        assertThat(client.takeJson(replies, 1)).hasSize(1);

        await().atMost(LONG).until(() -> ledger().number("SELECT count(*) FROM reply") == 0);
        assertThat(client.count(queue)).isEqualTo(-1);
    }

    @Test
    void nobodyElseComesIn() {
        assertThatThrownBy(() -> new JmsClient(url, null, null)).isInstanceOf(JMSSecurityException.class);
        assertThatThrownBy(() -> new JmsClient(url, "hub", "wrong")).isInstanceOf(JMSSecurityException.class);
        assertThatThrownBy(() -> new JmsClient(url, "other", "hush-hush")).isInstanceOf(JMSSecurityException.class);
    }

    /** CVE-2026-27446: whoever reached the address could have the broker hand its messages to one of theirs. */
    @Test
    void theBrokerConnectsToNoOtherBecauseAStrangerAsksForIt() throws Exception {
        try (ServerSocket theirs = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerLocator locator = ActiveMQClient.createServerLocator(url);
                ClientSessionFactory stranger = locator.createSessionFactory()) {
            theirs.setSoTimeout(2_000);
            CoreRemotingConnection connection = (CoreRemotingConnection) stranger.getConnection();

            connection.getChannel(CHANNEL_ID.FEDERATION.id, -1).send(federationWith(theirs.getLocalPort()));

            assertThatThrownBy(theirs::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    /** CVE-2026-49362: whoever reached the address could fill the broker with queues. */
    @Test
    void aStrangerMakesNoQueue() throws Exception {
        try (ServerLocator locator = ActiveMQClient.createServerLocator(url);
                ClientSessionFactory stranger = locator.createSessionFactory()) {
            SimpleString name = SimpleString.of("queue-of-a-stranger");
            CoreRemotingConnection connection = (CoreRemotingConnection) stranger.getConnection();
            Channel channel = connection.getChannel(CHANNEL_ID.SESSION.id, -1);

            channel.send(new CreateQueueMessage(name, name, null, true, false, false));
            // Answered in order.
            channel.sendBlocking(new ReattachSessionMessage("none", -1), PacketImpl.REATTACH_SESSION_RESP);

            assertThat(client.count(name.toString())).isEqualTo(-1);
        }
    }

    /** CVE-2026-57967: whoever knew its name could go on with a session that somebody else had opened. */
    @Test
    void aSessionIsHandedToNobodyElse() throws Exception {
        String lasting = url + "?confirmationWindowSize=1048576";
        try (JmsClient victim = new JmsClient(lasting, "hub", PASSWORD);
                ServerLocator locator = ActiveMQClient.createServerLocator(url);
                ClientSessionFactory stranger = locator.createSessionFactory()) {
            ClientSessionInternal theirs =
                    (ClientSessionInternal) ((ActiveMQSession) victim.session()).getCoreSession();
            CoreRemotingConnection connection = (CoreRemotingConnection) stranger.getConnection();

            ReattachSessionResponseMessage answer = (ReattachSessionResponseMessage) connection
                    .getChannel(CHANNEL_ID.SESSION.id, -1)
                    .sendBlocking(new ReattachSessionMessage(theirs.getName(), -1), PacketImpl.REATTACH_SESSION_RESP);

            assertThat(answer.isReattached()).isFalse();
            assertThat(victim.count(JmsClient.SENDS)).isNotNegative();
        }
    }

    private static FederationDownstreamConnectMessage federationWith(int port) {
        FederationQueuePolicyConfiguration all = new FederationQueuePolicyConfiguration()
                .setName("all")
                .addInclude(new FederationQueuePolicyConfiguration.Matcher()
                        .setAddressMatch("#")
                        .setQueueMatch("#"));
        FederationDownstreamConfiguration downstream = new FederationDownstreamConfiguration();
        downstream.setName("theirs");
        downstream.addPolicyRef("all");
        downstream.setUpstreamConfiguration(new TransportConfiguration(
                NettyConnectorFactory.class.getName(), Map.of("host", "127.0.0.1", "port", port), "theirs"));
        FederationDownstreamConnectMessage message = new FederationDownstreamConnectMessage();
        message.setName("theirs");
        message.setStreamConfiguration(downstream);
        message.setFederationPolicyMap(Map.of("all", all));
        message.setTransformerConfigurationMap(Map.of());
        return message;
    }

    private void assertThatTheDoorIsEmpty() {
        await().atMost(LONG).until(() -> client.count(JmsClient.SENDS) == 0);
    }

    private static LedgerFile ledger() {
        return new LedgerFile(home.resolve("ledger").resolve("caravan.db"));
    }

    private static String send(String text) {
        return "{\"to\": \"+905301234567\", \"text\": \"" + text + "\"}";
    }

    private static JsonNode json(Message message) throws Exception {
        return new ObjectMapper().readTree(((TextMessage) message).getText());
    }

    /** Tells when somebody reads it. */
    private static final class Gadget implements Serializable {
        private static final AtomicBoolean READ = new AtomicBoolean();

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            READ.set(true);
            in.defaultReadObject();
        }
    }
}
