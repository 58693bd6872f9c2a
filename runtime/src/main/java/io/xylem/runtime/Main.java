package io.xylem.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settings, start, await, end: the frame of every process. Exit status 0 asked to end, 1 a fault, 2 wrong settings. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    /** Starts the process's parts. */
    @FunctionalInterface
    public interface Start {
        /**
         * @param fatal takes the fault that the process can't go on from
         * @return what {@code close} ends, in order, when the process is asked to end
         * @throws ConfigException if it can't start because of what a user can change; its message is for the user
         */
        AutoCloseable start(Settings settings, Consumer<Throwable> fatal) throws Exception;
    }

    private Main() {}

    /** Runs until the process is asked to end or a fault is given to {@code fatal}; does not return. */
    public static void run(String name, ConfigDef definition, String[] args, Start start) {
        System.exit(serve(name, definition, args, start));
    }

    private static int serve(String name, ConfigDef definition, String[] args, Start start) {
        Settings settings;
        try {
            settings = Settings.load(definition, args);
        } catch (ConfigException e) {
            System.err.println(name + ": " + e.getMessage());
            return 2;
        }
        LOG.info("{} starts with\n{}", name, settings);
        CompletableFuture<Void> fault = new CompletableFuture<>();
        try {
            AutoCloseable parts = start.start(settings, fault::completeExceptionally);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(name, parts), name + "-end"));
            LOG.info("{} runs", name);
            fault.get();
            return 0;
        } catch (ConfigException e) {
            System.err.println(name + ": " + e.getMessage());
            return 2;
        } catch (ExecutionException e) {
            LOG.error("{} can't go on", name, e.getCause());
            return 1;
        } catch (Exception e) {
            LOG.error("{} does not start", name, e);
            return 1;
        }
    }

    private static void close(String name, AutoCloseable parts) {
        try {
            parts.close();
            LOG.info("{} ended", name);
        } catch (Exception e) {
            LOG.error("{} did not end in order", name, e);
        }
    }
}
