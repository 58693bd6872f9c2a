package io.xylem.model;

/** One semantic service address: {@code ipType} is the short name of the balancing policy that it stands for. */
public record ServiceIp(String ipType, DualAddress address) {}
