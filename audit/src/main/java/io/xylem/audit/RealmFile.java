package io.xylem.audit;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.Location;
import io.xylem.model.ServiceIp;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One realm's state in a snapshot. Reading mirrors writing, method by method. */
final class RealmFile {
    private static final Pool.Codec<Ipv4> V4 =
            codec((address, out) -> out.writeInt(address.bits()), in -> new Ipv4(in.readInt()));
    private static final Pool.Codec<Integer> NUMBER = codec((number, out) -> out.writeInt(number), DataInput::readInt);
    private static final Pool.Codec<Ipv6> V6 = codec(
            (address, out) -> {
                out.writeLong(address.high());
                out.writeLong(address.low());
            },
            in -> new Ipv6(in.readLong(), in.readLong()));

    interface Writer<T> {
        void write(T value, DataOutput out) throws IOException;
    }

    interface Reader<T> {
        T read(DataInput in) throws IOException;
    }

    private RealmFile() {}

    static void save(RealmModel realm, DataOutput out) throws IOException {
        out.writeLong(realm.events);
        out.writeLong(realm.releases);
        Plan.RunOut runOut = realm.plan.runOut();
        out.writeLong(runOut.restedMs());
        out.writeLong(runOut.restedConfirmedMs());
        out.writeLong(runOut.forgottenMs());
        texts(realm.plan.settings().texts(), out);
        realm.plan.subnets.save(out, NUMBER);
        realm.plan.v4.save(out, V4);
        realm.plan.instancesV6.save(out, V6);
        for (Plan.PolicyPool policy : realm.plan.policies()) {
            policy.v6().save(out, V6);
        }
        out.writeInt(realm.workers.size());
        for (RealmModel.Node node : realm.workers.values()) {
            Entity.Worker worker = node.worker;
            out.writeInt(node.subnetNumber);
            out.writeLong(worker.version());
            out.writeUTF(worker.name());
            out.writeUTF(worker.cluster());
            out.writeUTF(worker.underlay().address());
            out.writeInt(worker.underlay().port());
            optional(worker.zone(), out, (zone, to) -> to.writeUTF(zone));
            optional(worker.location(), out, (location, to) -> {
                to.writeDouble(location.latitude());
                to.writeDouble(location.longitude());
            });
            out.writeBoolean(worker.lost());
            node.hosts.save(out, NUMBER);
        }
        out.writeInt(realm.services.size());
        for (RealmModel.Group group : realm.services.values()) {
            out.writeLong(group.service.version());
            out.writeUTF(group.service.name());
            ips(group.service.ips(), out);
            out.writeInt(group.spent.size());
            for (int number : group.spent) {
                out.writeInt(number);
            }
            out.writeInt(group.instances.size());
            for (Entity.Instance instance : group.instances.values()) {
                out.writeLong(instance.version());
                out.writeInt(instance.number());
                out.writeUTF(instance.worker());
                out.writeInt(instance.host());
                out.writeInt(instance.weight());
                address(instance.instanceIp(), out);
                out.writeUTF(instance.state().name());
            }
        }
        List<RealmModel.Withdrawal> withdrawals = new ArrayList<>();
        realm.openWithdrawals().forEach(withdrawals::add);
        out.writeInt(withdrawals.size());
        for (RealmModel.Withdrawal withdrawal : withdrawals) {
            out.writeUTF(withdrawal.name().service());
            out.writeInt(withdrawal.name().number());
            out.writeLong(withdrawal.name().version());
            out.writeLong(withdrawal.sinceMs());
            optional(withdrawal.instanceIp(), out, RealmFile::address);
            out.writeUTF(withdrawal.worker());
            out.writeInt(withdrawal.host());
        }
        for (EventMemory.Remembered one : realm.memory.all()) {
            out.writeBoolean(true);
            out.writeUTF(one.id());
            out.writeLong(one.atMs());
            AnswerFile.save(one.answer(), out);
        }
        out.writeBoolean(false);
    }

    /** Into a realm that was just made. */
    static void load(RealmModel realm, DataInput in) throws IOException {
        realm.events = in.readLong();
        realm.releases = in.readLong();
        Plan.RunOut runOut = new Plan.RunOut(in.readLong(), in.readLong(), in.readLong());
        realm.plan.resume(realm.plan.settings().with(texts(in)), runOut);
        realm.plan.subnets.load(in, NUMBER);
        realm.plan.v4.load(in, V4);
        realm.plan.instancesV6.load(in, V6);
        for (Plan.PolicyPool policy : realm.plan.policies()) {
            policy.v6().load(in, V6);
        }
        for (int left = in.readInt(); left > 0; left--) {
            RealmModel.Node node = node(realm, in);
            node.hosts.load(in, NUMBER);
            realm.workers.put(node.worker.name(), node);
        }
        for (int left = in.readInt(); left > 0; left--) {
            RealmModel.Group group = group(realm, in);
            realm.services.put(group.service.name(), group);
            realm.serviceIps += group.service.ips().size();
            realm.instances += group.instances.size();
        }
        for (int left = in.readInt(); left > 0; left--) {
            realm.withdraw(new RealmModel.Withdrawal(
                    new RealmModel.WithdrawalName(in.readUTF(), in.readInt(), in.readLong()),
                    in.readLong(),
                    optional(in, RealmFile::address),
                    in.readUTF(),
                    in.readInt()));
        }
        while (in.readBoolean()) {
            realm.memory.remember(in.readUTF(), in.readLong(), AnswerFile.load(in));
        }
    }

    private static RealmModel.Node node(RealmModel realm, DataInput in) throws IOException {
        int subnet = in.readInt();
        long version = in.readLong();
        String name = in.readUTF();
        Entity.Worker worker = new Entity.Worker(
                realm.name + "|worker|" + name,
                version,
                name,
                in.readUTF(),
                new Endpoint(in.readUTF(), in.readInt()),
                optional(in, DataInput::readUTF),
                optional(in, from -> new Location(from.readDouble(), from.readDouble())),
                realm.plan.subnet(subnet),
                in.readBoolean());
        return new RealmModel.Node(worker, subnet, realm.plan.newHosts());
    }

    private static RealmModel.Group group(RealmModel realm, DataInput in) throws IOException {
        long version = in.readLong();
        String name = in.readUTF();
        RealmModel.Group group =
                new RealmModel.Group(new Entity.Service(realm.name + "|service|" + name, version, name, ips(in)));
        for (int left = in.readInt(); left > 0; left--) {
            group.spent.add(in.readInt());
        }
        for (int left = in.readInt(); left > 0; left--) {
            long placedBy = in.readLong();
            int number = in.readInt();
            RealmModel.Node node = realm.node(in.readUTF());
            int host = in.readInt();
            int weight = in.readInt();
            Entity.Instance instance = new Entity.Instance(
                    realm.name + "|instance|" + name + "|" + number,
                    placedBy,
                    name,
                    number,
                    node.worker.name(),
                    host,
                    address(in),
                    Plan.namespaceIp(node.worker.subnet(), host),
                    InstanceState.valueOf(in.readUTF()),
                    weight);
            group.instances.put(number, instance);
            node.instances.put(host, instance);
        }
        return group;
    }

    static void texts(Map<String, String> texts, DataOutput out) throws IOException {
        out.writeInt(texts.size());
        for (Map.Entry<String, String> text : texts.entrySet()) {
            out.writeUTF(text.getKey());
            out.writeUTF(text.getValue());
        }
    }

    static Map<String, String> texts(DataInput in) throws IOException {
        Map<String, String> texts = new HashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            texts.put(in.readUTF(), in.readUTF());
        }
        return texts;
    }

    static void ips(List<ServiceIp> ips, DataOutput out) throws IOException {
        out.writeInt(ips.size());
        for (ServiceIp ip : ips) {
            out.writeUTF(ip.ipType());
            address(ip.address(), out);
        }
    }

    static List<ServiceIp> ips(DataInput in) throws IOException {
        List<ServiceIp> ips = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            ips.add(new ServiceIp(in.readUTF().intern(), address(in)));
        }
        return List.copyOf(ips);
    }

    static void address(DualAddress address, DataOutput out) throws IOException {
        V4.write(address.v4(), out);
        V6.write(address.v6(), out);
    }

    static DualAddress address(DataInput in) throws IOException {
        return new DualAddress(V4.read(in), V6.read(in));
    }

    static <T> void optional(@Nullable T value, DataOutput out, Writer<T> writer) throws IOException {
        out.writeBoolean(value != null);
        if (value != null) {
            writer.write(value, out);
        }
    }

    static <T> @Nullable T optional(DataInput in, Reader<T> reader) throws IOException {
        return in.readBoolean() ? reader.read(in) : null;
    }

    private static <A> Pool.Codec<A> codec(Writer<A> writer, Reader<A> reader) {
        return new Pool.Codec<>() {
            @Override
            public void write(A address, DataOutput out) throws IOException {
                writer.write(address, out);
            }

            @Override
            public A read(DataInput in) throws IOException {
                return reader.read(in);
            }
        };
    }
}
