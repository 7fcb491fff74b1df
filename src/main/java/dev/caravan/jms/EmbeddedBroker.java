package dev.caravan.jms;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.api.core.Interceptor;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.DivertConfiguration;
import org.apache.activemq.artemis.core.config.TransformerConfiguration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.protocol.core.CoreRemotingConnection;
import org.apache.activemq.artemis.core.protocol.core.Packet;
import org.apache.activemq.artemis.core.protocol.core.impl.ChannelImpl.CHANNEL_ID;
import org.apache.activemq.artemis.core.protocol.core.impl.PacketImpl;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.ReattachSessionResponseMessage;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.ComponentConfigurationRoutingType;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.ServiceRegistry;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.server.impl.ServiceRegistryImpl;
import org.apache.activemq.artemis.core.server.transformer.AddHeadersTransformer;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * An Artemis in this process: durable, for one user, reachable over the address it listens on and, by this gateway,
 * without a network.
 */
final class EmbeddedBroker implements AutoCloseable {

    private static final int MEBIBYTE = 1024 * 1024;

    /** An address with more waiting than this keeps the rest on disk: a full door leaves a small heap alone. */
    private static final int IN_MEMORY = 16 * MEBIBYTE;

    /** Producers wait when the disk has less left than this, so that the ledger beside the broker can still write. */
    private static final long DISK_LEFT_FREE = 64L * MEBIBYTE;

    private final int id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    private final ActiveMQServer server;

    private EmbeddedBroker(Path directory, String listen, String queue, String user, String password) throws Exception {
        ServiceRegistry services = new ServiceRegistryImpl();
        services.addIncomingInterceptor((Interceptor) EmbeddedBroker::isTaken);
        server = new ActiveMQServerImpl(
                configuration(directory, listen, queue), null, new SingleUser(user, password), null, services);
    }

    /**
     * Refuses what this release of Artemis does for anybody, before they have said who they are: connect to a broker of
     * theirs (CVE-2026-27446), make queues (CVE-2026-49362), and hand them a session of somebody else (CVE-2026-57967).
     * Whoever had a session and lost the connection is told that it is gone, and opens another one.
     */
    private static boolean isTaken(Packet packet, RemotingConnection from) {
        if (packet.getType() == PacketImpl.REATTACH_SESSION && from instanceof CoreRemotingConnection connection) {
            connection.getChannel(CHANNEL_ID.SESSION.id, -1).send(new ReattachSessionResponseMessage(-1, false));
            return false;
        }
        // Those who have a session make queues on a channel of its own.
        boolean isQueueWithoutSession =
                packet.getType() == PacketImpl.CREATE_QUEUE && packet.getChannelID() == CHANNEL_ID.SESSION.id;
        return !isQueueWithoutSession && packet.getType() != PacketImpl.FEDERATION_DOWNSTREAM_CONNECT;
    }

    /**
     * Starts a broker on what an earlier one left in the directory.
     *
     * @param listen {@code tcp://host:port}, with Artemis's own parameters if any
     * @param queue where sends arrive; invalid ones get a queue beside it
     * @throws IOException when it cannot listen or use the directory; the message holds no parameter of the address
     */
    static EmbeddedBroker start(Path directory, String listen, String queue, String user, String password)
            throws IOException {
        URI address = URI.create(listen.strip());
        requireFree(address);
        EmbeddedBroker broker;
        AtomicReference<Exception> failure = new AtomicReference<>();
        try {
            broker = new EmbeddedBroker(directory, listen.strip(), queue, user, password);
            broker.server.registerActivationFailureListener(failure::set);
            broker.server.start();
            broker.server.waitForActivation(30, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new IOException(
                    "the broker does not start: " + failed.getClass().getSimpleName(), failed);
        }
        if (failure.get() != null || !broker.server.isActive()) {
            broker.close();
            throw new IOException(
                    "the broker does not start on " + address.getHost() + ":" + address.getPort(), failure.get());
        }
        return broker;
    }

    /** The address by which this process reaches it. */
    String url() {
        return "vm://" + id;
    }

    // Asked before, because Artemis logs a stack trace of it, and starts all the same.
    private static void requireFree(URI address) throws IOException {
        InetSocketAddress socket = new InetSocketAddress(address.getHost(), address.getPort());
        if (socket.isUnresolved()) {
            throw new IOException("there is no host " + address.getHost());
        }
        try (ServerSocket free = new ServerSocket()) {
            free.bind(socket);
        } catch (IOException taken) {
            throw new IOException(
                    "cannot listen on " + address.getHost() + ":" + address.getPort() + ": " + taken.getMessage(),
                    taken);
        }
    }

    private Configuration configuration(Path directory, String listen, String queue) throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setName("caravan")
                .setPersistenceEnabled(true)
                // Runs everywhere; libaio is a library that many machines lack.
                .setJournalType(JournalType.NIO)
                .setJournalDirectory(directory.resolve("journal").toString())
                .setBindingsDirectory(directory.resolve("bindings").toString())
                .setPagingDirectory(directory.resolve("paging").toString())
                .setLargeMessagesDirectory(directory.resolve("large-messages").toString())
                .setSecurityEnabled(true)
                .setJMXManagementEnabled(false)
                .setGlobalMaxSize(4L * IN_MEMORY)
                .addAcceptorConfiguration("door", listen)
                .addAcceptorConfiguration("gateway", url());
        configuration.setMaxDiskUsage(-1);
        configuration.setMinDiskFree(DISK_LEFT_FREE);
        configuration.putSecurityRoles("#", Set.of(SingleUser.role()));
        configuration.addAddressSetting("#", settings());
        String invalid = JmsDoor.invalid(queue);
        for (String own : new String[] {queue, invalid}) {
            configuration.addAddressSetting(
                    own, settings().setAutoDeleteQueues(false).setAutoDeleteAddresses(false));
            configuration.addAddressConfiguration(new CoreAddressConfiguration()
                    .setName(own)
                    .addRoutingType(RoutingType.ANYCAST)
                    .addQueueConfiguration(
                            QueueConfiguration.of(own).setAddress(own).setRoutingType(RoutingType.ANYCAST)));
        }
        configuration.addDivertConfiguration(tooLarge(queue, invalid));
        return configuration;
    }

    /** A message is kept until it is taken, however often a consumer gives it back. */
    private static AddressSettings settings() {
        return new AddressSettings()
                .setMaxDeliveryAttempts(-1)
                .setRedeliveryDelay(1_000)
                .setRedeliveryMultiplier(2)
                .setMaxRedeliveryDelay(60_000)
                .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
                .setMaxSizeBytes(IN_MEMORY)
                .setPageSizeBytes(MEBIBYTE)
                .setDefaultAddressRoutingType(RoutingType.ANYCAST)
                .setDefaultQueueRoutingType(RoutingType.ANYCAST);
    }

    /**
     * Artemis hands a text to its consumer decoded, so one that fits into no heap could never be refused there: it is laid
     * aside before, on disk, by its size. Text takes two bytes a character on its way.
     */
    private static DivertConfiguration tooLarge(String queue, String invalid) {
        return new DivertConfiguration()
                .setName("too-large")
                .setAddress(queue)
                .setForwardingAddress(invalid)
                .setExclusive(true)
                .setRoutingType(ComponentConfigurationRoutingType.PASS)
                .setFilterString("_AMQ_LARGE_SIZE > " + 2L * JmsContent.GREATEST)
                .setTransformerConfiguration(new TransformerConfiguration(AddHeadersTransformer.class.getName())
                        .setProperties(Map.of(
                                InvalidQueue.CODE,
                                JmsContent.TOO_LARGE,
                                InvalidQueue.REASON,
                                JmsContent.TOO_LARGE_REASON)));
    }

    /** Lets go of the address and the directory. */
    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (Exception failed) {
            throw new IOException(
                    "the broker does not stop: " + failed.getClass().getSimpleName(), failed);
        }
    }
}
