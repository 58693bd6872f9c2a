package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dashboard's form, and that what is misspelt is found; whether it is exported, a cluster tells: ControlPlaneDownIT. */
class WatchedTest {
    private static final Exported EXPORTED = new Exported("""
            # TYPE xylem_answers_total counter
            xylem_answers_total{code="",status="accepted"} 4.0
            xylem_answers_total{code="no_worker",status="rejected"} 1.0
            xylem_age_seconds_bucket{le="0.1"} 1
            xylem_age_seconds_bucket{le="+Inf"} 1
            xylem_up 1.0
            """);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xylem_up == 0",
                "xylem_answers_total",
                "sum by (code, instance) (rate(xylem_answers_total{status=\"rejected\"}[5m])) > 0",
                "histogram_quantile(0.99, sum by (le)"
                        + " (rate(xylem_age_seconds_bucket{job=~\"$job\"}[$__rate_interval])))",
                "xylem_answers_total{status=~\"acc.*\"} / on (instance) group_left() xylem_up offset 1d",
            })
    void whatIsExportedIsFound(String query) {
        assertThat(EXPORTED.missing(query, Set.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xylem_upp == 0",
                "xylme_up",
                "xylem_age_seconds",
                "rate(xylem_answer_total[5m])",
                "xylem_up / xylem_down",
                "sum by (cod) (xylem_answers_total)",
                "xylem_answers_total{state=\"rejected\"}",
                "xylem_answers_total{status=\"refused\"}",
                "xylem_answers_total{status!=\"refused\"}",
                "xylem_answers_total{status=~\"ref.*\"}",
                "xylem_up{status=\"$status\"}",
                "xylem_up{job=\"allocator\"}",
                "{job=\"$job\"}",
                "1",
            })
    void whatIsNotIsNamed(String query) {
        assertThat(EXPORTED.missing(query, Set.of())).isNotEmpty();
    }

    @Test
    void aLabelIsShownOnlyIfItIsLeft() {
        String query = "sum by (status) (xylem_answers_total)";
        assertThat(EXPORTED.missing(query, Set.of("status"))).isEmpty();
        assertThat(EXPORTED.missing(query, Set.of("code")))
                .containsExactly("[xylem_answers_total] by code  <-  " + query);
    }

    @Test
    void theTableIsRead() throws Exception {
        assertThat(Watched.byTheTable())
                .hasSizeGreaterThan(8)
                .contains(new Watched.Query("xylem_allocator_held", Set.of("realm", "pool")));
    }

    @Test
    void everyPanelHasAUnitAndSaysWhenToWorry() throws Exception {
        List<String> rows = new ArrayList<>();
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : Watched.dashboard().path("panels")) {
            String title = panel.path("title").asText();
            assertThat(ids.add(panel.path("id").asInt())).as("id of " + title).isTrue();
            if (panel.path("type").asText().equals("row")) {
                rows.add(title);
                continue;
            }
            assertThat(panel.at("/fieldConfig/defaults/unit").asText())
                    .as("unit of " + title)
                    .isNotBlank();
            assertThat(panel.path("description").asText())
                    .as("description of " + title)
                    .contains("Worry when ");
            assertThat(panel.path("targets")).as(title).isNotEmpty();
            for (JsonNode target : panel.path("targets")) {
                assertThat(target.at("/datasource/uid").asText()).isEqualTo("${datasource}");
            }
        }
        assertThat(rows)
                .containsExactly("Allocator", "Routing", "Proxy", "Kafka Streams (allocator and routing)", "Processes");
        assertThat(Watched.dashboard().at("/templating/list/0/type").asText()).isEqualTo("datasource");
    }
}
