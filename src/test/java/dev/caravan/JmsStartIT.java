package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import jakarta.jms.ConnectionFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** When the JMS door is open, and what its absence costs: nothing. */
class JmsStartIT {

    @TempDir
    private Path home;

    @Test
    void nothingOfJmsIsThereWhenTheDoorIsClosed() {
        try (ConfigurableApplicationContext gateway = start()) {
            assertThat(gateway.getBeanNamesForType(ConnectionFactory.class)).isEmpty();
            assertThat(gateway.getBeanDefinitionNames())
                    .noneMatch(name -> name.toLowerCase(Locale.ROOT).contains("artemis"))
                    .doesNotContain("jmsHealthContributor", "jmsTemplate");
            assertThat(gateway.getBeanFactory().getSingleton("jms")).isNull();
            assertThat(gateway.getBean(CamelContext.class).getRoutes())
                    .noneMatch(route -> route.getId().startsWith("jms"));
            assertThat(home.resolve("broker")).doesNotExist();
        }
    }

    @Test
    void withoutAnAccountMessagesStayInTheirQueueUntilThereIsOne() throws Exception {
        String url = url();
        try (ConfigurableApplicationContext gateway = start(listening(url));
                JmsClient client = new JmsClient(url, "hub", "secret")) {
            client.send(client.text("{\"to\": \"+905301234567\", \"text\": \"Kept\"}"));

            assertThat(gateway.getBean(CamelContext.class).getRoute("jms-sends"))
                    .isNull();
            // The broker acknowledges a message before its queue counts it.
            await().untilAsserted(
                            () -> assertThat(client.count(JmsClient.SENDS)).isEqualTo(1));
        }
        try (ProviderStub stub = new ProviderStub();
                ConfigurableApplicationContext gateway = start(listening(
                        url,
                        "--caravan.default-account=main",
                        "--caravan.accounts.main.provider=maytapi",
                        "--caravan.accounts.main.base-url=" + stub.url(),
                        "--caravan.accounts.main.settings.product-id=p",
                        "--caravan.accounts.main.settings.phone-id=1",
                        "--caravan.accounts.main.settings.api-key=k"))) {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(stub.accepted()).containsEntry("Kept", 1));
            assertThat(gateway.getBeanNamesForType(ConnectionFactory.class)).hasSize(1);
        }
    }

    @Test
    void portInUseStopsTheStartAndNamesTheKey() throws IOException {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String url = "tcp://127.0.0.1:" + taken.getLocalPort();

            assertThatThrownBy(() -> start(listening(url)).close())
                    .hasStackTraceContaining("caravan.jms.listen: cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void anOutcomeEndpointWithoutABrokerStopsTheStartAndNamesTheKey() {
        assertThatThrownBy(() -> start("--caravan.outcomes=jms:queue:outcomes").close())
                .hasStackTraceContaining("caravan.outcomes: there is no broker");
    }

    @Test
    void aConnectionFactoryOfTheUsersReplacesTheBroker() throws Exception {
        String url = url();
        try (ConfigurableApplicationContext broker = start(listening(url))) {
            try (ConfigurableApplicationContext gateway = new SpringApplicationBuilder(
                            CaravanApplication.class, Users.class)
                    .run(
                            "--server.port=0",
                            "--caravan.home=" + home.resolve("second"),
                            "--caravan.jms.listen=tcp://127.0.0.1:1",
                            "--caravan.jms.user=hub",
                            "--caravan.jms.password=secret",
                            "--users.url=" + url)) {
                assertThat(gateway.getBean(ConnectionFactory.class)).isInstanceOf(ActiveMQConnectionFactory.class);
                assertThat(gateway.getBean("jms", Component.class)).isNotNull();
                assertThat(home.resolve("second").resolve("broker")).doesNotExist();
            }
            assertThat(broker.isActive()).isTrue();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Users {
        @Bean
        ConnectionFactory usersConnections(Environment environment) {
            return new ActiveMQConnectionFactory(environment.getProperty("users.url"), "hub", "secret");
        }
    }

    private static String url() throws IOException {
        return "tcp://127.0.0.1:" + Installation.freePort();
    }

    private static String[] listening(String url, String... others) {
        List<String> arguments = new ArrayList<>(
                List.of("--caravan.jms.listen=" + url, "--caravan.jms.user=hub", "--caravan.jms.password=secret"));
        arguments.addAll(List.of(others));
        return arguments.toArray(String[]::new);
    }

    private ConfigurableApplicationContext start(String... others) {
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--caravan.home=" + home));
        arguments.addAll(List.of(others));
        return new SpringApplicationBuilder(CaravanApplication.class).run(arguments.toArray(String[]::new));
    }
}
