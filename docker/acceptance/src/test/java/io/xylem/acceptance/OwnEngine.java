package io.xylem.acceptance;

import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;

/** Leads Testcontainers to the engine that the test started, and to no other of this machine. */
public final class OwnEngine extends DockerClientProviderStrategy {
    @Override
    public String getDescription() {
        return "the engine that the test started";
    }

    @Override
    protected boolean isApplicable() {
        return Engine.isRunning();
    }

    @Override
    protected boolean isPersistable() {
        return false;
    }

    @Override
    protected int getPriority() {
        return Integer.MAX_VALUE;
    }

    @Override
    public TransportConfig getTransportConfig() {
        return TransportConfig.builder().dockerHost(Engine.running().url()).build();
    }
}
