package io.xylem.audit;

import org.jspecify.annotations.Nullable;

/** One realm, or all of them where it is null. */
public record RealmFilter(@Nullable String realm) {
    public static final RealmFilter ALL = new RealmFilter(null);

    public boolean accepts(String other) {
        return realm == null || realm.equals(other);
    }
}
