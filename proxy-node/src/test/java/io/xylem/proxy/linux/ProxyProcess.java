package io.xylem.proxy.linux;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The proxy as a process of its own, without a broker. */
final class ProxyProcess {
    private ProxyProcess() {}

    /**
     * @param worker where its packets are
     * @param directory of its data, and of what it says
     * @param settings {@code name=value}
     */
    static Process start(NetworkNamespace worker, Path directory, List<String> settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.xylem.proxy.ProxyMain"));
        List<String> all = new ArrayList<>(List.of(
                "bootstrap.servers=127.0.0.1:1",
                "schema.registry.url=http://127.0.0.1:1",
                "xylem.netns=" + worker.name(),
                "xylem.data.dir=" + directory));
        all.addAll(settings);
        for (String setting : all) {
            command.add("--override");
            command.add(setting);
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("proxy.log").toFile()))
                .start();
    }
}
