package io.xylem.schemas;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.model.Location;
import io.xylem.model.ServiceIp;
import io.xylem.schemas.avro.AddressPair;
import io.xylem.schemas.avro.GeoLocation;
import io.xylem.schemas.avro.Ipv6Bits;
import io.xylem.schemas.avro.Readiness;
import io.xylem.schemas.avro.ServiceIpEntry;
import io.xylem.schemas.avro.SubnetPair;
import io.xylem.schemas.avro.UnderlayEndpoint;
import java.util.List;

/**
 * The words of the model in Avro, and back. The way back throws IllegalArgumentException where the record holds what
 * the model does not allow, such as a prefix with host bits.
 */
public final class AvroWords {
    private AvroWords() {}

    public static AddressPair toAvro(DualAddress address) {
        return new AddressPair(address.v4().bits(), new Ipv6Bits(address.v6().bytes()));
    }

    public static DualAddress toModel(AddressPair pair) {
        return new DualAddress(new Ipv4(pair.getV4()), Ipv6.of(pair.getV6().bytes()));
    }

    public static SubnetPair toAvro(DualPrefix subnet) {
        return new SubnetPair(
                subnet.v4().network().bits(),
                subnet.v4().length(),
                new Ipv6Bits(subnet.v6().network().bytes()),
                subnet.v6().length());
    }

    public static DualPrefix toModel(SubnetPair pair) {
        return new DualPrefix(
                new Ipv4Prefix(new Ipv4(pair.getV4()), pair.getV4Length()),
                new Ipv6Prefix(Ipv6.of(pair.getV6().bytes()), pair.getV6Length()));
    }

    public static ServiceIpEntry toAvro(ServiceIp serviceIp) {
        return new ServiceIpEntry(serviceIp.ipType(), toAvro(serviceIp.address()));
    }

    public static ServiceIp toModel(ServiceIpEntry entry) {
        return new ServiceIp(entry.getIpType(), toModel(entry.getAddress()));
    }

    public static List<ServiceIpEntry> toAvro(List<ServiceIp> serviceIps) {
        return serviceIps.stream().map(AvroWords::toAvro).toList();
    }

    public static List<ServiceIp> toModel(List<ServiceIpEntry> entries) {
        return entries.stream().map(AvroWords::toModel).toList();
    }

    public static UnderlayEndpoint toAvro(Endpoint endpoint) {
        return new UnderlayEndpoint(endpoint.address(), endpoint.port());
    }

    public static Endpoint toModel(UnderlayEndpoint endpoint) {
        return new Endpoint(endpoint.getAddress(), endpoint.getPort());
    }

    public static GeoLocation toAvro(Location location) {
        return new GeoLocation(location.latitude(), location.longitude());
    }

    public static Location toModel(GeoLocation location) {
        return new Location(location.getLatitude(), location.getLongitude());
    }

    public static Readiness toAvro(InstanceState state) {
        return switch (state) {
            case SCHEDULED -> Readiness.SCHEDULED;
            case READY -> Readiness.READY;
            case UNREADY -> Readiness.UNREADY;
            case DRAINING -> Readiness.DRAINING;
        };
    }

    public static InstanceState toModel(Readiness readiness) {
        return switch (readiness) {
            case SCHEDULED -> InstanceState.SCHEDULED;
            case READY -> InstanceState.READY;
            case UNREADY -> InstanceState.UNREADY;
            case DRAINING -> InstanceState.DRAINING;
        };
    }
}
