package io.xylem.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.xylem.model.Ipv6Prefix;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoliciesTest {
    private record Named(String ipType, String descriptorField, Ipv6Prefix v6Prefix) implements BalancingPolicy {
        @Override
        public InstanceChooser newChooser() {
            return choice -> 0;
        }
    }

    @Test
    void aPolicyIsFoundByItsNameWithoutRegardToCase() {
        Policies policies = Policies.load();
        assertThat(policies.find("RR")).containsInstanceOf(RoundRobin.class);
        assertThat(policies.find("rr")).isEqualTo(policies.find("RR"));
        assertThat(policies.find("closest-of-all")).isEmpty();
    }

    @Test
    void theySayWhatMustBeMeasuredForThem() {
        Policies policies = Policies.load();
        assertThat(policies.need(BalancingPolicy.Need.ACTIVE_FLOWS, "underutilized"))
                .isTrue();
        assertThat(policies.need(BalancingPolicy.Need.ROUND_TRIPS, "underutilized"))
                .isFalse();
        assertThat(policies.need(BalancingPolicy.Need.ACTIVE_FLOWS, "RR")).isFalse();
        assertThat(policies.need(BalancingPolicy.Need.ACTIVE_FLOWS, "nobody's")).isFalse();
    }

    @Test
    void thoseBuiltInHaveTheAddressesAndFieldsOfTheAddressPlan() {
        assertThat(Policies.load().all())
                .extracting(
                        BalancingPolicy::ipType,
                        BalancingPolicy::descriptorField,
                        policy -> policy.v6Prefix().toString())
                .containsExactlyInAnyOrder(
                        tuple("RR", "rr_ip", "fdff:2000::/21"),
                        tuple("closest", "closest_ip", "fdff:1000::/21"),
                        tuple("underutilized", "underutilized_ip", "fdff:3000::/21"),
                        tuple("hash", "hash_ip", "fdff:5000::/21"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "rr       | other_ip   | fdff:f000::/21 | are named 'rr'",
                "new      | rr_ip      | fdff:f000::/21 | have the descriptor field 'rr_ip'",
                "new      | new_ip     | fdff:2000::/32 | fdff:2000::/21 of RR",
                "new      | new_ip     | fdff::/18      | overlaps fdff::/21",
                "new      | new_ip     | fdfe::/21      | allowed: a part of fdff::/16",
                "new      | new_ip     | fdff::/16      | allowed: a part of fdff::/16",
                "two words | new_ip    | fdff:f000::/21 | 'two words' is no name",
                "new      | newip      | fdff:f000::/21 | 'newip' is no descriptor field",
                "         | new_ip     | fdff:f000::/21 | does not tell its name"
            })
    void whatIsRefused(String ipType, String field, String prefix, String why) {
        assertThatThrownBy(() ->
                        new Policies(List.of(new RoundRobin(), new Named(ipType, field, Ipv6Prefix.parse(prefix)))))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining(why)
                .hasMessageContaining("Named");
    }
}
