package io.xylem.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FindingsTest {
    @Test
    void theLowestOffsetsAreKeptWheneverTheyAreFound() {
        Findings findings = new Findings(3);
        for (long offset = 5_000; offset > 0; offset--) {
            findings.add(Difference.Kind.LEAK, "main", offset, "x", "gone", "there", "");
        }
        findings.add(Difference.Kind.DUPLICATE, "main", 1, "y", "one", "two", "");
        assertThat(findings.count()).isEqualTo(5_001);
        assertThat(findings.inOrder()).hasSize(Findings.KEPT);
        assertThat(findings.inOrder().getFirst().kind()).isEqualTo(Difference.Kind.LEAK);
        assertThat(findings.inOrder().getFirst().offset()).isEqualTo(1);
        assertThat(findings.inOrder().get(1).kind()).isEqualTo(Difference.Kind.DUPLICATE);
        assertThat(findings.inOrder().getLast().offset()).isEqualTo(999);
    }
}
