package io.xylem.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserSettingsTest {
    @TempDir
    Path dir;

    @Test
    void theyStayAndReachEveryPart() throws ClusterException {
        UserSettings.keep(dir, Map.of("xylem.latency", "low", "xylem.dataplane", "user"));
        UserSettings.keep(dir, Map.of("xylem.dataplane", "auto"));
        UserSettings.keep(dir, Map.of());

        var settings = new Properties();
        settings.put("xylem.worker", "w1");
        UserSettings.addTo(settings, dir);
        assertThat(settings).isEqualTo(Map.of("xylem.worker", "w1", "xylem.latency", "low", "xylem.dataplane", "auto"));
    }

    @Test
    void whatTheClusterSaysItselfIsRefused() throws ClusterException {
        UserSettings.keep(dir, Map.of("bootstrap.servers", "elsewhere:9092"));
        var settings = new Properties();
        settings.put("bootstrap.servers", "127.0.0.1:1");
        assertThatThrownBy(() -> UserSettings.addTo(settings, dir))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("sets bootstrap.servers itself")
                .hasMessageContaining("elsewhere:9092");
    }
}
