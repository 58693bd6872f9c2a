package io.xylem.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;

/** HTTP basic authentication as {@code basic.auth.credentials.source} says. */
final class RegistryCredentials {
    private RegistryCredentials() {}

    /** The Authorization header for requests to {@code base}; empty: none is sent. */
    static Optional<String> authorization(RegistryConfig config, URI base) {
        String source = config.getString(RegistryConfig.CREDENTIALS_SOURCE);
        return switch (source) {
            case "URL" -> Optional.ofNullable(base.getUserInfo()).map(RegistryCredentials::basic);
            case "USER_INFO" -> Optional.of(basic(userInfo(config)));
            case "SASL_INHERIT" -> Optional.of(basic(saslUser(config)));
            default ->
                throw new ConfigException(
                        RegistryConfig.CREDENTIALS_SOURCE, source, "one of URL, USER_INFO, SASL_INHERIT");
        };
    }

    private static String userInfo(RegistryConfig config) {
        String userInfo = config.getPassword(RegistryConfig.USER_INFO).value();
        if (userInfo.indexOf(':') < 1) {
            throw new ConfigException(RegistryConfig.CREDENTIALS_SOURCE + "=USER_INFO needs " + RegistryConfig.USER_INFO
                    + " in the form user:password");
        }
        return userInfo;
    }

    private static String saslUser(RegistryConfig config) {
        Object jaas = config.originals().get(SaslConfigs.SASL_JAAS_CONFIG);
        if (jaas == null) {
            throw new ConfigException(
                    RegistryConfig.CREDENTIALS_SOURCE + "=SASL_INHERIT needs " + SaslConfigs.SASL_JAAS_CONFIG);
        }
        Password password = jaas instanceof Password given ? given : new Password(jaas.toString());
        Map<String, ?> options = JaasContext.loadClientContext(Map.of(SaslConfigs.SASL_JAAS_CONFIG, password))
                .configurationEntries()
                .getFirst()
                .getOptions();
        return options.get("username") + ":" + options.get("password");
    }

    private static String basic(String userInfo) {
        return "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(UTF_8));
    }
}
