package io.xylem.audit;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Endpoint;
import io.xylem.model.Ipv6;
import io.xylem.model.Location;
import io.xylem.model.ServiceIp;
import io.xylem.schemas.avro.AddressPair;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.GeoLocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.Ipv6Bits;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.avro.ServiceAllocation;
import io.xylem.schemas.avro.ServiceIpEntry;
import io.xylem.schemas.avro.SubnetPair;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WorkerAllocation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether a record says what was derived. Compares in place: nothing is made for the millions that are as they should be. */
final class Same {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Same() {}

    static boolean is(Answer expected, Outcome found) {
        if (found.getOffset() != expected.offset() || !found.getType().equals(expected.type())) {
            return false;
        }
        if (!expected.isAccepted()) {
            return found.getStatus() == OutcomeStatus.REJECTED
                    && Objects.equals(found.getCode(), expected.code())
                    && found.getMessage() != null
                    && !found.getUnchanged();
        }
        Integer number = found.getInstance();
        return found.getStatus() == OutcomeStatus.ACCEPTED
                && found.getCode() == null
                && found.getUnchanged() == expected.unchanged()
                && Objects.equals(found.getWorker(), expected.worker())
                && Objects.equals(found.getService(), expected.service())
                && (number == null ? expected.number() == -1 : number == expected.number())
                && is(expected.subnet(), found.getSubnet())
                && is(expected.ips(), found.getServiceIps())
                && is(expected.instanceIp(), found.getInstanceIp())
                && is(expected.namespaceIp(), found.getNamespaceIp())
                && Objects.equals(expected.settings(), found.getSettings());
    }

    static boolean is(@Nullable Entity expected, @Nullable Allocation found, String realm) {
        if (expected == null || found == null) {
            return expected == null && found == null;
        }
        return found.getVersion() == expected.version()
                && found.getRealm().equals(realm)
                && switch (expected) {
                    case Entity.Worker worker -> found.getBody() instanceof WorkerAllocation other && is(worker, other);
                    case Entity.Service service ->
                        found.getBody() instanceof ServiceAllocation other
                                && other.getService().equals(service.name())
                                && is(service.ips(), other.getServiceIps());
                    case Entity.Instance instance ->
                        found.getBody() instanceof InstanceAllocation other && is(instance, other);
                };
    }

    private static boolean is(Entity.Worker expected, WorkerAllocation found) {
        return found.getWorker().equals(expected.name())
                && found.getCluster().equals(expected.cluster())
                && is(expected.underlay(), found.getUnderlay())
                && Objects.equals(found.getZone(), expected.zone())
                && is(expected.location(), found.getLocation())
                && is(expected.subnet(), found.getSubnet())
                && found.getLost() == expected.lost();
    }

    private static boolean is(Entity.Instance expected, InstanceAllocation found) {
        return found.getService().equals(expected.service())
                && found.getInstance() == expected.number()
                && found.getWorker().equals(expected.worker())
                && is(expected.instanceIp(), found.getInstanceIp())
                && is(expected.namespaceIp(), found.getNamespaceIp())
                && found.getWeight() == expected.weight()
                && found.getReadiness().name().equals(expected.state().name());
    }

    private static boolean is(Endpoint expected, UnderlayEndpoint found) {
        return found.getAddress().equals(expected.address()) && found.getPort() == expected.port();
    }

    private static boolean is(@Nullable Location expected, @Nullable GeoLocation found) {
        if (expected == null || found == null) {
            return expected == null && found == null;
        }
        return expected.equals(new Location(found.getLatitude(), found.getLongitude()));
    }

    private static boolean is(List<ServiceIp> expected, @Nullable List<ServiceIpEntry> found) {
        if (found == null) {
            return expected.isEmpty();
        }
        if (found.size() != expected.size()) {
            return false;
        }
        for (int i = 0; i < found.size(); i++) {
            if (!found.get(i).getIpType().equals(expected.get(i).ipType())
                    || !is(expected.get(i).address(), found.get(i).getAddress())) {
                return false;
            }
        }
        return true;
    }

    private static boolean is(@Nullable DualAddress expected, @Nullable AddressPair found) {
        if (expected == null || found == null) {
            return expected == null && found == null;
        }
        return found.getV4() == expected.v4().bits() && is(expected.v6(), found.getV6());
    }

    private static boolean is(@Nullable DualPrefix expected, @Nullable SubnetPair found) {
        if (expected == null || found == null) {
            return expected == null && found == null;
        }
        return found.getV4() == expected.v4().network().bits()
                && found.getV4Length() == expected.v4().length()
                && is(expected.v6().network(), found.getV6())
                && found.getV6Length() == expected.v6().length();
    }

    private static boolean is(Ipv6 expected, Ipv6Bits found) {
        byte[] bytes = found.bytes();
        return (long) LONG.get(bytes, 0) == expected.high() && (long) LONG.get(bytes, 8) == expected.low();
    }
}
