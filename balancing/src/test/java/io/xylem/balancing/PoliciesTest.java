package io.xylem.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.model.Ipv6Prefix;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoliciesTest {
    @Test
    void roundRobinIsFoundByItsNameWithoutRegardToCase() {
        Policies policies = Policies.load();
        assertThat(policies.find("RR")).containsInstanceOf(RoundRobin.class);
        assertThat(policies.find("rr")).isEqualTo(policies.find("RR"));
        assertThat(policies.find("closest-of-all")).isEmpty();
        assertThat(policies.all()).extracting(BalancingPolicy::ipType).contains("RR");
    }

    @Test
    void roundRobinHasTheAddressesAndFieldsOfTheAddressPlan() {
        RoundRobin policy = new RoundRobin();
        assertThat(policy.v6Prefix()).isEqualTo(Ipv6Prefix.parse("fdff:2000::/21"));
        assertThat(policy.descriptorField()).isEqualTo("rr_ip");
        assertThat(policy.descriptorFieldV6()).isEqualTo("rr_ip_v6");
    }

    @Test
    void noTwoPoliciesHaveOneName() {
        BalancingPolicy impostor = new BalancingPolicy() {
            @Override
            public String ipType() {
                return "rr";
            }

            @Override
            public String descriptorField() {
                return "other_ip";
            }

            @Override
            public Ipv6Prefix v6Prefix() {
                return Ipv6Prefix.parse("fdff:f000::/21");
            }

            @Override
            public InstanceChooser newChooser() {
                return choice -> 0;
            }
        };
        assertThatThrownBy(() -> new Policies(List.of(new RoundRobin(), impostor)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rr");
    }
}
