package io.xylem.audit;

import io.xylem.model.DualPrefix;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** A remembered answer in a snapshot. */
final class AnswerFile {
    private AnswerFile() {}

    static void save(Answer answer, DataOutput out) throws IOException {
        out.writeLong(answer.offset());
        out.writeUTF(answer.type());
        RealmFile.optional(answer.code(), out, (text, to) -> to.writeUTF(text));
        out.writeBoolean(answer.unchanged());
        RealmFile.optional(answer.worker(), out, (text, to) -> to.writeUTF(text));
        RealmFile.optional(answer.subnet(), out, (subnet, to) -> {
            to.writeUTF(subnet.v4().toString());
            to.writeUTF(subnet.v6().toString());
        });
        RealmFile.optional(answer.service(), out, (text, to) -> to.writeUTF(text));
        out.writeInt(answer.number());
        RealmFile.ips(answer.ips(), out);
        RealmFile.optional(answer.instanceIp(), out, RealmFile::address);
        RealmFile.optional(answer.namespaceIp(), out, RealmFile::address);
        RealmFile.optional(answer.settings(), out, RealmFile::texts);
    }

    static Answer load(DataInput in) throws IOException {
        return new Answer(
                in.readLong(),
                in.readUTF().intern(),
                RealmFile.optional(in, from -> from.readUTF().intern()),
                in.readBoolean(),
                RealmFile.optional(in, from -> from.readUTF().intern()),
                RealmFile.optional(in, AnswerFile::subnet),
                RealmFile.optional(in, from -> from.readUTF().intern()),
                in.readInt(),
                RealmFile.ips(in),
                RealmFile.optional(in, RealmFile::address),
                RealmFile.optional(in, RealmFile::address),
                RealmFile.optional(in, RealmFile::texts));
    }

    private static DualPrefix subnet(DataInput in) throws IOException {
        return new DualPrefix(Ipv4Prefix.parse(in.readUTF()), Ipv6Prefix.parse(in.readUTF()));
    }
}
