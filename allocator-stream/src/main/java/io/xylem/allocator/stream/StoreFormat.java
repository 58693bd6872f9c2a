package io.xylem.allocator.stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.xylem.allocator.domain.Details;
import io.xylem.allocator.domain.Outcome;
import io.xylem.allocator.domain.Slot;
import io.xylem.allocator.domain.StateHash;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.model.ServiceName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Values of the store: one byte that names the format, then JSON, for people too. The properties are sorted, so equal
 * values are equal bytes, and the same log gives the same store.
 *
 * <pre>
 *  1{"instanceIp":{"v4":"10.30.0.2","v6":"fdff::1"},"name":{"number":1,"service":"A.prod.S.prod"}, …
 * </pre>
 */
final class StoreFormat {
    /** The next format is '2'; readers of a store then read both. */
    private static final byte FORMAT = '1';

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .addMixIn(Outcome.Result.class, ResultTypes.class)
            .addMixIn(Details.class, DetailsTypes.class)
            .addModule(texts())
            .build();

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "status")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Outcome.Accepted.class, name = "accepted"),
        @JsonSubTypes.Type(value = Outcome.Rejected.class, name = "rejected")
    })
    private interface ResultTypes {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "of")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Details.OfWorker.class, name = "worker"),
        @JsonSubTypes.Type(value = Details.OfService.class, name = "service"),
        @JsonSubTypes.Type(value = Details.OfInstance.class, name = "instance"),
        @JsonSubTypes.Type(value = Details.OfPlacement.class, name = "placement")
    })
    private interface DetailsTypes {}

    private StoreFormat() {}

    static byte[] write(Object value) {
        try {
            byte[] json = JSON.writeValueAsBytes(value);
            byte[] bytes = new byte[json.length + 1];
            bytes[0] = FORMAT;
            System.arraycopy(json, 0, bytes, 1, json.length);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static <V> V read(byte[] bytes, Class<V> type) {
        if (bytes.length == 0 || bytes[0] != FORMAT) {
            throw new IllegalStateException("a value of the store has the format "
                    + Arrays.toString(Arrays.copyOf(bytes, Math.min(1, bytes.length)))
                    + "; this version reads format '1' only");
        }
        try {
            return JSON.readValue(bytes, 1, bytes.length - 1, type);
        } catch (IOException e) {
            throw new UncheckedIOException("a value of the store is no " + type.getSimpleName(), e);
        }
    }

    /** What has one canonical spelling is written as that. */
    private static SimpleModule texts() {
        SimpleModule module = new SimpleModule("xylem-texts");
        text(module, Slot.class, Slot::parse);
        text(module, Ipv4.class, Ipv4::parse);
        text(module, Ipv6.class, Ipv6::parse);
        text(module, Ipv4Prefix.class, Ipv4Prefix::parse);
        text(module, Ipv6Prefix.class, Ipv6Prefix::parse);
        text(module, ServiceName.class, ServiceName::parse);
        text(module, StateHash.class, StateHash::parse);
        return module;
    }

    private static <T> void text(SimpleModule module, Class<T> type, Function<String, T> parser) {
        module.addSerializer(type, ToStringSerializer.instance);
        module.addDeserializer(type, new FromText<>(type, parser));
    }

    private static final class FromText<T> extends StdScalarDeserializer<T> {
        private final transient Function<String, T> parser;

        FromText(Class<T> type, Function<String, T> parser) {
            super(type);
            this.parser = parser;
        }

        @Override
        public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return parser.apply(json.getText());
        }
    }
}
