package io.xylem.bench;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteFold;
import io.xylem.proxy.domain.RouteUpdate;
import java.util.List;

/** Routes of a full realm, beside those that are measured. */
final class CrowdedRoutes {
    private static final int SERVICES = 1_000;
    private static final int WORKERS = 1_000;
    private static final int FIRST = 0x0a1e_0100; // 10.30.1.0

    private CrowdedRoutes() {}

    static void apply(RouteFold fold, int instances) {
        for (int service = 0; service < SERVICES; service++) {
            DualAddress ip = dual(FIRST + instances + service, 0xfdff_2000_0000_0000L, 0x100 + service);
            fold.apply(new RouteUpdate.ServiceKnown(name(service), List.of(new ServiceIp("RR", ip)), 1));
        }
        for (int n = 0; n < instances; n++) {
            int worker = n % WORKERS;
            fold.apply(new RouteUpdate.InstanceAt(
                    new InstanceName(name(n % SERVICES), n / SERVICES),
                    dual(FIRST + n, 0xfdff_0000_0000_0000L, 0x100 + n),
                    dual(0x0a13_0000 + worker * 64 + n / WORKERS, 0xfc00_0000_0000_0000L, (1L << 20) + n),
                    "crowd" + worker,
                    new Endpoint("192.168." + (100 + worker / 250) + "." + (1 + worker % 250), UserMode.TUNNEL_PORT),
                    InstanceState.READY,
                    2));
        }
    }

    private static ServiceName name(int service) {
        return new ServiceName("app", "bench", "crowd" + service, "bench");
    }

    private static DualAddress dual(int v4, long high, long low) {
        return new DualAddress(new Ipv4(v4), new Ipv6(high, low));
    }
}
