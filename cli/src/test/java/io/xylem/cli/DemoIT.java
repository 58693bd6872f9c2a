package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The address plan end to end, with packets: the demo itself. It checks what it shows. */
class DemoIT {
    @Test
    void theExampleOfTheAddressPlanComesOutAsDocumented() {
        Skip.unlessWorkersAreAllowed();

        Cli.Result result = Cli.run("demo");
        assertThat(result.status()).as(result.out() + result.err()).isZero();
        assertThat(result.out())
                .contains("10.18.30.64/26 fc00::7900/120", "All came out as documented", "Cleaned up.")
                .contains("GET 10.30.0.1 ", "GET fdff:2000::1 ", "ping 10.30.0.2 ", "ping fdff::1 ");
    }
}
