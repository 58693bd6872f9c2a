package io.xylem.schemas;

import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/** {@code schema.registry.ssl.*}: Kafka's own settings for stores, keys and protocols, under Confluent's prefix. */
final class RegistryTls {
    private static final String PREFIX = "schema.registry.";

    private RegistryTls() {}

    /** Without such settings the JDK's trust store decides. */
    static void configure(RegistryConfig config, HttpClient.Builder http) {
        Map<String, Object> given = config.originalsWithPrefix(PREFIX);
        if (given.keySet().stream().noneMatch(key -> key.startsWith("ssl."))) {
            return;
        }
        if ("".equals(given.get(SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG))) {
            throw new ConfigException(PREFIX + SslConfigs.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM_CONFIG
                    + " can't be empty: the registry's host name is always verified");
        }
        ConfigDef definition = new ConfigDef();
        SslConfigs.addClientSslSupport(definition);
        Map<String, Object> settings = definition.parse(given);
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            factory.configure(settings);
            http.sslContext(factory.sslContext());
        }
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(names(settings.get(SslConfigs.SSL_ENABLED_PROTOCOLS_CONFIG)));
        parameters.setCipherSuites(names(settings.get(SslConfigs.SSL_CIPHER_SUITES_CONFIG)));
        http.sslParameters(parameters);
    }

    /** Null, the JDK's default, where nothing is set. */
    private static String @org.jspecify.annotations.Nullable [] names(
            @org.jspecify.annotations.Nullable Object setting) {
        return setting instanceof List<?> list && !list.isEmpty()
                ? list.stream().map(Object::toString).toArray(String[]::new)
                : null;
    }
}
