package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts rely on without a cluster: exit status, where things are printed, and that nobody sees a stack trace. */
class UsageTest {
    @TempDir
    Path dir;

    static Stream<String> wrongUsage() {
        return Stream.of(
                "",
                "fly",
                "get",
                "get pods",
                "get services -o yaml",
                "publish",
                "publish a b",
                "up --workers many",
                "up --workers 255",
                "attach --worker w1 --netns n --service A.prod.S.prod",
                "attach --netns n --service A.prod.S.prod --instance 1",
                "attach --worker w1 --url http://127.0.0.1:1 --netns n --service A.prod.S.prod --instance 1",
                "detach --worker w1 --service A.prod.S.prod --instance one",
                "audit",
                "audit address 10.30.999.1",
                "audit state --at yesterday",
                "topics",
                "acls",
                "acls create --grant nobody=x --bootstrap 127.0.0.1:1 --registry http://127.0.0.1:1",
                "acls check --grant worker --bootstrap 127.0.0.1:1 --registry http://127.0.0.1:1",
                "certificates",
                "certificates pki --server broker",
                "certificates pki --registry registry",
                "certificates pki --client a/b",
                "certificates pki --worker w1",
                "realm",
                "realm import",
                "dead-letters",
                "dead-letters show",
                "dead-letters replay",
                "run",
                "run broker",
                "run allocator --set a=b",
                "topics create --partitions 0 --bootstrap 127.0.0.1:1 --registry http://127.0.0.1:1");
    }

    @ParameterizedTest
    @MethodSource
    void wrongUsage(String line) {
        Cli.Result result = Cli.run(words(line));
        assertThat(result.status()).as(result.err()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("xylem: ").contains("--help");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "demo --help",
                "up --help",
                "down --help",
                "status --help",
                "run --help",
                "publish --help",
                "get --help",
                "attach --help",
                "detach --help",
                "topics create --help",
                "topics check --help",
                "acls create --help",
                "acls diff --help",
                "certificates --help",
                "realm export --help",
                "realm import --help",
                "dead-letters --help",
                "dead-letters list --help",
                "dead-letters show --help",
                "dead-letters replay --help",
                "audit verify --help",
                "audit address --help",
                "audit state --help",
                "audit leaks --help",
                "version",
                "completion"
            })
    void helpIsAResult(String line) {
        Cli.Result result = Cli.run(words(line));
        assertThat(result.status()).isZero();
        assertThat(result.out()).isNotBlank();
        assertThat(result.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"get services", "publish -", "attach --worker w1 --netns n --service A.prod.S.prod --instance 1"
            })
    void withoutAClusterACommandSaysHowToGetOne(String line) {
        Cli.Result result = Cli.run(words(line + " --dir " + dir));
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .startsWith("xylem: no development cluster runs in " + dir)
                .contains("`xylem up`", "--bootstrap")
                .doesNotContain("\tat ");
    }

    @Test
    void aStoppedClusterHasStatus1() {
        Cli.Result result = Cli.run("status", "--dir", dir.toString());
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("there is no cluster in " + dir);
    }

    @Test
    void downWhereNothingRunsIsDone() {
        Cli.Result result = Cli.run("down", "--dir", dir.toString());
        assertThat(result.status()).isZero();
        assertThat(result.err()).contains("No cluster runs in " + dir);
    }

    @Test
    void aClusterNamedByHalfIsRefused() {
        Cli.Result result = Cli.run("get", "services", "--bootstrap", "127.0.0.1:1");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("schema.registry.url", "--registry URL");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path file = dir.resolve("events.jsonl");
        Cli.Result result =
                Cli.run("publish", file.toString(), "--bootstrap", "127.0.0.1:1", "--registry", "http://127.0.0.1:1");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains(file.toString());
    }

    @Test
    void aFolderOfPoliciesThatIsNotThereIsNamed() throws Exception {
        Path file = Files.writeString(dir.resolve("events.jsonl"), "");
        String nowhere = dir.resolve("nowhere").toString();
        for (String command : List.of("publish " + file, "audit verify")) {
            Cli.Result result = Cli.run(words(
                    command + " --policies " + nowhere + " --bootstrap 127.0.0.1:1 --registry http://127.0.0.1:1"));
            assertThat(result.status()).isEqualTo(1);
            assertThat(result.err())
                    .contains("'" + nowhere + "' is no directory")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aDamagedClusterFileIsNamed() throws Exception {
        Files.writeString(dir.resolve("cluster.json"), "{");
        Cli.Result result = Cli.run("status", "--dir", dir.toString());
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("cluster.json", "can't be read").doesNotContain("\tat ");
    }

    @Test
    void namesAreCheckedBeforeAnybodyIsAsked() {
        Cli.Result result = Cli.run(words("attach --url http://127.0.0.1:1 --netns n --service A.prod --instance 1"));
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("INVALID_NAME", "'A.prod' is not a service name");
    }

    @Test
    void versionsAsJson() throws Exception {
        var json = new ObjectMapper().readTree(Cli.run("version", "-o", "json").out());
        assertThat(json.fieldNames()).toIterable().containsExactly("xylem", "kafka", "java");
    }

    private static String[] words(String line) {
        return line.isEmpty() ? new String[0] : line.split(" ");
    }
}
